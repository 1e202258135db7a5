import { FileError } from "../../files/file-tree.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { page } from "../pager/pager.ts";
import { resolvePath } from "../paths.ts";

/** less: pages on a terminal; in a pipe it is cat. */
export const less: Command = { name: "less", run: (call) => show(call, "less") };

/** more: the same pager, and the first letter of what Debian's says. */
export const more: Command = { name: "more", run: (call) => show(call, "more") };

/** zless: the same; compressed logs are read as they are. */
export const zless: Command = { name: "zless", run: (call) => show(call, "zless") };

async function show(call: CommandCall, program: string): Promise<CommandResult> {
  const names = call.args.filter((arg) => !/^[-+]./.test(arg));
  if (names.length === 0 && call.stdin === "") {
    const hint =
      program === "more" ? "more: bad usage\nTry 'more --help' for more information.\n" : 'Missing filename ("less --help" for help)\n';
    return { stdout: "", stderr: hint, code: 1 };
  }
  let [text, stderr] = ["", ""];
  for (const name of names.length === 0 ? ["-"] : names) {
    try {
      const content = name === "-" ? call.stdin : call.machine.files.read(resolvePath(call.cwd, name));
      if (content === undefined) stderr += `${name}: No such file or directory\n`;
      else text += content;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      stderr += `${name} is a directory\n`;
    }
  }
  if (text === "" && stderr !== "") return { stdout: "", stderr, code: 1 };
  if (call.console === undefined) return { stdout: text, stderr, code: stderr === "" ? 0 : 1 };
  return page(call.console, names.at(-1) ?? "", text);
}
