import type { LogDialect } from "../../daemons/daemon.ts";
import { type ReadLine, readLines, traceRead } from "../../trace/read-lines.ts";
import type { Event, LogLine } from "../../world/event.ts";
import type { HostKey } from "../../world/world.ts";
import { type LiveRange, wait } from "./live-range.ts";

/** What tells a probe's lines from a learner's. */
export interface ProbeMarks {
  /** Servers to which the probe held an SMTP dialogue, and the addresses it came from. */
  readonly servers?: readonly HostKey[];
  readonly clients?: readonly string[];
  /** Messages that the probe sent, and the reports on them. */
  readonly messageIds?: readonly string[];
  /** Whose refusal is the probe's: one that comes before there is a message is known by nothing else. */
  readonly envelope?: { readonly from: string; readonly to: readonly string[] };
}

/** A host's log reaches us a moment after it was written (host-init polls it). */
const lateMs = 250;

/** The lines written since a moment, once the last of them have come in. */
export async function settledLines(range: LiveRange, sinceMs: number): Promise<LogLine[]> {
  await wait(range, lateMs);
  return range.log.since(sinceMs);
}

/** Takes what is there only because of a probe out of the range's log, and out of the hosts' log files, where a learner looks as well. */
export async function hideProbe(range: LiveRange, sinceMs: number, marks: ProbeMarks): Promise<void> {
  const lines = probeLinesOf(await settledLines(range, sinceMs), range.dialects, marks);
  range.log.hide(lines);
  const hosts = new Map<HostKey, LogLine[]>();
  for (const line of lines) hosts.set(line.host, [...(hosts.get(line.host) ?? []), line]);
  await Promise.all([...hosts].map(([host, own]) => takeOutOfFiles(range, host, own)));
}

/** Asks the host's own follower of its logs (images/base, host-logs), and waits until it has done so. */
async function takeOutOfFiles(range: LiveRange, host: HostKey, lines: readonly LogLine[]): Promise<void> {
  const list = lines.map(({ path, text }) => `${path}\t${text}\n`).join("");
  await range.host(host).run(takeOut, { stdin: list });
}

/** One list at a time: questions may be asked side by side. */
const takeOut = `cd /run && exec 9>host-logs.lock && flock 9 && cat >host-logs.new && mv host-logs.new host-logs
for _ in $(seq 500); do [ -e host-logs ] || break; sleep 0.01; done; rm -f host-logs.lock`;

/** Those of the lines that are there only because of a probe: its messages' on every host, and its SMTP sessions'. */
function probeLinesOf(
  lines: readonly LogLine[],
  dialects: readonly LogDialect[],
  { servers = [], clients = [], messageIds = [], envelope }: ProbeMarks,
): Set<LogLine> {
  const all = readLines(lines, dialects);
  const read = all.filter((each): each is EventLine => each.event !== undefined);
  const tracer = traceRead(all);
  const found = new Set(messageIds.flatMap((id) => tracer.linesOf(id)));
  addSessions(read, found, ({ line, event }) => {
    if (event.event === "connected") return servers.includes(line.host) && clients.includes(event.client.address);
    return event.event === "rejected" && event.from === envelope?.from && envelope?.to.includes(event.to ?? "") === true;
  });
  addQueueIds(read, found);
  addTags(
    lines,
    found,
    new Set(read.flatMap(({ line, event }) => (event.event === "connected" && found.has(line) ? event.client.address : []))),
  );
  return found;
}

/** A line in which its dialect has read an event. */
type EventLine = ReadLine & { readonly event: Event };

/** Whole server sessions, from `connect` to `disconnect` of one process, that the probe opened or in which a probe's message came in. */
function addSessions(read: readonly EventLine[], found: Set<LogLine>, isProbe: (line: EventLine) => boolean): void {
  const sessions = new Map<string, { readonly lines: LogLine[]; probe: boolean }>();
  for (const each of read) {
    const { line, event } = each;
    const key = `${line.host} ${event.process} ${event.pid}`;
    if (event.event === "connected") sessions.set(key, { lines: [], probe: false });
    const session = sessions.get(key);
    if (session === undefined) continue;
    session.lines.push(line);
    if (found.has(line) || isProbe(each)) session.probe = true;
    if (event.event !== "disconnected") continue;
    sessions.delete(key);
    if (session.probe) for (const own of session.lines) found.add(own);
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

/**
 * What Rspamd and Dovecot say of one task or session: its tag stands in each of the lines. A session in which Rspamd got no message to
 * look at says only for which client it was.
 */
function addTags(lines: readonly LogLine[], found: Set<LogLine>, clients: ReadonlySet<string>): void {
  const tagged = new Map<string, LogLine[]>();
  for (const line of lines) {
    const tag = /<([0-9A-Za-z+/]{6,})>[;:]/.exec(line.text)?.[1];
    if (tag === undefined) continue;
    const key = `${line.host} ${tag}`;
    tagged.set(key, [...(tagged.get(key) ?? []), line]);
  }
  const isEmptySession = (own: readonly LogLine[]): boolean =>
    own.every(({ text }) => !text.includes("_task_")) &&
    own.some(({ text }) => clients.has(/got connection from ([\d.]+):/.exec(text)?.[1] ?? ""));
  for (const own of tagged.values())
    if (own.some((line) => found.has(line)) || isEmptySession(own)) for (const line of own) found.add(line);
}
