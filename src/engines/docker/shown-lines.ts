import type { LogLine } from "../../world/event.ts";

/**
 * Lines of one log that stand in its file no longer, though later and earlier ones do: those of probes, which were taken out
 * (probe-lines.ts). What is older than the file's first line was cut off by somebody who tidied up, and is not counted.
 * @param lines of one host's log, in the order of time. @param text the file as it is now
 */
export function takenOutSince(lines: readonly LogLine[], text: string): LogLine[] {
  const left = new Map<string, number>();
  for (const line of text.split("\n")) left.set(line, (left.get(line) ?? 0) + 1);
  const missing: LogLine[] = [];
  let sure = 0;
  for (const line of lines.toReversed()) {
    const count = left.get(line.text) ?? 0;
    if (count === 0) missing.push(line);
    else {
      left.set(line.text, count - 1);
      sure = missing.length;
    }
  }
  return missing.slice(0, sure);
}
