import type { Problem } from "../../base/problem.ts";
import type { Clause } from "./conf-parser.ts";

/** Where named's messages go. */
export interface LogPolicy {
  /** Category → channels; what has no entry goes where `default` goes. */
  readonly categories: Readonly<Record<string, readonly LogChannel[]>>;
  /** The query log is on by itself when queries have a category of their own. */
  readonly hasQueryCategory: boolean;
}

/** A channel that writes a file. Channels to syslog and stderr cannot be seen on a host of a range. */
export interface LogChannel {
  readonly path: string;
  readonly printTime: boolean;
  readonly printCategory: boolean;
  readonly printSeverity: boolean;
  readonly severity: string;
}

const builtinChannels = ["default_syslog", "default_debug", "default_stderr", "default_logfile", "null"];
const knownCategories = new Set(
  "client cname config database default delegation-only dispatch dnssec dnstap edns-disabled general lame-servers network notify nsid queries query-errors rate-limit resolver rpz rpz-passthru security serve-stale spill sslkeylog trust-anchor-telemetry unmatched update update-security xfer-in xfer-out zoneload".split(
    " ",
  ),
);

/** The `logging` statement among these. */
export function readLogging(clauses: readonly Clause[], problems: Problem[]): LogPolicy {
  const inside = clauses.filter((clause) => word(clause, 0) === "logging").flatMap(block);
  const channels = new Map<string, LogChannel | undefined>(builtinChannels.map((name) => [name, undefined]));
  for (const clause of inside.filter((candidate) => word(candidate, 0) === "channel")) {
    channels.set(word(clause, 1) ?? "", readChannel(block(clause)));
  }
  const categories: Record<string, readonly LogChannel[]> = {};
  for (const clause of inside.filter((candidate) => word(candidate, 0) === "category")) {
    const name = word(clause, 1) ?? "";
    const complain = (message: string): void => {
      problems.push({ code: "logging", message, where: { file: clause.file, line: clause.line } });
    };
    if (!knownCategories.has(name)) complain(`undefined category: '${name}'`);
    categories[name] = block(clause).flatMap((element) => {
      const channel = word(element, 0) ?? "";
      if (!channels.has(channel)) complain(`undefined channel: '${channel}'`);
      return channels.get(channel) ?? [];
    });
  }
  return { categories, hasQueryCategory: "queries" in categories };
}

/** The channels that a category's messages go to. */
export function channelsOf(policy: LogPolicy, category: string): readonly LogChannel[] {
  return policy.categories[category] ?? policy.categories.default ?? [];
}

const ranks = ["debug", "info", "notice", "warning", "error", "critical"];

/** True where the channel's severity lets a message of this severity through. */
export function lets(channel: LogChannel, severity: string): boolean {
  return ranks.indexOf(severity) >= Math.max(0, ranks.indexOf(channel.severity));
}

function readChannel(options: readonly Clause[]): LogChannel | undefined {
  const option = (name: string): Clause | undefined => options.find((clause) => word(clause, 0) === name);
  const file = option("file");
  const path = file === undefined ? undefined : word(file, 1);
  if (path === undefined) return undefined;
  const prints = (name: string): boolean => /^(yes|true|1|local|iso8601)$/i.test(word(option(name), 1) ?? "no");
  return {
    path,
    printTime: prints("print-time"),
    printCategory: prints("print-category"),
    printSeverity: prints("print-severity"),
    severity: word(option("severity"), 1) ?? "info",
  };
}

function word(clause: Clause | undefined, index: number): string | undefined {
  return (clause?.parts ?? []).flatMap((part) => ("word" in part ? [part.word] : []))[index];
}

function block(clause: Clause): readonly Clause[] {
  return clause.parts.flatMap((part) => ("block" in part ? part.block : []));
}
