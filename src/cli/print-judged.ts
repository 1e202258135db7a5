import type { Judged } from "../scenario/judge.ts";

const marks: Readonly<Record<Judged["verdict"]["status"], string>> = { pass: "[ok]  ", fail: "[no]  ", pending: "[wait]" };

/** Objectives and guards as lines of text; what fails is followed by the reason and its evidence. */
export function judgedText(judged: readonly Judged[]): string {
  return judged.map(itemText).join("");
}

function itemText({ kind, title, verdict, says }: Judged): string {
  const head = `${marks[verdict.status]} ${kind === "guard" ? `guard: ${title}` : title}\n`;
  if (verdict.status === "pass") return head;
  const reasons = [verdict.says, ...(says === undefined ? [] : [says])].map((text) => `       ${text}\n`);
  const evidence = verdict.evidence.flatMap((item) => evidenceText(item).split("\n")).map((text) => `       | ${text}\n`);
  return head + reasons.join("") + evidence.join("");
}

/** A piece of evidence as one text: `mx1 Nov 30 08:12:03 ...` for a log line. */
export function evidenceText(evidence: Judged["verdict"]["evidence"][number]): string {
  return evidence.kind === "line" ? `${evidence.line.host}: ${evidence.line.text}` : evidence.text;
}
