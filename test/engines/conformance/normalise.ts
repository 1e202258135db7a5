import { withoutChanceOrder } from "./order.ts";
import type { Outcome, Step } from "./recording.ts";

/** One thing of an outcome that is compared: a reply, what a command printed, a host's log, a folder of messages. */
export interface Part {
  readonly name: string;
  /** Groups of lines. Lines keep their order inside a group; the groups are sorted, since which came first is chance. */
  readonly groups: readonly (readonly string[])[];
}

/**
 * An outcome without what is incidental: process ids, times, delays, session names. Queue ids are named in the order in which the
 * parts show them, so that two ids are equal after it if and only if they were before.
 * @param keepSizes false where queue ids are not as long as the recorded ones: they are part of a message's size
 */
export function normalise(outcome: Outcome, keepSizes: boolean): readonly Part[] {
  const ids = queueIds(outcome);
  const parts = partsOf(outcome, keepSizes);
  const anyId = ids.size === 0 ? /(?!)/g : new RegExp(`(?<![0-9A-Za-z])(?:${[...ids].join("|")})(?![0-9A-Za-z])`, "g");
  const blank = (group: readonly string[]): string => group.join("").replace(anyId, "ID");
  const names = new Map<string, string>();
  const named = (line: string): string =>
    line.replace(anyId, (id) => {
      const name = names.get(id) ?? `Q${names.size + 1}`;
      names.set(id, name);
      return name;
    });
  return parts.map(({ name, groups }) => {
    const sorted = [...groups].sort((left, right) => (blank(left) < blank(right) ? -1 : blank(left) > blank(right) ? 1 : 0));
    return { name, groups: sorted.map((group) => group.map(named)) };
  });
}

/** Places where a queue id stands; what looks like one elsewhere is none. */
const idPlaces: readonly RegExp[] = [
  /\]: ([0-9A-F]{6,16}): /g,
  /queued as ([0-9A-F]{6,16})\b/g,
  /\bid ([0-9A-F]{6,16})(?=[;\s]|$)/g,
  /<\d{14}\.([0-9A-F]{6,16})@/g,
  /notification: ([0-9A-F]{6,16})/g,
  /"queue_id": "([0-9A-F]{6,16})"/g,
  /^([0-9A-F]{6,16})[*!]? +\d+ \w{3} \w{3}/gm,
  /^X-Postfix-Queue-I[dD]: ([0-9A-F]{6,16})/gm,
  /(?:deferred|defer|active|hold|incoming)\/(?:[0-9A-F]\/)?([0-9A-F]{6,16})\b/g,
  /="([0-9A-F]{6,16})\.\d+\//g,
  /^([0-9A-F]{6,16})$/gm,
];

/** Every queue id that an outcome shows. */
export function queueIds(outcome: Outcome): ReadonlySet<string> {
  const text = [
    ...outcome.steps.flatMap(({ receive = [], stdout = [], stderr = [] }) => [...receive, ...stdout, ...stderr]),
    ...Object.values(outcome.logs).flatMap((own) => Object.values(own).flat()),
    ...(outcome.files ?? []).flatMap(({ content }) => content),
  ].join("");
  return new Set(idPlaces.flatMap((place) => [...text.matchAll(place)].map(([, id = ""]) => id)));
}

function partsOf({ steps, logs, files = [] }: Outcome, keepSizes: boolean): readonly Part[] {
  const sized = (line: string): string => (keepSizes ? line : withoutSizes(line));
  const heard = steps.flatMap((step, index): Part[] => {
    const lines = linesHeard(step);
    return lines === undefined
      ? []
      : [{ name: `step ${index + 1} ${labelOf(step, steps[index - 1])}`, groups: [withoutChanceOrder(lines.map(scrub).map(sized))] }];
  });
  const logged = Object.entries(logs).flatMap(([host, own]) =>
    Object.entries(own).map(
      ([path, lines]): Part => ({ name: `log ${host} ${path}`, groups: byProcess(lines).map((group) => group.map(sized)) }),
    ),
  );
  const folders = [...new Set(files.map(({ host, path }) => `${host} ${path.slice(0, path.lastIndexOf("/"))}`))].sort();
  const kept = folders.map((folder): Part => {
    const own = files.filter(({ host, path }) => folder === `${host} ${path.slice(0, path.lastIndexOf("/"))}`);
    return { name: `files ${folder}`, groups: own.map(({ content }) => withoutChanceOrder(content.map(scrub).map(sized))) };
  });
  return [...heard, ...logged, ...kept];
}

