import type { Pin } from "../scenario/diagnosis.ts";
import type { LogLine } from "../world/event.ts";
import type { HostKey } from "../world/world.ts";

/**
 * What a learner pins when they pin the output of a command: the output as an answer, each log line in it as a line, and as a
 * reply where an SMTP server spoke in it.
 * @param output text as printed, without control sequences
 */
export function pinsOf(output: string, on: HostKey, lines: readonly LogLine[]): Pin[] {
  const printed = new Set(output.split(/\r?\n/).map((line) => line.trim()));
  const logged = lines.filter(({ host, text }) => host === on && printed.has(text.trim()));
  const replied = [...printed].some((line) => /^(<[-*~ ]*)?\s*[2-5]\d\d[ -]/.test(line));
  return [
    ...logged.map(({ text }) => ({ kind: "line", on, text }) as const),
    { kind: "answer", on, text: output },
    ...(replied ? [{ kind: "reply", on, text: output } as const] : []),
  ];
}
