import { readdirSync, readFileSync } from "node:fs";
import type { RunningMachine } from "../../../../src/engines/embedded/create-machine.ts";
import { simulatedBind } from "../../../../src/engines/embedded/daemons/bind/bind.ts";
import { createLiveRange, type LiveRange } from "../../../../src/engines/embedded/live-range.ts";
import { createShell } from "../../../../src/engines/embedded/shell/bash.ts";
import type { RunResult } from "../../../../src/world/engine.ts";
import type { Host, World } from "../../../../src/world/world.ts";

/** Tuesday, 24 November 2026, 04:00:00 UTC */
export const startsAtMs = Date.UTC(2026, 10, 24, 4, 0, 0);

const places: readonly (readonly [key: string, name: string, internet: number | undefined, office: number | undefined])[] = [
  ["internet", "ns.backbone.example", 2, undefined],
  ["ns1", "ns1.meadow.example", 17, 8],
  ["resolver", "resolver.meadow.example", 18, 2],
  ["desk", "desk.meadow.example", 21, 7],
];

const fixtures = new URL("../../../fixtures/small-office/", import.meta.url);

/** The files of a host of the small office, by path. */
export function fixtureFiles(key: string): Readonly<Record<string, string>> {
  const root = new URL(`${key}/`, fixtures);
  const paths = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return Object.fromEntries(
    paths.map((entry) => {
      const file = `${entry.parentPath}/${entry.name}`;
      return [file.slice(root.pathname.length - 1), readFileSync(file, "utf8")];
    }),
  );
}

export interface DnsRange {
  readonly range: LiveRange;
  machine(key: string): RunningMachine;
  /** Runs a shell command line; virtual time passes as it needs. */
  run(key: string, line: string, stdin?: string): Promise<RunResult>;
  /** What a host wrote into named's log. */
  log(key: string): readonly string[];
}

/** The name servers of the small office, and a workstation: real files, nothing else. */
export function dnsRange(changes: Readonly<Record<string, Readonly<Record<string, string>>>> = {}, seed = 1): DnsRange {
  const hosts = places.map(([key, name, internet, office]): Host => {
    const at = (network: string, base: string, offset: number | undefined) =>
      offset === undefined ? [] : [{ network, address: `${base}.${offset}` }];
    return {
      ...{ key, name, owner: "org", duties: [], nameservers: [], firewall: [], disks: [], mailboxes: [] },
      interfaces: [...at("internet", "203.0.113", internet), ...at("office", "198.51.100", office)],
      daemons: key === "desk" ? [] : [{ kind: "bind", state: "running" }],
      files: { ...fixtureFiles(key), ...changes[key] },
    };
  });
  const world: World = {
    ...{ name: "name-servers", seed, pace: "stock", startsAtMs, organisations: [], people: [], hosts },
    networks: [
      { key: "internet", cidr: "203.0.113.0/26", latencyMs: 2, lossRatio: 0 },
      { key: "office", cidr: "198.51.100.0/26", latencyMs: 1, lossRatio: 0 },
    ],
  };
  const range = createLiveRange(world, { daemons: [simulatedBind], shell: createShell });
  for (const machine of range.machines) machine.boot();
  return overRange(range);
}

/** The same view of a range that exists already. */
export function overRange(range: LiveRange): DnsRange {
  const machine = (key: string): RunningMachine => {
    const found = range.machines.find((candidate) => candidate.key === key);
    if (found === undefined) throw new Error(`no host ${key}`);
    return found;
  };
  return {
    range,
    machine,
    run: (key, line, stdin) => range.run(key, line, { ...(stdin === undefined ? {} : { stdin }), cwd: "/root" }),
    log: (key) => (machine(key).files.read("/var/log/named/named.log") ?? "").split("\n").slice(0, -1),
  };
}
