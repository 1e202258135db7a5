import type { EngineId, PlannedHost, PlannedRange } from "../world/engine.ts";

const MiB = 1024 * 1024;

/** What `up` would create, as lines of text. */
export function planText({ networks, hosts }: PlannedRange, { engine, of }: { readonly engine: EngineId; readonly of: string }): string {
  const width = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length), 0);
  const [names, places] = [width(hosts.map(({ host }) => host)), width(hosts.map(({ runsOn }) => runsOn))];
  const lines = hosts.flatMap((host) => [
    `  ${host.host.padEnd(names)}  ${host.runsOn.padEnd(places)}  ${host.addresses.join(", ") || "no address"}`,
    `  ${"".padEnd(names)}  ${daemonsText(host)}${limitsText(host)}`,
  ]);
  const blocks = networks.map(({ key, cidr }) => `  ${key.padEnd(names)}  ${cidr}`);
  return [`${of} on ${engine}: what up would create. Nothing was.`, "", "Networks", ...blocks, "", "Hosts", ...lines, ""].join("\n");
}

function daemonsText({ daemons }: PlannedHost): string {
  return daemons.join(", ") || "no daemon";
}

/** Nothing where a host is no process of its own. */
function limitsText({ memoryBytes, capabilities }: PlannedHost): string {
  return memoryBytes === 0 ? "" : `; at most ${Math.round(memoryBytes / MiB)} MiB; keeps ${capabilities.join(" ") || "no capability"}`;
}
