import type { Pin } from "../scenario/diagnosis.ts";
import type { LogLine } from "../world/event.ts";
import type { Pinned } from "./journal/entry.ts";
import type { Printed } from "./learner-terminals.ts";
import { doubtAbout, withoutEcho } from "./provenance.ts";

/**
 * What a learner pins when they pin the output of a command: the output as an answer, each log line in it as a line, and as a
 * reply where an SMTP server spoke in it. Only what the learner did not say themselves proves something.
 * @param printed text as printed, without control sequences
 * @param lines the range's log so far
 */
export function pinOf({ host: on, command, cwd, typed, output }: Printed, lines: readonly LogLine[]): Pinned {
  const doubt = doubtAbout(command, cwd);
  const said = withoutEcho(output, [command, ...typed]);
  const why = doubt ?? (said.trim() === "" ? "all of it was typed by you" : undefined);
  if (why !== undefined) return { on, command, text: output, proofs: [], doubt: why };
  return { on, command, text: output, proofs: proofsIn(said, on, lines) };
}

function proofsIn(text: string, on: string, lines: readonly LogLine[]): Pin[] {
  const printed = new Set(text.split(/\r?\n/).map((line) => line.trim()));
  const logged = lines.filter((line) => line.host === on && printed.has(line.text.trim()));
  const replied = [...printed].some((line) => /^(<[-*~ ]*)?\s*[2-5]\d\d[ -]/.test(line));
  return [
    ...logged.map((line) => ({ kind: "line", on, text: line.text }) as const),
    { kind: "answer", on, text },
    ...(replied ? [{ kind: "reply", on, text } as const] : []),
  ];
}
