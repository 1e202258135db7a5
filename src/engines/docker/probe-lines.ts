import type { LogDialect } from "../../daemons/daemon.ts";
import { type ReadLine, readLines, traceLines } from "../../trace/read-lines.ts";
import type { Event, LogLine } from "../../world/event.ts";
import type { HostKey } from "../../world/world.ts";
import { type LiveRange, wait } from "./live-range.ts";

/** What tells a probe's lines from a learner's. */
export interface ProbeMarks {
  /** Servers to which the probe held an SMTP dialogue, and the addresses it came from. */
  readonly servers?: readonly HostKey[];
  readonly clients?: readonly string[];
  /** Messages that the probe sent. */
  readonly messageIds?: readonly string[];
}

/** A host's log reaches us a moment after it was written (host-init polls it). */
const lateMs = 250;

/** The lines written since a moment, once the last of them have come in. */
export async function settledLines(range: LiveRange, sinceMs: number): Promise<LogLine[]> {
  await wait(range, lateMs);
  return range.log.lines().filter(({ atMs }) => atMs >= sinceMs);
}

/** Those of the lines that are there only because of a probe: its messages' on every host, and its SMTP sessions'. */
export function probeLinesOf(
  lines: readonly LogLine[],
  dialects: readonly LogDialect[],
  { servers = [], clients = [], messageIds = [] }: ProbeMarks,
): Set<LogLine> {
  const read = readLines(lines, dialects).filter((each): each is EventLine => each.event !== undefined);
  const found = new Set(messageIds.flatMap((id) => traceLines(lines, dialects).linesOf(id)));
  addSessions(read, found, (line, event) => servers.includes(line.host) && clients.includes(event.client.address));
  addQueueIds(read, found);
  addTags(read, found);
  return found;
}

/** A line in which its dialect has read an event. */
type EventLine = ReadLine & { readonly event: Event };

/** Whole server sessions, from `connect` to `disconnect` of one process, that the probe opened or in which a probe's message came in. */
function addSessions(
  read: readonly EventLine[],
  found: Set<LogLine>,
  isProbe: (line: LogLine, event: Extract<Event, { event: "connected" }>) => boolean,
): void {
  const sessions = new Map<string, { readonly lines: LogLine[]; probe: boolean }>();
  for (const { line, event } of read) {
    const key = `${line.host} ${event.process} ${event.pid}`;
    if (event.event === "connected") sessions.set(key, { lines: [], probe: isProbe(line, event) });
    const session = sessions.get(key);
    if (session === undefined) continue;
    session.lines.push(line);
    if (found.has(line)) session.probe = true;
    if (event.event !== "disconnected") continue;
    sessions.delete(key);
    if (session.probe) for (const each of session.lines) found.add(each);
  }
  for (const { lines, probe } of sessions.values()) if (probe) for (const each of lines) found.add(each);
}

/** Everything that a host says of a queue file that a probe's session made. */
function addQueueIds(read: readonly EventLine[], found: Set<LogLine>): void {
  const queueIds = new Set<string>();
  const key = (line: LogLine, event: Event): string | undefined =>
    "queueId" in event && event.queueId !== undefined ? `${line.host} ${event.queueId}` : undefined;
  for (const { line, event } of read) {
    const own = key(line, event);
    if (own !== undefined && found.has(line)) queueIds.add(own);
  }
  for (const { line, event } of read) {
    const own = key(line, event);
    if (own !== undefined && queueIds.has(own)) found.add(line);
  }
}

/** What Rspamd and Dovecot say of one task or session: its tag stands in each of the lines. */
function addTags(read: readonly EventLine[], found: Set<LogLine>): void {
  const tagOf = ({ text, host }: LogLine): string | undefined => {
    const tag = /<([0-9A-Za-z+/]{6,})>[;:]/.exec(text)?.[1];
    return tag === undefined ? undefined : `${host} ${tag}`;
  };
  const tags = new Set([...found].flatMap((line) => tagOf(line) ?? []));
  for (const { line } of read) {
    const tag = tagOf(line);
    if (tag !== undefined && tags.has(tag)) found.add(line);
  }
}
