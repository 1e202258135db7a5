import type { DaemonKind } from "../../../world/world.ts";
import type { Machine } from "../machine.ts";

/** A daemon as an init system and ps know it (our images' unit files, measured on the real ones). */
export interface Unit {
  readonly kind: DaemonKind;
  readonly name: string;
  /** Other names that systemctl takes. */
  readonly aliases: readonly string[];
  readonly description: string;
  readonly log: string;
  /** The main process as `comm` and as a command line. */
  readonly comm: string;
  readonly commandLine: string;
  readonly user: string;
}

const units: readonly Unit[] = [
  {
    ...{ kind: "postfix", name: "postfix", aliases: ["postfix@-"], description: "Postfix Mail Transport Agent", log: "/var/log/mail.log" },
    ...{ comm: "master", commandLine: "/usr/lib/postfix/sbin/master -w", user: "root" },
  },
  {
    ...{ kind: "bind", name: "named", aliases: ["bind9", "bind"], description: "BIND Domain Name Server", log: "/var/log/named/named.log" },
    ...{ comm: "named", commandLine: "named -u bind", user: "bind" },
  },
  {
    ...{ kind: "dovecot", name: "dovecot", aliases: [], description: "Dovecot IMAP/POP3 email server", log: "/var/log/dovecot.log" },
    ...{ comm: "dovecot", commandLine: "/usr/sbin/dovecot", user: "root" },
  },
  {
    ...{ kind: "rspamd", name: "rspamd", aliases: [], description: "rapid spam filtering system", log: "/var/log/rspamd/rspamd.log" },
    ...{ comm: "rspamd", commandLine: "rspamd: main process", user: "root" },
  },
  {
    ...{ kind: "exim", name: "exim4", aliases: ["exim"], description: "exim Mail Transport Agent", log: "/var/log/exim4/mainlog" },
    ...{ comm: "exim4", commandLine: "exim4 -bd -q30m -oP /run/exim4/exim.pid", user: "Debian-exim" },
  },
];

/** The units of a machine: one for each of its daemons that a unit is known for. */
export function unitsOf(machine: Machine): readonly Unit[] {
  return units.filter((unit) => machine.services.kinds.includes(unit.kind));
}

/** The unit of this name, with or without `.service`; undefined when the machine has none. */
export function unitNamed(machine: Machine, name: string): Unit | undefined {
  const bare = name.replace(/\.service$/, "");
  return unitsOf(machine).find((unit) => unit.name === bare || unit.aliases.includes(bare));
}

/** A running process, as ps lists it. */
export interface Process {
  readonly pid: number;
  readonly user: string;
  readonly comm: string;
  readonly commandLine: string;
  readonly unit?: Unit;
}

/** Processes of a machine: init, and the main process of each daemon that runs. */
export function processesOf(machine: Machine): readonly Process[] {
  const init: Process = { pid: 1, user: "root", comm: "tini", commandLine: "/usr/bin/tini -- /usr/local/sbin/host-init" };
  const daemons = unitsOf(machine).flatMap((unit): readonly Process[] => {
    if (machine.services.state(unit.kind) === "stopped" || machine.services.state(unit.kind) === "failed") return [];
    return [{ pid: mainPid(machine, unit), user: unit.user, comm: unit.comm, commandLine: unit.commandLine, unit }];
  });
  return [init, ...daemons];
}

/** The main process id: the daemon's own, where it says so. */
export function mainPid(machine: Machine, unit: Unit): number {
  return machine.services.program(unit.kind)?.pid ?? 100 + units.indexOf(unit);
}
