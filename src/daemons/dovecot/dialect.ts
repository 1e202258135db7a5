import type { Event, Lifecycle, Origin, Remark, Saved } from "../../world/event.ts";
import type { LogDialect } from "../daemon.ts";
import { formatLogStamp, logStampReader } from "../log-stamp.ts";

/** A line of dovecot.log before its text is understood. */
interface DovecotLine {
  readonly origin: Origin;
  readonly level: string;
  readonly text: string;
  readonly user?: string;
  readonly session?: string;
}

const LINE =
  /^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) ([a-z][a-z0-9-]*)(?:\(([^()]*)\))?(?:<(\d*)><([^<>]*)>)?: (Debug|Info|Warning|Error|Fatal|Panic): ([^]*)$/;
const SAVED = /^msgid=(<[^]*?>|[^<:][^:]*|): saved mail to ([^]*)$/;
const SIEVE_STORED = /^sieve: msgid=(<[^]*?>|[^<:][^:]*|): stored mail into mailbox '([^']*)'$/;
const SAVE_FAILED = /^msgid=(<[^]*?>|[^<:][^:]*|): save failed to (open mailbox )?(\S+): ([^]*)$/;

/** What the master says of itself, and at which level. */
const LIFECYCLE: readonly { readonly phase: Lifecycle["phase"]; readonly level: string; readonly text: RegExp }[] = [
  { phase: "ready", level: "Info", text: /^Dovecot v\S+ \(.*\) starting up/ },
  { phase: "reloading", level: "Warning", text: /^SIGHUP received - reloading configuration$/ },
  { phase: "stopping", level: "Warning", text: /^Killed with signal \d+/ },
];

/** Dovecot 2.3's own log file (`log_path`): no host, and a process id only where the line names a session. */
export const dovecotDialect: LogDialect = {
  daemon: "dovecot",
  path: "/var/log/dovecot.log",
  ready: /master: Info: Dovecot v\S+ \(.*\) starting up/,
  reader: ({ year, host }) => {
    const stamp = logStampReader(year);
    return {
      read: (line) => {
        const parts = readLine(line, stamp, host);
        return parts === undefined ? undefined : eventOf(parts);
      },
    };
  },
  format: (event) => formatLine(event),
};

function readLine(line: string, stamp: (text: string) => number | undefined, host: string): DovecotLine | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [, when = "", process = "", inner, sessionPid, session, level = "", text = ""] = match;
  const atMs = stamp(when);
  if (atMs === undefined) return undefined;
  const ofSession = session !== undefined;
  const pid = ofSession ? Number(sessionPid) : /^\d+$/.test(inner ?? "") ? Number(inner) : 0;
  const origin: Origin = { atMs, host, daemon: "dovecot", process, pid };
  if (ofSession) return { origin, level, text, user: inner ?? "", session };
  // A name in brackets without a session: `doveadm(alice)`.
  if (inner !== undefined && pid === 0) return { origin, level, text, user: inner };
  return { origin, level, text };
}

function eventOf(line: DovecotLine): Event {
  const { origin, level, text, user, session } = line;
  if (origin.process === "master") {
    const lifecycle = LIFECYCLE.find((entry) => entry.level === level && entry.text.test(text));
    if (lifecycle !== undefined) return { ...origin, event: "lifecycle", phase: lifecycle.phase, text };
  }
  if (level === "Info" && user !== undefined && session !== undefined) {
    const saved = savedOf(origin, text, user, session);
    if (saved !== undefined) return saved;
  }
  if (level === "Info" && user === undefined && origin.pid !== 0) {
    const connect = /^Connect from (\S+)$/.exec(text);
    if (connect !== null) return { ...origin, event: "connected", client: clientOf(connect[1] as string) };
    const disconnect = /^Disconnect from (\S+): ([^]*)$/.exec(text);
    if (disconnect !== null) {
      return { ...origin, event: "disconnected", client: clientOf(disconnect[1] as string), counts: [], reason: disconnect[2] as string };
    }
  }
  const remark: Remark = {
    ...origin,
    event: "remark",
    level: level === "Debug" ? "info" : (level.toLowerCase() as Remark["level"]),
    text: level === "Debug" ? `Debug: ${text}` : text,
    ...(user === undefined ? {} : { user }),
    ...(session === undefined ? {} : { session }),
  };
  return remark;
}

function savedOf(origin: Origin, text: string, user: string, session: string): Saved | undefined {
  const base = { ...origin, event: "saved", user, session } as const;
  const saved = SAVED.exec(text);
  if (saved !== null) return { ...base, messageId: saved[1] as string, folder: saved[2] as string };
  const stored = SIEVE_STORED.exec(text);
  if (stored !== null) return { ...base, messageId: stored[1] as string, folder: stored[2] as string, by: "sieve" };
  const failed = SAVE_FAILED.exec(text);
  if (failed === null) return undefined;
  const [, messageId = "", opening, folder = "", failure = ""] = failed;
  return { ...base, messageId, folder, failure, ...(opening === undefined ? {} : { unopened: true }) };
}

/** The client of an LMTP connection: `local` on a Unix domain socket, else its address. */
function clientOf(text: string): { readonly name: string; readonly address: string } {
  return { name: text, address: text === "local" ? "" : text };
}

function formatLine(event: Event): string {
  const { level, text, user, session } = wordsOf(event);
  const bracket = user ?? (event.pid === 0 ? undefined : String(event.pid));
  const process = bracket === undefined ? event.process : `${event.process}(${bracket})`;
  const origin = session === undefined ? process : `${process}<${event.pid}><${session}>`;
  // A debug line is carried as a remark whose text says so.
  const said = text.startsWith("Debug: ") ? text : `${level}: ${text}`;
  return `${formatLogStamp(event.atMs)} ${origin}: ${said}`;
}

interface Words {
  readonly level: string;
  readonly text: string;
  readonly user?: string;
  readonly session?: string;
}

function wordsOf(event: Event): Words {
  switch (event.event) {
    case "saved":
      return { level: "Info", text: savedText(event), user: event.user, session: event.session };
    case "connected":
      return { level: "Info", text: `Connect from ${event.client.name}` };
    case "disconnected":
      return { level: "Info", text: `Disconnect from ${event.client.name}: ${event.reason ?? ""}` };
    case "lifecycle":
      return { level: event.phase === "ready" || event.phase === "starting" ? "Info" : "Warning", text: event.text };
    case "remark":
      return {
        level: `${event.level[0]?.toUpperCase()}${event.level.slice(1)}`,
        text: event.text,
        ...(event.user === undefined ? {} : { user: event.user }),
        ...(event.session === undefined ? {} : { session: event.session }),
      };
    default:
      throw new Error(`Dovecot does not log a ${event.event} event`);
  }
}

function savedText({ messageId, folder, failure, unopened, by }: Saved): string {
  if (by === "sieve") return `sieve: msgid=${messageId}: stored mail into mailbox '${folder}'`;
  if (failure === undefined) return `msgid=${messageId}: saved mail to ${folder}`;
  return `msgid=${messageId}: save failed to ${unopened === true ? "open mailbox " : ""}${folder}: ${failure}`;
}
