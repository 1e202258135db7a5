import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "../src/engines/embedded/machine.ts";
import type { SimulatedDaemon } from "../src/engines/embedded/simulated-daemon.ts";
import type { DaemonKind, Host, World } from "../src/world/world.ts";

/**
 * The kernel alone: ten hosts with the real files of small-office and, in the daemons' places, programs that listen, keep a
 * timer and do nothing else. What the simulated daemons themselves cost is measured elsewhere.
 */
const FILES = "test/fixtures/small-office";

export const idleDaemons: readonly SimulatedDaemon[] = (["postfix", "bind", "dovecot", "rspamd"] as const).map((kind) => ({
  kind,
  commands: [],
  start: (machine) => startIdle(machine, kind),
}));

const PORT: Partial<Record<DaemonKind, number>> = { postfix: 25, bind: 53, dovecot: 143, rspamd: 11_332 };

function startIdle(machine: Machine, kind: DaemonKind): ReturnType<SimulatedDaemon["start"]> {
  machine.net.listen(PORT[kind] ?? 9, (socket) => socket.end());
  machine.log(kind, `/var/log/${kind}.log`, `started, pid ${machine.newPid()}`);
  const tick = (): void => void machine.clock.setTimeout(tick, 300_000);
  tick();
  return { kind, reload: () => {}, stop: () => {} };
}

/** @param seed ranges of different learners have different texts: the seed stands in a comment of every file */
export function tenHosts(seed: number): World {
  const keys = readdirSync(FILES);
  return {
    name: "ten-hosts",
    seed,
    pace: "stock",
    startsAtMs: Date.UTC(2026, 10, 24, 8),
    networks: [{ key: "internet", cidr: "203.0.113.0/26", latencyMs: 10, lossRatio: 0 }],
    organisations: [{ key: "org", name: "Meadow", domain: "meadow.example" }],
    people: [],
    hosts: keys.map((key, index) => host(key, index + 2, seed)),
  };
}

function host(key: string, offset: number, seed: number): Host {
  const root = join(FILES, key);
  const files = Object.fromEntries(
    readdirSync(root, { recursive: true })
      .map(String)
      .filter((path) => statSync(join(root, path)).isFile())
      .map((path) => [`/${path}`, `${readFileSync(join(root, path), "utf8")}${path.includes("/db.") ? ";" : "#"} ${seed}\n`]),
  );
  const paths = Object.keys(files);
  const kinds = (["postfix", "bind", "dovecot", "rspamd"] as const).filter((kind) =>
    paths.some((path) => path.startsWith(`/etc/${kind}/`)),
  );
  return {
    key,
    name: `${key}.meadow.example`,
    owner: "org",
    duties: [],
    interfaces: [{ network: "internet", address: `203.0.113.${offset}` }],
    nameservers: ["203.0.113.2"],
    daemons: kinds.map((kind) => ({ kind, state: "running" })),
    files,
    firewall: [],
    disks: [],
    mailboxes: [],
  };
}
