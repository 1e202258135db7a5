import type { FileAnswer, FileQuestion } from "../../../world/question.ts";
import type { LiveRange } from "../live-range.ts";

/** Reads a file of a host. */
export async function answerFile(range: LiveRange, { host, path }: FileQuestion): Promise<FileAnswer> {
  const { files } = range.machine(host);
  const text = files.exists(path) && files.stat(path).kind === "file" ? files.read(path) : undefined;
  return { ask: "file", ...(text === undefined ? {} : { text }) };
}
