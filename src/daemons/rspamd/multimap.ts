import type { FileReader } from "../daemon.ts";
import { type UclValue, uclAt, uclSections, uclText, uclTexts } from "./ucl.ts";

/** One rule of the multimap module: what it looks at, and the list that it looks in. */
export interface MapRule {
  readonly symbol: string;
  readonly type: string;
  /** Header names for `header`. */
  readonly headers: readonly string[];
  readonly match: "exact" | "regexp" | "glob";
  /** The list's lines without comments, in order. */
  readonly entries: readonly string[];
  readonly score: number;
  /** An action that is taken at once, whatever the score. */
  readonly action?: string;
  readonly message?: string;
  /** Where the entries come from: paths, or entries given in place. */
  readonly maps: readonly string[];
}

/** Kinds of rules that a simulated Rspamd follows. */
export const SIMULATED_MAP_TYPES: readonly string[] = ["from", "header", "helo", "hostname", "ip", "rcpt"];

/** The rules of the section `multimap`, with the lists that their files hold now. */
export function readMapRules(section: UclValue | undefined, read: (path: string) => string | undefined): readonly MapRule[] {
  return uclSections(section).flatMap(([name, rule]) => {
    const type = uclText(uclAt(rule, "type"));
    const maps = uclTexts(uclAt(rule, "map") ?? uclAt(rule, "url"));
    if (type === undefined || maps.length === 0) return [];
    const action = uclText(uclAt(rule, "action"));
    const message = uclText(uclAt(rule, "message"));
    const isSet = (key: string): boolean => ["true", "yes", "on"].includes(uclText(uclAt(rule, key)) ?? "");
    return [
      {
        symbol: uclText(uclAt(rule, "symbol")) ?? name,
        type,
        headers: uclTexts(uclAt(rule, "header")),
        match: isSet("regexp") ? ("regexp" as const) : isSet("glob") ? ("glob" as const) : ("exact" as const),
        entries: maps.flatMap((map) => entriesOf(map, read)),
        score: Number(uclText(uclAt(rule, "score")) ?? 0),
        ...(action !== undefined && { action }),
        ...(message !== undefined && { message }),
        maps,
      },
    ];
  });
}

/** The rules with what their lists hold now: Rspamd watches the files and reads a changed one within seconds. */
export function freshRules(rules: readonly MapRule[], files: FileReader): readonly MapRule[] {
  return rules.map((rule) => ({ ...rule, entries: rule.maps.flatMap((map) => entriesOf(map, (path) => files.read(path))) }));
}

/** A map is a file's path, with or without `file://`, or an entry given in place. */
function entriesOf(map: string, read: (path: string) => string | undefined): readonly string[] {
  const path = map.replace(/^(fallback\+)?file:\/\//, "");
  if (!path.startsWith("/")) return [map];
  return (read(path) ?? "")
    .split("\n")
    .map((line) => line.replace(/(^|\s)#.*/, "").trim())
    .filter((line) => line !== "");
}
