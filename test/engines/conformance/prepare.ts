import type { Effect } from "../../../src/world/effect.ts";
import type { AppliedEffect } from "../../../src/world/engine.ts";
import type { Place } from "./place.ts";
import type { Preparation } from "./recording.ts";

export interface Prepared {
  /** What could not be done, as the host said it. */
  readonly failures: readonly string[];
  /** Effects in force that no file holds. */
  readonly effects: readonly AppliedEffect[];
}

/** Makes a case's changes to the world. */
export async function prepare(place: Place, preparations: readonly Preparation[]): Promise<Prepared> {
  const failures: string[] = [];
  const effects: AppliedEffect[] = [];
  const postfixes = new Set<string>();
  for (const { host, command, file, content, network } of preparations) {
    if (network !== undefined) {
      const effect = firewallEffect(host, network);
      if (effect === undefined) failures.push(`${host}: no effect does what the recorder did: ${network}`);
      else effects.push(await place.range.apply(effect));
    } else if (file !== undefined) {
      const write = place.here((content ?? []).join(""));
      await place.range.apply({ effect: "file", host, path: place.here(file), edit: { write } });
      if (file.startsWith("/etc/postfix/")) postfixes.add(host);
    } else if (command !== undefined) {
      const { code, stderr } = await place.range.run(host, place.here(command));
      if (code !== 0) failures.push(`${host}: ${command}: ${stderr.trim()}`);
      if (/^post(conf|map|alias) /.test(command)) postfixes.add(host);
    }
  }
  for (const host of postfixes) await place.rereadPostfix(host);
  return { failures, effects };
}

/** The recorder's packet filter as an effect of the engine port. */
function firewallEffect(host: string, command: string): Effect | undefined {
  const [, protocol, port, verdict] = /^iptables -A INPUT -p (tcp|udp) --dport (\d+) -j (DROP|REJECT)/.exec(command) ?? [];
  if (verdict === undefined) return undefined;
  return {
    effect: "firewall",
    host,
    rule: {
      direction: "in",
      protocol: protocol as "tcp" | "udp",
      port: Number(port),
      verdict: verdict === "DROP" ? "drop" : "reject",
    },
  };
}
