import type { Event, LookedUp, Origin, Remark } from "../../world/event.ts";
import type { LogDialect } from "../daemon.ts";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `24-Nov-2026 02:23:53.123 category: severity: text`: a channel with print-time, print-category and print-severity. */
const linePattern = /^(\d\d)-([A-Z][a-z]{2})-(\d{4}) (\d\d):(\d\d):(\d\d)\.(\d{3}) (([a-z-]+): (debug \d+|[a-z]+): (.*))$/;
const queryPattern = /^client @0x[0-9a-f]+ ([0-9a-f.:]+)#(\d+) \((.*?)\): query: (\S+) IN (\S+) (\S+) \(([0-9a-f.:]+)\)$/;
const loadedPattern = /^zone (\S+)\/IN: loaded serial (\d+)$/;
const failurePattern = /^zone (\S+)\/IN: (loading from master file .*|not loaded due to errors\.|has \d+ SOA records|has no NS records)$/;

/** The lines that tell of a daemon's life, each with its category and severity. */
const phases: readonly (readonly [pattern: RegExp, phase: "starting" | "ready" | "reloading" | "stopping" | "stopped"])[] = [
  [/^general: notice: running$/, "ready"],
  [/^general: info: received control channel command '(reload|reconfig)\b.*'$/, "reloading"],
  [/^general: info: received SIGHUP signal to reload zones$/, "reloading"],
  [/^general: info: shutting down(: flushing changes)?$/, "stopping"],
  [/^general: notice: exiting$/, "stopped"],
  [/^general: notice: starting BIND /, "starting"],
];

/** named tells its clients apart by where it keeps them in memory; nothing follows from the value. */
const clientPointers = ["0x7f636c06d098", "0x7f636c06ec98", "0x7f636ad0b098", "0x7f636ad0cc98"];

/** The log file of Debian's named as our configuration writes it; a remark's text carries category and severity. */
export const bindLog: LogDialect = {
  daemon: "bind",
  path: "/var/log/named/named.log",
  ready: / general: notice: running$/,
  reader: (context) => ({ read: (line) => readLine(line, context.host) }),
  format: (event) => `${formatTime(event.atMs)} ${formatText(event)}`,
};

function readLine(line: string, host: string): Event | undefined {
  const match = linePattern.exec(line);
  if (match === null) return undefined;
  const [, day, month, year, hour, minute, second, millisecond] = match;
  const [whole, category, severity, text] = match.slice(8) as [string, string, string, string];
  const monthIndex = months.indexOf(month as string);
  if (monthIndex < 0) return undefined;
  const atMs = Date.UTC(Number(year), monthIndex, Number(day), Number(hour), Number(minute), Number(second), Number(millisecond));
  const origin: Origin = { atMs, host, daemon: "bind", process: "named", pid: 0 };
  const query = category === "queries" && severity === "info" ? readQuery(origin, text) : undefined;
  if (query !== undefined) return query;
  const loaded = category === "zoneload" && severity === "info" ? loadedPattern.exec(text) : null;
  if (loaded !== null) return { ...origin, event: "zone-loaded", zone: loaded[1] as string, serial: Number(loaded[2]) };
  const failed = category === "zoneload" && severity === "error" ? failurePattern.exec(text) : null;
  if (failed !== null) return { ...origin, event: "zone-loaded", zone: failed[1] as string, failure: failed[2] as string };
  const phase = phases.find(([pattern]) => pattern.test(whole))?.[1];
  if (phase !== undefined) return { ...origin, event: "lifecycle", phase, text: whole };
  return { ...origin, event: "remark", level: levelOf(severity), text: whole };
}

function readQuery(origin: Origin, text: string): LookedUp | undefined {
  const match = queryPattern.exec(text);
  if (match === null || match[3] !== match[4]) return undefined;
  const [clientAddress, port, , name, type, flags, serverAddress] = match.slice(1) as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  return { ...origin, event: "looked-up", clientAddress, clientPort: Number(port), name, type, flags, serverAddress };
}

function formatText(event: Event): string {
  switch (event.event) {
    case "looked-up": {
      const pointer = clientPointers[event.clientPort % clientPointers.length];
      const client = `client @${pointer} ${event.clientAddress}#${event.clientPort} (${event.name})`;
      return `queries: info: ${client}: query: ${event.name} IN ${event.type} ${event.flags} (${event.serverAddress})`;
    }
    case "zone-loaded":
      return event.failure === undefined
        ? `zoneload: info: zone ${event.zone}/IN: loaded serial ${event.serial}`
        : `zoneload: error: zone ${event.zone}/IN: ${event.failure}`;
    case "lifecycle":
    case "remark":
      return event.text;
    default:
      throw new Error(`a name server logs no event ${event.event}`);
  }
}

function formatTime(atMs: number): string {
  const time = new Date(atMs);
  const [date, clock] = time.toISOString().slice(0, -1).split("T") as [string, string];
  return `${date.slice(8)}-${months[time.getUTCMonth()]}-${date.slice(0, 4)} ${clock}`;
}

function levelOf(severity: string): Remark["level"] {
  if (severity === "warning" || severity === "error") return severity;
  return severity === "critical" ? "fatal" : "info";
}

/** The event that a line without more structure stands for, read as the dialect would read it. */
export function remarkEvent(origin: Origin, category: string, severity: string, text: string): Event {
  const read = readLine(`${formatTime(origin.atMs)} ${category}: ${severity}: ${text}`, origin.host);
  if (read === undefined) throw new Error(`not a line of named's log: ${category}: ${severity}: ${text}`);
  return { ...read, pid: origin.pid };
}
