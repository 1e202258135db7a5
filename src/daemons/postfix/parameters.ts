import type { MasterService } from "./master-cf.ts";
import { parameterDefaults } from "./parameter-defaults.ts";
import { simulatedParameters } from "./simulated-parameters.ts";

/** Delivery agents: each service that runs one has scheduler parameters of its own name (`smtp_destination_concurrency_limit`). */
const deliveryAgents: ReadonlySet<string> = new Set(["error", "lmtp", "local", "pipe", "smtp", "virtual"]);

/** What a delivery service's own parameters are called after its name, and the parameter they come from. */
const serviceSuffixes: Readonly<Record<string, string>> = {
  _delivery_slot_cost: "$default_delivery_slot_cost",
  _delivery_slot_discount: "$default_delivery_slot_discount",
  _delivery_slot_loan: "$default_delivery_slot_loan",
  _destination_concurrency_failed_cohort_limit: "$default_destination_concurrency_failed_cohort_limit",
  _destination_concurrency_limit: "$default_destination_concurrency_limit",
  _destination_concurrency_negative_feedback: "$default_destination_concurrency_negative_feedback",
  _destination_concurrency_positive_feedback: "$default_destination_concurrency_positive_feedback",
  _destination_rate_delay: "$default_destination_rate_delay",
  _destination_recipient_limit: "$default_destination_recipient_limit",
  _extra_recipient_limit: "$default_extra_recipient_limit",
  _initial_destination_concurrency: "$initial_destination_concurrency",
  _minimum_delivery_slots: "$default_minimum_delivery_slots",
  _recipient_limit: "$default_recipient_limit",
  _recipient_refill_delay: "$default_recipient_refill_delay",
  _recipient_refill_limit: "$default_recipient_refill_limit",
  _transport_rate_delay: "$default_transport_rate_delay",
};

/** The names of every parameter that exists with these services, and their defaults, sorted by name. */
export function allDefaults(services: readonly MasterService[]): readonly (readonly [string, string])[] {
  const defaults = new Map(Object.entries(parameterDefaults));
  for (const service of services) {
    for (const [name, value] of serviceDefaults(service)) if (!defaults.has(name)) defaults.set(name, value);
  }
  return [...defaults].sort(([left], [right]) => (left < right ? -1 : 1));
}

/** A parameter's default, unexpanded; undefined when neither Postfix nor one of the services knows the name. */
export function defaultOf(name: string, services: readonly MasterService[]): string | undefined {
  const known = Object.hasOwn(parameterDefaults, name) ? parameterDefaults[name] : undefined;
  if (known !== undefined) return known;
  for (const service of services) {
    if (!name.startsWith(`${service.name}_`)) continue;
    const found = serviceDefaults(service).find(([candidate]) => candidate === name);
    if (found !== undefined) return found[1];
  }
  return undefined;
}

function serviceDefaults(service: MasterService): readonly (readonly [string, string])[] {
  const timeLimit =
    service.command === "pipe" || service.command === "spawn" ? [[`${service.name}_time_limit`, "$command_time_limit"] as const] : [];
  if (!deliveryAgents.has(service.command) || service.type === "inet") return timeLimit;
  return [...Object.entries(serviceSuffixes).map(([suffix, value]) => [service.name + suffix, value] as const), ...timeLimit];
}

/** Scheduler parameters that are simulated for every delivery service. */
const simulatedSuffix = /_destination_(?:concurrency_limit|concurrency_failed_cohort_limit|recipient_limit)$/;

/** True when setting this parameter changes what the simulated Postfix does as it changes the real one. */
export function isSimulated(name: string): boolean {
  return simulatedParameters.has(name) || simulatedSuffix.test(name);
}