function linesHeard({ receive, closed, run, stdout = [], stderr = [], exit, connect, error }: Step): readonly string[] | undefined {
  // Whether the end of a connection comes as FIN or as RST hangs on what the kernel still had unread.
  if (receive !== undefined) return [...receive, ...(closed === undefined ? [] : [closed === false ? "(open)" : "(closed)"])];
  if (run !== undefined) return [...stdout, ...stderr.map((line) => `2> ${line}`), `exit ${exit}`];
  if (connect !== undefined) return [error ?? "connected"];
  return undefined;
}

function labelOf(step: Step, previous: Step | undefined): string {
  const words = step.run ?? step.connect ?? (previous?.send ?? ["(no command)"]).join("");
  return words.trim().replace(/\s+/g, " ").slice(0, 60);
}

/**
 * Log lines in groups that each have an order of their own: all of one SMTP session, else all of one queue file, else the line alone.
 */
function byProcess(lines: readonly string[]): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  const sessions = new Map<string, number>();
  for (const [at, line] of lines.entries()) {
    const server = /postfix\/smtpd\[(\d+)\]: /.exec(line)?.[1] ?? /^\S+ .{11} lmtp\((?:\w+\)<)?(\d+)/.exec(line)?.[1];
    if (server !== undefined && /: connect from /i.test(line)) sessions.set(server, at);
    const [, id] = /\]: ([0-9A-F]{6,16}): /.exec(line) ?? [];
    const key = (server === undefined ? id : `${server} ${sessions.get(server)}`) ?? `line ${at}`;
    groups.set(key, [...(groups.get(key) ?? []), scrubLog(line)]);
  }
  return [...groups.values()];
}

/** A log line without its stamp and process id. */
function scrubLog(line: string): string {
  return scrub(
    line
      .replace(/^\w{3} [ \d]\d \d\d:\d\d:\d\d /, "")
      .replace(/^(\S+ postfix\/[\w/-]+)\[\d+\]: /, "$1: ")
      .replace(/^lmtp\(\d+\): /, "lmtp(PID): ")
      .replace(/^lmtp\((\S+)\)<\d+><[\w+/]{22}((?::R\d+)?)>: /, "lmtp($1)<PID><SESSION$2>: "),
  );
}

/** What is another at every run, wherever it stands: times, delays, names of sessions. */
export function scrub(line: string): string {
  return (
    line
      .replace(/ delay=[\d.]+, delays=[\d.]+\/[\d.]+\/[\d.]+\/[\d.]+, /, " delay=D, delays=D/D/D/D, ")
      .replace(/> [\w+/]{22}((?::R\d+)?(?: Saved)?)(?=[)\n])/g, "> SESSION$1")
      .replace(/^\tid [\w+/]{22}((?::R\d+)?)$/m, "\tid SESSION$1")
      .replace(/<\d{14}\.([0-9A-F]{6,16})@/g, "<STAMP.$1@")
      .replace(/<\d{14}\.(\d{6})@/g, "<STAMP.NUMBER@")
      .replace(/="([0-9A-F]{6,16})\.\d{10}\//g, '="$1.SECONDS/')
      .replace(/--([0-9A-F]{6,16})\.\d{10}\//g, "--$1.SECONDS/")
      .replace(/\w{3}, [ \d]?\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, "DATE")
      .replace(/\b\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d(?: UTC)?(?: \d{4})?/g, "STAMP")
      .replace(/"arrival_time": \d{10}/g, '"arrival_time": STAMP')
      // The folder is a digit of the queue id.
      .replace(/\b(defer|deferred)\/[0-9A-F]\/(?=[0-9A-F]{6,16}\b)/g, "$1/H/")
      .replace(/( process \S+ pid )\d+( exit status)/, "$1PID$2")
      .replace(/(free space in mail queue: )\d+( bytes)/, "$1N$2")
      .replace(/\b((?:by |unix:)pid=)\d+/g, "$1PID")
      .replace(/\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\]/g, "[STAMP]")
      // What a cache holds counts down; nothing here lives longer than a minute.
      .replace(/^(\S+\t+)(?:[0-5]?\d|60)(\t+IN\t)/m, "$1TTL$2")
      .replace(/^(;; Query time: )\d+ msec/m, "$1N msec")
      .replace(/^(; COOKIE: )[0-9a-f]+/m, "$1HEX")
      .replace(/(status: \w+, id: )\d+/, "$1N")
  );
}

function withoutSizes(line: string): string {
  return line
    .replace(/\bsize=\d+/g, "size=N")
    .replace(/("message_size": )\d+/g, "$1N")
    .replace(/^(message_size: ) .*$/m, "$1 N")
    .replace(/^([0-9A-F]{6,16}[*!]?) +\d+ /, "$1 N ");
}
