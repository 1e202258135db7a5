import { quoteWord } from "../../../base/shell-words.ts";
import type { FileAnswer, FileQuestion } from "../../../world/question.ts";
import type { LiveRange } from "../live-range.ts";

/** Reads a file of a host. */
export async function answerFile(range: LiveRange, { host, path }: FileQuestion): Promise<FileAnswer> {
  const { stdout, code } = await range.host(host).run(`[ -f ${quoteWord(path)} ] && cat ${quoteWord(path)}`);
  return { ask: "file", ...(code === 0 ? { text: stdout } : {}) };
}
