import { referencedNames } from "../macro.ts";
import type { MainCfEntry } from "../main-cf.ts";
import type { MasterService } from "../master-cf.ts";
import { allDefaults, defaultOf } from "../parameters.ts";
import { splitList } from "../policy.ts";

/** Names that a process of Postfix defines for itself, beside its parameters. */
const runtimeNames: readonly string[] = ["mydomain", "myhostname", "mynetworks", "process_id", "process_name", "service_name"];

/** Names inside the arguments of pipe(8) and in `syslog_name`; they are no parameters. */
const serviceMacros: ReadonlySet<string> = new Set(
  "client_address client_helo client_hostname client_port client_protocol domain extension mailbox nexthop original_recipient queue_id recipient sasl_method sasl_sender sasl_username sender size user envid service_name".split(
    " ",
  ),
);

/** Whether postconf(1) finds a use for each name that is set. */
export interface NameCheck {
  /** Built in, of a service, or used by one that is. */
  isKnown(name: string): boolean;
  /** Set in main.cf and used by nothing, in the order of the file. */
  readonly unusedMain: readonly MainCfEntry[];
  /** `-o name=value` of master.cf that nothing uses. */
  readonly unusedMaster: readonly { readonly name: string; readonly value: string }[];
  /** One entry for each reference to a name that nobody sets. */
  readonly undefinedNames: readonly string[];
}

export function checkNames(entries: readonly MainCfEntry[], services: readonly MasterService[]): NameCheck {
  const settings = new Map(entries.map((entry) => [entry.name, entry.value]));
  const overrides = services.flatMap((service) => Object.entries(service.overrides).map(([name, value]) => ({ name, value })));
  const builtIn = (name: string): boolean => runtimeNames.includes(name) || defaultOf(name, services) !== undefined;
  const classes = new Set(splitList(settings.get("smtpd_restriction_classes") ?? ""));
  const tables = [...settings.values()].flatMap((value) =>
    [...value.matchAll(/\b(?:ldap|mysql|pgsql|sqlite|memcache):(\w+)\b/g)].map((match) => match[1] ?? ""),
  );
  const values = [...settings.values(), ...overrides.map(({ value }) => value), ...services.flatMap((service) => service.args)];
  const references = values.flatMap(referencedNames);
  const used = new Set(references);
  const isUsed = (name: string): boolean =>
    used.has(name) || classes.has(name) || tables.some((table) => table !== "" && name.startsWith(`${table}_`));
  const set = new Set([...settings.keys(), ...overrides.map(({ name }) => name)]);
  const isKnown = (name: string): boolean => builtIn(name) || (set.has(name) && isUsed(name));
  return {
    isKnown,
    unusedMain: [...settings].filter(([name]) => !isKnown(name)).map(([name, value]) => ({ name, value, line: 0 })),
    unusedMaster: overrides.filter(({ name }) => !isKnown(name)),
    undefinedNames: [...settings.values()]
      .flatMap(referencedNames)
      .filter((name) => !builtIn(name) && !set.has(name) && !serviceMacros.has(name)),
  };
}

/** Names of built-in parameters, of those that services bring along, and of the user's own: `-C builtin`, `service`, `user`. */
export function namesOfClass(
  wanted: ReadonlySet<string>,
  entries: readonly MainCfEntry[],
  services: readonly MasterService[],
): readonly string[] {
  const check = checkNames(entries, services);
  const builtIn = new Set([...allDefaults([]).map(([name]) => name), ...runtimeNames]);
  const service = allDefaults(services)
    .map(([name]) => name)
    .filter((name) => !builtIn.has(name));
  const user = [...new Set(entries.map(({ name }) => name))].filter(
    (name) => check.isKnown(name) && !builtIn.has(name) && !service.includes(name),
  );
  const all = wanted.has("all");
  return [
    ...(all || wanted.has("builtin") ? builtIn : []),
    ...(all || wanted.has("service") ? service : []),
    ...(all || wanted.has("user") ? user : []),
  ].sort(byBytes);
}

function byBytes(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
