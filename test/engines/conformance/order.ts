/** Lines in one order where the real programs have none of their own. */
export function withoutChanceOrder(lines: readonly string[]): readonly string[] {
  const records = sortedRuns(withSortedResults(lines), isRecord);
  return sortedQueue(sortedRuns(records, (line) => line.startsWith('{"queue_name": ')));
}

/** A record in an answer of dig, long or short. */
function isRecord(line: string): boolean {
  return /^\S+\s+(?:\d+|TTL)\s+IN\s+\S+\s/.test(line) || /^\d+ \S+\.$/m.test(line);
}

/** A queue is listed in the order of its folders, and these hang on the queue ids. */
function sortedQueue(lines: readonly string[]): readonly string[] {
  if (!/^-Queue ID-/.test(lines[0] ?? "")) return lines;
  const entries: string[][] = [];
  const rest: string[] = [];
  for (const line of lines.slice(1)) {
    if (/^[0-9A-F]{6,16}/.test(line)) entries.push([]);
    if (line.startsWith("-- ") || entries.length === 0) rest.push(line);
    else if (/^(2>|exit)/.test(line)) rest.push(line);
    else entries.at(-1)?.push(line);
  }
  const sorted = entries.map((entry) => entry.join("")).sort((left, right) => compareText(withoutId(left), withoutId(right)));
  return [lines[0] ?? "", ...sorted.flatMap((entry) => entry.match(/[^\n]*\n/g) ?? []), ...rest];
}

function withoutId(line: string): string {
  return line.replace(/^[0-9A-F]{6,16}/, "").replace(/"queue_id": "[0-9A-F]+"/, "");
}

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Rspamd writes the results of an Authentication-Results field now in this order, now in that. */
function withSortedResults(lines: readonly string[]): readonly string[] {
  let inside = false;
  const isResult = lines.map((line) => {
    inside = /^Authentication-Results:/.test(line) || (inside && line.startsWith("\t"));
    return inside && line.startsWith("\t");
  });
  const plain = lines.map((line, at) => (isResult[at] === true ? line.replace(/;?(\r?\n)$/, "$1") : line));
  return sortedRuns(plain, (_, at) => isResult[at] === true);
}

/** Sorts each run of neighbours that have no order: BIND rotates the records of a set, Postfix lists files as they lie. */
function sortedRuns(lines: readonly string[], isUnordered: (line: string, at: number) => boolean): readonly string[] {
  const result: string[] = [];
  let run: string[] = [];
  const endRun = (): void => {
    result.push(...run.sort((left, right) => compareText(withoutId(left), withoutId(right))));
    run = [];
  };
  for (const [at, line] of lines.entries()) {
    if (isUnordered(line, at)) run.push(line);
    else {
      endRun();
      result.push(line);
    }
  }
  endRun();
  return result;
}
