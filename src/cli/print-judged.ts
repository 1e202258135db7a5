import { evidenceText } from "../checks/check.ts";
import type { Judged } from "../scenario/judge.ts";
import type { VerdictItem } from "../session/journal/entry.ts";

const marks: Readonly<Record<VerdictItem["status"], string>> = { pass: "[ok]  ", fail: "[no]  ", pending: "[wait]" };

/** What a line of text is made of: a judged item, with what a broken guard tells besides. */
type Printed = Omit<VerdictItem, "id" | "evidence"> & { readonly evidence: readonly string[] };

/** Objectives and guards as lines of text; what does not pass is followed by the reason and its evidence. */
export function judgedText(judged: readonly Judged[]): string {
  return judged
    .map(({ kind, title, verdict, says }) => {
      const { status, says: reason, evidence } = verdict;
      return itemText({
        kind,
        title,
        status,
        says: reason,
        evidence: evidence.map(evidenceText),
        ...(says === undefined ? {} : { tells: says }),
      });
    })
    .join("");
}

/** One item, as `judgedText` prints it. */
export function itemText({ kind, title, status, says, evidence, tells }: Printed): string {
  const head = `${marks[status]} ${kind === "guard" ? `guard: ${title}` : title}\n`;
  if (status === "pass") return head;
  const reasons = [says, ...(tells === undefined ? [] : [tells])].map((text) => `       ${text}\n`);
  const shown = evidence.flatMap((text) => text.split("\n")).map((text) => `       | ${text}\n`);
  return head + reasons.join("") + shown.join("");
}
