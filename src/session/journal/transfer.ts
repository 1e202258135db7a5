import { z } from "zod";
import { ProblemError } from "../../base/problem.ts";
import { type SessionRecord, sessionRecord } from "./entry.ts";

/** Journals on their way from one machine to another: one JSON document. */
const document = z.strictObject({ maildrill: z.literal("journal"), version: z.literal(1), sessions: z.array(sessionRecord) });

/** Sessions as text that `readExport` takes. */
export function writeExport(sessions: readonly SessionRecord[]): string {
  return `${JSON.stringify({ maildrill: "journal", version: 1, sessions })}\n`;
}

/** @throws ProblemError `bad-export` for text that is no such document, naming the first thing that is wrong */
export function readExport(text: string, file: string): SessionRecord[] {
  const refuse = (message: string): never => {
    const hint = "`maildrill progress export` writes what this reads.";
    throw new ProblemError({ code: "bad-export", message, where: { file }, hint });
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return refuse("This is no JSON document.");
  }
  const read = document.safeParse(value);
  if (!read.success) {
    const [issue] = read.error.issues;
    return refuse(`This is no exported journal: ${issue?.path.join(".") || "the document"}: ${issue?.message ?? "wrong"}.`);
  }
  for (const { id, entries } of read.data.sessions) {
    if (entries.some(({ sequence }, index) => sequence !== index + 1)) return refuse(`Session ${id} has a gap in its numbers.`);
  }
  return read.data.sessions;
}
