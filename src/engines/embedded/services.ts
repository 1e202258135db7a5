import type { Clock } from "../../base/clock.ts";
import type { Random, RandomState } from "../../base/random.ts";
import type { Daemon, DaemonKind } from "../../world/world.ts";
import type { Machine, Services } from "./machine.ts";
import { createProcess, type Process } from "./process.ts";
import { type Program, StartFailure } from "./program.ts";
import { createRandomStream, type RandomStream } from "./random-stream.ts";
import type { SimulatedDaemon } from "./simulated-daemon.ts";

/** The init system of one machine, with what the kernel alone may do. */
export interface MachineServices extends Services {
  snapshot(): readonly ServiceSnapshot[];
  /** Brings every service to where the original stood. */
  resume(snapshots: readonly ServiceSnapshot[]): void;
  /** Ends every program at once, as a power cut does: nothing is logged. */
  cut(): void;
}

/** What a fork needs to start a service where the original stands. */
export interface ServiceSnapshot {
  readonly kind: DaemonKind;
  readonly state: ReturnType<Services["state"]>;
  readonly memory: unknown;
  readonly random: RandomState;
}

export interface ServicesSetup {
  readonly clock: Clock;
  readonly daemons: readonly SimulatedDaemon[];
  /** The machine's own stream; each kind gets one of its own. */
  readonly random: Random;
  /** The machine as this program sees it. */
  view(process: Process, random: Random): Machine;
}

/** A daemon's place on the machine, whether it runs or not. */
interface Service {
  readonly daemon: SimulatedDaemon;
  readonly random: RandomStream;
  run: { readonly process: Process; readonly program: Program } | undefined;
  failed: boolean;
}

export function createServices({ clock, daemons, random, view }: ServicesSetup): MachineServices {
  const services = new Map<DaemonKind, Service>(
    daemons.map((daemon) => [
      daemon.kind,
      { daemon, random: createRandomStream(random.fork(`daemon/${daemon.kind}`)), run: undefined, failed: false },
    ]),
  );
  const serviceOf = (kind: DaemonKind): Service => {
    const service = services.get(kind);
    if (service === undefined) throw new Error(`no ${kind} is installed on this machine`);
    return service;
  };
  const state = (kind: DaemonKind): ReturnType<Services["state"]> => {
    const { run, failed } = serviceOf(kind);
    if (run === undefined) return failed ? "failed" : "stopped";
    return run.process.state === "frozen" ? "frozen" : "running";
  };
  const launch = (service: Service, memory?: unknown): string => {
    if (service.run !== undefined) return "";
    const process = createProcess(clock);
    service.failed = false;
    try {
      service.run = { process, program: service.daemon.start(view(process, service.random), memory) };
      return "";
    } catch (error) {
      process.end();
      if (!(error instanceof StartFailure)) throw error;
      service.failed = true;
      return error.message;
    }
  };

  return {
    kinds: [...services.keys()],
    state,
    program: (kind) => services.get(kind)?.run?.program,
    start: (kind) => launch(serviceOf(kind)),
    stop(kind) {
      const service = serviceOf(kind);
      const { run } = service;
      service.failed = false;
      if (run === undefined) return;
      // An init system that stops a frozen program lets it go on first, so that it hears the signal.
      run.process.thaw();
      run.program.stop();
      run.process.end();
      service.run = undefined;
    },
    reload(kind) {
      const { run } = serviceOf(kind);
      run?.process.pass(() => run.program.reload());
    },
    freeze: (kind) => serviceOf(kind).run?.process.freeze(),
    thaw: (kind) => serviceOf(kind).run?.process.thaw(),
    snapshot: () =>
      [...services].map(([kind, service]) => ({
        kind,
        state: state(kind),
        memory: service.run === undefined ? undefined : structuredClone(service.run.program.memory?.() ?? {}),
        random: service.random.state(),
      })),
    cut() {
      for (const service of services.values()) {
        service.run?.process.end();
        service.run = undefined;
      }
    },
    resume(snapshots) {
      for (const snapshot of snapshots) {
        const service = serviceOf(snapshot.kind);
        if (snapshot.memory !== undefined) launch(service, snapshot.memory);
        if (snapshot.state === "frozen") service.run?.process.freeze();
        service.failed = snapshot.state === "failed";
        service.random.restore(snapshot.random);
      }
    },
  };
}

/** Starts what a world says should run, and freezes what should be frozen. */
export function startDaemons(services: Services, daemons: readonly Daemon[]): void {
  for (const { kind, state } of daemons) {
    if (state === "stopped") continue;
    services.start(kind);
    if (state === "frozen") services.freeze(kind);
  }
}
