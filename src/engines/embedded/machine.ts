import type { Clock } from "../../base/clock.ts";
import type { Random } from "../../base/random.ts";
import type { DaemonKind, FirewallRule, Host, HostKey } from "../../world/world.ts";
import type { FileTree } from "./files/file-tree.ts";
import type { Program } from "./program.ts";
import type { NetworkStack } from "./wire/network-stack.ts";

/**
 * A host of a running embedded range, as the programs on it see it. Each program gets its own view: its timers, sockets and
 * packets wait while it is frozen and are gone when it has ended.
 */
export interface Machine {
  readonly key: HostKey;
  /** Fully qualified host name. */
  readonly name: string;
  readonly host: Host;
  readonly files: FileTree;
  readonly net: NetworkStack;
  /** The range's virtual clock. Programs know no other time. */
  readonly clock: Clock;
  /**
   * A stream of the range's seed: each daemon kind's own, and one for the commands typed. It goes on over restarts, and in a
   * fork from where it stood; a stream forked from it starts anew each time.
   */
  readonly random: Random;
  readonly services: Services;
  /** The kernel's packet filter; first match wins. */
  readonly packetFilter: PacketFilter;
  /** The next process id. */
  newPid(): number;
  /** Appends one line to a log file of a daemon and hands it to whoever follows the range. */
  log(daemon: DaemonKind, path: string, text: string): void;
  /**
   * Tells the learner once that something real is not simulated (law 1): on the screen and in the log.
   * @param what `the parameter smtpd_sasl_auth_enable`
   */
  notSimulated(what: string): void;
}

export interface PacketFilter {
  rules(): readonly FirewallRule[];
  replace(rules: readonly FirewallRule[]): void;
}

/** The daemons of one machine: what an init system does. */
export interface Services {
  readonly kinds: readonly DaemonKind[];
  state(kind: DaemonKind): "running" | "stopped" | "frozen" | "failed";
  /** The running program, or undefined. Commands reach their own daemon through this. */
  program(kind: DaemonKind): Program | undefined;
  /** @returns what the start-up printed on the console; `failed` state when it did not come up. */
  start(kind: DaemonKind): string;
  stop(kind: DaemonKind): void;
  reload(kind: DaemonKind): void;
  /** SIGSTOP and SIGCONT. */
  freeze(kind: DaemonKind): void;
  thaw(kind: DaemonKind): void;
}
