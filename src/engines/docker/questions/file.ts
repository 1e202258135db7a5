import type { FileAnswer, FileQuestion } from "../../../world/question.ts";
import type { LiveRange } from "../live-range.ts";
import { quoted } from "../shell-words.ts";

/** Reads a file of a host. */
export async function answerFile(range: LiveRange, { host, path }: FileQuestion): Promise<FileAnswer> {
  const { stdout, code } = await range.host(host).run(`[ -f ${quoted(path)} ] && cat ${quoted(path)}`);
  return { ask: "file", ...(code === 0 ? { text: stdout } : {}) };
}
