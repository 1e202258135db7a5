import type { DaemonKind, FirewallRule, HostKey } from "./world.ts";

/**
 * The primitive changes that faults are made of: all that an engine must know how to do.
 * Compiling an effect into a world before it starts equals applying it to the running range (a law).
 */
export type Effect =
  | FileEffect
  | ParameterEffect
  | RecordEffect
  | DaemonEffect
  | FirewallEffect
  | LinkEffect
  | DiskEffect
  | MailboxEffect
  | TimeEffect;

/** Changes one text file. The daemon that reads it is reloaded when `reload` names it. */
export interface FileEffect {
  readonly effect: "file";
  readonly host: HostKey;
  readonly path: string;
  readonly edit: FileEdit;
  readonly reload?: DaemonKind;
}

export type FileEdit =
  | { readonly write: string }
  | { readonly append: string }
  | { readonly replace: string; readonly by: string }
  | { readonly remove: true };

/** Sets a parameter in /etc/postfix/main.cf and reloads Postfix; without a value the line is removed (the default comes back). */
export interface ParameterEffect {
  readonly effect: "parameter";
  readonly host: HostKey;
  readonly name: string;
  readonly value?: string;
}

/** Edits records of a zone on the name server that holds its master file, raises the serial and reloads the zone. */
export interface RecordEffect {
  readonly effect: "record";
  readonly host: HostKey;
  /** Without the trailing dot: `meadow.example`. */
  readonly zone: string;
  readonly edits: readonly RecordEdit[];
}

/** Names are relative to the zone or `@`; data in presentation format as it would stand in the zone file. */
export type RecordEdit =
  | { readonly set: RecordText; readonly was: RecordText }
  | { readonly add: RecordText }
  | { readonly remove: RecordText };

export interface RecordText {
  readonly name: string;
  readonly type: string;
  readonly data: string;
  readonly ttlSeconds?: number;
}

export interface DaemonEffect {
  readonly effect: "daemon";
  readonly host: HostKey;
  readonly daemon: DaemonKind;
  /** `freeze` stops it answering without closing anything (SIGSTOP); `thaw` lets it go on. */
  readonly action: "stop" | "start" | "reload" | "freeze" | "thaw";
}

export interface FirewallEffect {
  readonly effect: "firewall";
  readonly host: HostKey;
  readonly rule: FirewallRule;
}

/** Changes latency or loss of a network; with a host, of what comes to that host on it: a slow name server, a bad line to one partner. */
export interface LinkEffect {
  readonly effect: "link";
  readonly network: string;
  readonly host?: HostKey;
  readonly latencyMs?: number;
  readonly lossRatio?: number;
}

/** Leaves `freeBytes` free on the file system that holds `path`. */
export interface DiskEffect {
  readonly effect: "disk";
  readonly host: HostKey;
  readonly path: string;
  readonly freeBytes: number;
}

/** Puts `fillBytes` of old mail into a folder of a user's mailbox; into the INBOX where none is named. */
export interface MailboxEffect {
  readonly effect: "mailbox";
  readonly host: HostKey;
  readonly user: string;
  readonly folder?: string;
  readonly fillBytes: number;
}

/** Moves the range's clock forward. Embedded only; docker answers with a Problem. */
export interface TimeEffect {
  readonly effect: "time";
  readonly advanceMs: number;
}
