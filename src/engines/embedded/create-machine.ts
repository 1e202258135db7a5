import { ProblemError } from "../../base/problem.ts";
import type { Random, RandomState } from "../../base/random.ts";
import type { LogLine } from "../../world/event.ts";
import type { DaemonKind, Host, World } from "../../world/world.ts";
import { bootFiles } from "./boot-files.ts";
import type { VirtualClock } from "./clock/virtual-clock.ts";
import { FileError, type FileTree } from "./files/file-tree.ts";
import type { Machine } from "./machine.ts";
import { createProcess, type Process } from "./process.ts";
import { createRandomStream } from "./random-stream.ts";
import { createServices, type MachineServices, type ServiceSnapshot, startDaemons } from "./services.ts";
import type { SimulatedDaemon } from "./simulated-daemon.ts";
import type { Wire } from "./wire/wire.ts";

/** Where a machine writes what is real and not simulated. */
export const NOTICE_LOG = "/var/log/maildrill.log";

/** A machine as its range holds it. */
export interface RunningMachine extends Machine {
  readonly services: MachineServices;
  /** Starts the daemons that the world says should run. */
  boot(): void;
  snapshot(): MachineSnapshot;
  /** Ends everything at once. */
  down(): void;
}

export interface MachineSnapshot {
  readonly files: FileTree;
  readonly nextPid: number;
  readonly random: RandomState;
  readonly noticed: readonly string[];
  readonly services: readonly ServiceSnapshot[];
}

export interface MachineSetup {
  readonly world: World;
  readonly host: Host;
  readonly clock: VirtualClock;
  readonly wire: Wire;
  /** This machine's own stream of the range's seed. */
  readonly random: Random;
  /** Every kind that the engine knows. */
  readonly daemons: readonly SimulatedDaemon[];
  onLine(line: LogLine): void;
  /** Something real is not simulated; called once for each thing. */
  onNotice(what: string): void;
}

/** A machine with its files in place and nothing running yet, or one that stands where another stood. */
export function createMachine(setup: MachineSetup, from?: MachineSnapshot): RunningMachine {
  const { host, clock, wire } = setup;
  const files = from?.files.clone(() => clock.now()) ?? bootFiles(setup.world, host, () => clock.now());
  const noticed = new Set(from?.noticed);
  const typed = createRandomStream(setup.random.fork("commands"));
  const shellProcess = createProcess(clock);
  let nextPid = 300 + setup.random.fork("pid").below(600);
  let resuming = from !== undefined;

  const log = (daemon: DaemonKind, path: string, text: string): void => {
    if (resuming) return;
    appendLine(files, path, text);
    setup.onLine({ host: host.key, daemon, path, text, atMs: clock.now() });
  };
  const notSimulated = (what: string): void => {
    if (noticed.has(what)) return;
    noticed.add(what);
    appendLine(files, NOTICE_LOG, `${new Date(clock.now()).toISOString()} not simulated here: ${what}`);
    setup.onNotice(what);
  };
  const view = (process: Process, random: Random): Machine => ({
    key: host.key,
    name: host.name,
    host,
    files,
    net: wire.stack(host.key, process),
    clock: process.clock,
    random,
    services,
    packetFilter: { rules: () => wire.firewall(host.key), replace: (rules) => wire.setFirewall(host.key, rules) },
    newPid: () => nextPid++,
    log,
    notSimulated,
  });
  const services: MachineServices = createServices({
    clock,
    daemons: installedOn(host, setup.daemons),
    random: setup.random,
    view,
  });

  if (from !== undefined) {
    services.resume(from.services);
    typed.restore(from.random);
    nextPid = from.nextPid;
    resuming = false;
  }

  return {
    ...view(shellProcess, typed),
    services,
    boot: () => startDaemons(services, host.daemons),
    snapshot: () => ({
      files: files.clone(),
      nextPid,
      random: typed.state(),
      noticed: [...noticed],
      services: services.snapshot(),
    }),
    down() {
      services.cut();
      shellProcess.end();
    },
  };
}

/** @throws ProblemError for a daemon that no simulation exists of */
function installedOn(host: Host, known: readonly SimulatedDaemon[]): readonly SimulatedDaemon[] {
  return host.daemons.map(({ kind }) => {
    const found = known.find((daemon) => daemon.kind === kind);
    if (found !== undefined) return found;
    throw new ProblemError({
      code: "daemon-not-simulated",
      message: `The embedded engine has no ${kind}.`,
      where: { host: host.key },
      hint: "Run this world on the docker engine.",
    });
  });
}

/** A full disk loses log lines, as it does for the real syslog daemon. */
function appendLine(files: FileTree, path: string, text: string): void {
  try {
    files.append(path, text, "\n");
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
  }
}
