import { ProblemError } from "../../base/problem.ts";
import { createRandom } from "../../base/random.ts";
import { unknownId } from "../../base/registry.ts";
import type { RunOptions, RunResult } from "../../world/engine.ts";
import type { LogLine } from "../../world/event.ts";
import type { HostKey, World } from "../../world/world.ts";
import { createVirtualClock, type VirtualClock } from "./clock/virtual-clock.ts";
import { createMachine, type MachineSnapshot, type RunningMachine } from "./create-machine.ts";
import { runLine } from "./run-line.ts";
import type { Command } from "./shell/command.ts";
import type { Shell, ShellFactory } from "./shell/shell-port.ts";
import type { SimulatedDaemon } from "./simulated-daemon.ts";
import { createWire, type Wire, type WireState } from "./wire/wire.ts";

/** What the engine gives every range: the programs that are simulated, and the shell. */
export interface Kit {
  readonly daemons: readonly SimulatedDaemon[];
  readonly shell: ShellFactory;
}

/** A running range from the inside: what questions, effects and forks work on. */
export interface LiveRange {
  readonly world: World;
  readonly clock: VirtualClock;
  readonly wire: Wire;
  /** In the world's order. */
  readonly machines: readonly RunningMachine[];
  /** @throws ProblemError for a host that the world does not have */
  machine(host: HostKey): RunningMachine;
  /** Runs one command line in a shell of its own, letting virtual time pass as it needs. */
  run(host: HostKey, commandLine: string, options?: RunOptions): Promise<RunResult>;
  /** A new shell on the host. */
  shell(host: HostKey): Shell;
  lines(): readonly LogLine[];
  follow(listener: (line: LogLine) => void): () => void;
  /** Aborted when the range goes down. */
  readonly signal: AbortSignal;
  snapshot(): RangeSnapshot;
  down(): void;
}

/** Everything a fork starts from. Shares file contents and log lines with the range it was taken of, and is never changed. */
export interface RangeSnapshot {
  readonly atMs: number;
  readonly machines: ReadonlyMap<HostKey, MachineSnapshot>;
  readonly wire: WireState;
  readonly lines: readonly LogLine[];
}

/** A range with its machines in place. Without a snapshot nothing runs yet: each machine is to be booted. */
export function createLiveRange(world: World, kit: Kit, from?: RangeSnapshot): LiveRange {
  const clock = createVirtualClock(from?.atMs ?? world.startsAtMs);
  const random = createRandom(world.seed);
  const wire = createWire(clock, random.fork("wire"), world.networks, world.hosts);
  if (from !== undefined) wire.restore(from.wire);
  const ending = new AbortController();
  const lines: LogLine[] = [...(from?.lines ?? [])];
  const followers = new Set<(line: LogLine) => void>();
  const notices = new Map<HostKey, string[]>(world.hosts.map((host) => [host.key, []]));
  const machines = new Map<HostKey, RunningMachine>();
  for (const host of world.hosts) {
    const setup = {
      world,
      host,
      clock,
      wire,
      random: random.fork(`host/${host.key}`),
      daemons: kit.daemons,
      onLine(line: LogLine): void {
        lines.push(line);
        for (const listener of [...followers]) listener(line);
      },
      onNotice: (what: string): void => void notices.get(host.key)?.push(what),
    };
    machines.set(host.key, createMachine(setup, from?.machines.get(host.key)));
  }
  // What starting up took of them is not the original's.
  if (from !== undefined) wire.restore(from.wire);

  const machine = (host: HostKey): RunningMachine => {
    const found = machines.get(host);
    if (found === undefined) throw new ProblemError(unknownId("host", host, [...machines.keys()]));
    return found;
  };
  const shell = (host: HostKey): Shell => kit.shell(machine(host), commandsOf(machine(host), kit));

  return {
    world,
    clock,
    wire,
    machines: [...machines.values()],
    machine,
    shell,
    run: async (host, commandLine, options = {}) =>
      runLine({ clock, shell: shell(host), notices: notices.get(host) ?? [], rangeSignal: ending.signal }, commandLine, options),
    lines: () => lines,
    follow(listener) {
      followers.add(listener);
      return () => {
        followers.delete(listener);
      };
    },
    signal: ending.signal,
    snapshot: () => ({
      atMs: clock.now(),
      machines: new Map([...machines].map(([key, each]) => [key, each.snapshot()])),
      wire: wire.state(),
      lines: [...lines],
    }),
    down() {
      ending.abort();
      for (const each of machines.values()) each.down();
      clock.stop();
      followers.clear();
    },
  };
}

/** The commands that the packages installed on a machine bring along. */
function commandsOf(machine: RunningMachine, kit: Kit): ReadonlyMap<string, Command> {
  const installed = kit.daemons.filter((daemon) => machine.services.kinds.includes(daemon.kind));
  return new Map(installed.flatMap((daemon) => daemon.commands.map((command) => [command.name, command])));
}
