import type { Event, Lifecycle, Origin, Scanned } from "../../world/event.ts";
import type { LogDialect } from "../daemon.ts";

const LINE = /^(\d{4})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d) #(\d+)\(([^()]*)\) ([^]*)$/;

/** `rspamd_task_write_log`, in the log_format that Debian ships. */
const SCANNED =
  /^(<[^<>;]*>; \w+); rspamd_task_write_log: id: <([^]*?)>,(?: qid: <([^<>]*)>,)?(?: ip: ([0-9a-fA-F.:]+),)?(?: user: ([^]*?),)?(?: from: <([^]*?)>,)? \(default: ([TFS]) \(([^()]*)\): \[(-?\d+\.\d\d)\/(\d+\.\d\d)\] \[([^]*?)\]\), (len: [^]*)$/;

/** Symbols are divided by commas, and so may be the words in their braces. */
const BETWEEN_SYMBOLS = /(?<=\}),(?=\w+\(-?[\d.]+\)\{)/;

const DETAIL = /^(<[^<>;]*>; \w+) ([TFS])(?: user: ([^]*?),)? (len: [^]*)$/;

const LIFECYCLE: readonly { readonly phase: Lifecycle["phase"]; readonly text: RegExp }[] = [
  { phase: "starting", text: /; main; main: rspamd \S+ is starting, build id: / },
  { phase: "ready", text: /; main; rspamd_handle_child_fork: starting rspamd_proxy process / },
  { phase: "reloading", text: /; main; rspamd_hup_handler: rspamd \S+ is requested to reload configuration$/ },
  { phase: "stopping", text: /; main; rspamd_term_handler: catch termination signal, / },
  { phase: "stopped", text: /; main; main: terminating\.\.\.$/ },
];

/** Rspamd's own log file: no host and no level; a tag in angle brackets holds one connection's or message's lines together. */
export const rspamdLog: LogDialect = {
  daemon: "rspamd",
  path: "/var/log/rspamd/rspamd.log",
  ready: /rspamd_handle_child_fork: starting rspamd_proxy process \d+/,
  reader: ({ host }) => ({ read: (line) => readLine(line, host) }),
  format: (event) => `${formatRspamdStamp(event.atMs)} #${event.pid}(${event.process}) ${textOf(event)}`,
};

/** `2026-11-24 02:30:43`, in UTC. */
export function formatRspamdStamp(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace("T", " ");
}

function readLine(line: string, host: string): Event | undefined {
  const match = LINE.exec(line);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second, pid] = match.slice(1, 8).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const atMs = Date.UTC(year, month - 1, day, hour, minute, second);
  const origin: Origin = { atMs, host, daemon: "rspamd", process: match[8] as string, pid };
  const text = match[9] as string;
  return scannedOf(origin, text) ?? lifecycleOf(origin, text) ?? { ...origin, event: "remark", level: "info", text };
}

function lifecycleOf(origin: Origin, text: string): Lifecycle | undefined {
  const entry = LIFECYCLE.find((each) => each.text.test(text));
  return entry === undefined ? undefined : { ...origin, event: "lifecycle", phase: entry.phase, text };
}

function scannedOf(origin: Origin, text: string): Scanned | undefined {
  const match = SCANNED.exec(text);
  if (match === null) return undefined;
  const [, tag = "", id = "", queueId, address, user, from, verdict = "", action = "", score = "", required = "", symbols = "", rest = ""] =
    match;
  return {
    ...origin,
    event: "scanned",
    messageId: `<${id}>`,
    ...(queueId !== undefined && { queueId }),
    clientAddress: address ?? "",
    ...(from !== undefined && { from }),
    action,
    score: Number(score),
    requiredScore: Number(required),
    symbols: symbols === "" ? [] : symbols.split(BETWEEN_SYMBOLS),
    detail: `${tag} ${verdict}${user === undefined ? "" : ` user: ${user},`} ${rest}`,
  };
}

function textOf(event: Event): string {
  switch (event.event) {
    case "scanned":
      return scannedText(event);
    case "lifecycle":
    case "remark":
      return event.text;
    default:
      throw new Error(`Rspamd does not log a ${event.event} event`);
  }
}

/** `detail` is the tag and module, the verdict's letter, and what follows the symbols. */
function scannedText(event: Scanned): string {
  const [, tag = "", verdict = "", user, rest = ""] = DETAIL.exec(event.detail) ?? [];
  const words = [
    `${tag}; rspamd_task_write_log: id: ${event.messageId},`,
    ...(event.queueId === undefined ? [] : [`qid: <${event.queueId}>,`]),
    ...(event.clientAddress === "" ? [] : [`ip: ${event.clientAddress},`]),
    ...(user === undefined ? [] : [`user: ${user},`]),
    ...(event.from === undefined ? [] : [`from: <${event.from}>,`]),
    `(default: ${verdict} (${event.action}): [${event.score.toFixed(2)}/${event.requiredScore.toFixed(2)}] [${event.symbols.join(",")}]),`,
    rest,
  ];
  return words.join(" ");
}
