import { postfixDialect } from "../../../../../daemons/postfix/dialect.ts";
import { type PostmapRequest, postmap } from "../../../../../daemons/postfix/postmap.ts";
import type { Machine } from "../../../machine.ts";
import type { CommandResult } from "../../../shell/command.ts";
import { resolvePath } from "../../../shell/paths.ts";
import { MailLog } from "../mail-log.ts";

/** Runs postmap(1) or postalias(1) on a machine. What it complains about stands in the mail log as well. */
export function compileTable(
  machine: Machine,
  program: PostmapRequest["program"],
  call: { readonly args: readonly string[]; readonly cwd: string; readonly stdin: string },
): CommandResult {
  const { files } = machine;
  const at = (path: string): string => resolvePath(call.cwd, path);
  const isDirectory = (path: string): boolean => files.exists(at(path)) && files.stat(at(path)).kind === "directory";
  const answer = postmap({
    program,
    args: call.args,
    stdin: call.stdin,
    files: { read: (path) => (isDirectory(path) ? undefined : files.read(at(path))), list: (path) => files.list(at(path)) },
    isDirectory,
  });
  for (const [path, text] of answer.writes) files.write(at(path), text);
  if (answer.messages.length > 0) {
    const log = new MailLog(machine, postfixDialect.path);
    const author = { name: program, pid: machine.newPid() };
    for (const { level, text } of answer.messages) log.write(author, { event: "remark", level, text });
  }
  return { stdout: answer.stdout, stderr: answer.stderr, code: answer.code };
}
