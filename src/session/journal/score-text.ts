import type { PathStep } from "./debrief.ts";
import type { Score } from "./score.ts";

/** The learner's way, a line a step: `  3:20  mx2# postqueue -p`. */
export function pathText(steps: readonly PathStep[]): string {
  return steps.map(({ afterMs, kind, text }) => `${minutes(afterMs)}  ${kind === "command" ? "" : `(${kind}) `}${text}\n`).join("");
}

/** Each side of a score on a line of its own. */
export function scoreText({ diagnosis, repair, harm, time, hints, gaveUp }: Score): string {
  const found = diagnosis.afterMs === null ? "not found" : `found after ${minutes(diagnosis.afterMs).trim()}`;
  const mended = repair.afterMs === null ? (gaveUp ? "given up" : "not mended") : `mended after ${minutes(repair.afterMs).trim()}`;
  return [
    `diagnosis  ${found}, ${diagnosis.wrong} of ${diagnosis.claims} did not stand`,
    `repair     ${mended}, ${repair.failedChecks} of ${repair.checks} checks failed`,
    `harm       ${harm.length === 0 ? "none seen" : harm.join(", ")}`,
    `time       ${minutes(time.activeMs).trim()} of yours, ${minutes(time.rangeMs).trim()} in the range`,
    `hints      ${hints}`,
  ]
    .map((line) => `${line}\n`)
    .join("");
}

function minutes(ms: number): string {
  const seconds = Math.round(ms / 1000);
  return `${String(Math.floor(seconds / 60)).padStart(3)}:${String(seconds % 60).padStart(2, "0")}`;
}
