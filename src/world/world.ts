import { ProblemError } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";

/**
 * A world: the description of a mail internet. A plain, serialisable value; nothing in it runs.
 * `scenario/compile` makes it from a blueprint, a seed and an address plan; an engine turns it into a range.
 */
export interface World {
  /** The base world it was made from: `small-office`. */
  readonly name: string;
  readonly seed: number;
  readonly pace: Pace;
  /** When the world's clocks start, milliseconds since the Unix epoch. */
  readonly startsAtMs: number;
  readonly networks: readonly Network[];
  readonly organisations: readonly Organisation[];
  readonly hosts: readonly Host[];
  readonly people: readonly Person[];
}

/** `stock`: the programs' own timers. `lapse`: retry intervals shortened, in the files themselves. */
export type Pace = "stock" | "lapse";

/** The key of a host inside a world: `mx1`. Never the fully qualified name. */
export type HostKey = string;

export type DaemonKind = "postfix" | "exim" | "bind" | "dovecot" | "rspamd" | "domino" | "peer";

/** How good a line is. */
export interface Line {
  /** One way. */
  readonly latencyMs: number;
  /** Share of packets lost, 0 to 1. */
  readonly lossRatio: number;
}

/** Its line is that between any two hosts on it. */
export interface Network extends Line {
  readonly key: string;
  /** `203.0.113.0/26` */
  readonly cidr: string;
  /** Lines of single hosts that differ: of what comes to that host. */
  readonly lines?: Readonly<Record<HostKey, Line>>;
}

export interface Organisation {
  /** The key by which scenarios name it: `org` (the learner's), `sender`, `bystander`, `internet`. */
  readonly key: string;
  /** `Meadow` */
  readonly name: string;
  /** `meadow.example` */
  readonly domain: string;
}

export interface Person {
  /** The key by which scenarios name the person: `user`, `sender`, `colleague`. */
  readonly key: string;
  readonly name: string;
  readonly address: string;
  readonly organisation: string;
  /** The host that holds the mailbox. */
  readonly mailbox: HostKey;
}

export interface Host {
  readonly key: HostKey;
  /** Fully qualified: `mx1.meadow.example`. */
  readonly name: string;
  /** The key of the organisation that owns it. A learner has shells and logs on hosts of `org` only. */
  readonly owner: string;
  /** What it does, in an administrator's words: `inbound relay`, `authoritative name server`. Shown on the map. */
  readonly duties: readonly string[];
  readonly interfaces: readonly Interface[];
  /** Addresses for /etc/resolv.conf, in order. Empty: it does not look names up. */
  readonly nameservers: readonly string[];
  readonly daemons: readonly Daemon[];
  /** Every file a program of this host reads, by absolute path. Configuration files are the truth (law 1). */
  readonly files: Readonly<Record<string, string>>;
  /** Packet filter, first match wins; empty lets everything pass. */
  readonly firewall: readonly FirewallRule[];
  /** File systems with a limit; a path that no entry covers has room. */
  readonly disks: readonly Disk[];
  /** What mailboxes hold before the first mail comes. */
  readonly mailboxes: readonly MailboxContent[];
}

export interface Interface {
  readonly network: string;
  readonly address: string;
}

/** A daemon placed on a host. Its settings are gone: they were rendered into `files`. */
export interface Daemon {
  readonly kind: DaemonKind;
  readonly state: "running" | "stopped" | "frozen";
}

export interface FirewallRule {
  /** Seen from the host: `in` is traffic that arrives for it, `out` traffic that it sends. */
  readonly direction: "in" | "out";
  readonly protocol: "tcp" | "udp";
  readonly port: number;
  /** The other side, an address or a CIDR block; undefined is everybody. */
  readonly peer?: string;
  /** `drop` says nothing, `reject` answers (TCP reset, ICMP port unreachable). */
  readonly verdict: "drop" | "reject";
}

export interface Disk {
  readonly path: string;
  readonly freeBytes: number;
}

export interface MailboxContent {
  /** Local part, as the mailbox host knows the user. */
  readonly user: string;
  /** `Trash`; the INBOX where it is not given. */
  readonly folder?: string;
  /** Bytes of old mail to put there. */
  readonly fillBytes: number;
}

/** What a range needs before addresses are known: which hosts stand on which networks, and where in each block. */
export interface Shape {
  readonly networks: readonly { readonly key: string }[];
  readonly hosts: readonly {
    readonly key: HostKey;
    readonly interfaces: readonly { readonly network: string; readonly offset: number }[];
  }[];
}

/** The addresses an engine has set aside for a range. */
export interface AddressPlan {
  /** network key → CIDR block */
  readonly networks: Readonly<Record<string, string>>;
  /** host key → network key → address */
  readonly addresses: Readonly<Record<HostKey, Readonly<Record<string, string>>>>;
}

/** The host with this key. @throws ProblemError with the nearest key when there is none: a fault's parameters are what somebody typed */
export function hostOf(world: World, key: HostKey): Host {
  const host = world.hosts.find((candidate) => candidate.key === key);
  if (host !== undefined) return host;
  const known = world.hosts.map((candidate) => candidate.key);
  throw new ProblemError(unknownId("host", key, known));
}

/** Whether a host has a daemon of this kind, running or not. */
export function hasDaemon({ daemons }: Pick<Host, "daemons">, wanted: DaemonKind): boolean {
  return daemons.some(({ kind }) => kind === wanted);
}

/** Keys of the hosts that have a daemon of this kind. */
export function hostsWith({ hosts }: World, kind: DaemonKind): HostKey[] {
  return hosts.filter((host) => hasDaemon(host, kind)).map(({ key }) => key);
}

/** The organisation that owns a host. */
export function ownerOf(world: World, key: HostKey): Organisation {
  const owner = hostOf(world, key).owner;
  const organisation = world.organisations.find((candidate) => candidate.key === owner);
  if (organisation === undefined) throw new Error(`the world ${world.name} has no organisation ${owner}`);
  return organisation;
}

/** The address by which one host reaches another: on a network that both stand on, else its first one. */
export function addressFor(from: Host, to: Host): string {
  const shared = to.interfaces.find(({ network }) => from.interfaces.some((own) => own.network === network));
  return (shared ?? to.interfaces[0])?.address ?? "127.0.0.1";
}

/** The host that holds each person's mailbox, by address. */
export function mailboxHosts({ people }: World): Readonly<Record<string, HostKey>> {
  return Object.fromEntries(people.map(({ address, mailbox }) => [address, mailbox]));
}

/** A copy of the world in which one host is replaced. */
export function withHost(world: World, key: HostKey, change: (host: Host) => Host): World {
  hostOf(world, key);
  return { ...world, hosts: world.hosts.map((host) => (host.key === key ? change(host) : host)) };
}
