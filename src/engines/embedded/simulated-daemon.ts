import type { DaemonKind } from "../../world/world.ts";
import type { Machine } from "./machine.ts";
import type { Program } from "./program.ts";
import type { Command } from "./shell/command.ts";

/** A simulated daemon kind: how it starts on a machine, and the commands that its package brings along. */
export interface SimulatedDaemon {
  readonly kind: DaemonKind;
  /**
   * Starts on this machine from the files that are there now.
   * @param memory undefined after a cold start. In a fork: what `Program.memory()` gave in the original ({} where it has none);
   *   the program then goes on where the original stood, and what it logs while starting is thrown away.
   * @throws StartFailure when the real program would refuse to start; its log lines are written before.
   */
  start(machine: Machine, memory?: unknown): Program;
  readonly commands: readonly Command[];
}
