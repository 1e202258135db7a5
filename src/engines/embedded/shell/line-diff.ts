/** A run of lines that two texts share, or in which they differ. Rows count from 0. */
export interface Change {
  readonly fromOld: number;
  readonly oldCount: number;
  readonly fromNew: number;
  readonly newCount: number;
}

/** Where two lists of lines differ: the longest common subsequence, common ends stripped first. */
export function changesBetween(oldLines: readonly string[], newLines: readonly string[]): readonly Change[] {
  let start = 0;
  while (start < oldLines.length && start < newLines.length && oldLines[start] === newLines[start]) start++;
  let end = 0;
  while (end < oldLines.length - start && end < newLines.length - start && oldLines.at(-1 - end) === newLines.at(-1 - end)) end++;
  const left = oldLines.slice(start, oldLines.length - end);
  const right = newLines.slice(start, newLines.length - end);
  const kept = left.length * right.length > 4_000_000 ? [] : commonRows(left, right);
  const changes: Change[] = [];
  let [row, other] = [0, 0];
  for (const [keptOld, keptNew] of [...kept, [left.length, right.length] as const]) {
    if (keptOld > row || keptNew > other) {
      changes.push({ fromOld: start + row, oldCount: keptOld - row, fromNew: start + other, newCount: keptNew - other });
    }
    [row, other] = [keptOld + 1, keptNew + 1];
  }
  return changes;
}

function commonRows(left: readonly string[], right: readonly string[]): readonly (readonly [number, number])[] {
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  const at = (row: number, column: number): number => lengths[row * width + column] ?? 0;
  for (let row = left.length - 1; row >= 0; row--) {
    for (let column = right.length - 1; column >= 0; column--) {
      lengths[row * width + column] =
        left[row] === right[column] ? at(row + 1, column + 1) + 1 : Math.max(at(row + 1, column), at(row, column + 1));
    }
  }
  const pairs: [number, number][] = [];
  for (let row = 0, column = 0; row < left.length && column < right.length; ) {
    if (left[row] === right[column]) pairs.push([row++, column++]);
    else if (at(row + 1, column) >= at(row, column + 1)) row++;
    else column++;
  }
  return pairs;
}
