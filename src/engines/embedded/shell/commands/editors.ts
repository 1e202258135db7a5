import type { Command, CommandCall, CommandResult, Console } from "../command.ts";
import { editByLine } from "../editor/line-edit.ts";
import { editWithNano } from "../editor/nano.ts";
import { editWithVi } from "../editor/vi.ts";

type Editor = (call: CommandCall, console: Console, name: string) => Promise<string>;

/** An editor: full-screen where there are keys, line by line where there are none, and nothing for a pipe. */
function editor(name: string, fullScreen: Editor): Command {
  return {
    name,
    run: async (call): Promise<CommandResult> => {
      const { console } = call;
      const operands = call.args.filter((arg) => !/^[-+]/.test(arg));
      if (console === undefined) return { stdout: "", stderr: `${name}: an editor needs a terminal; sed -i edits without one\n`, code: 1 };
      const file = operands[0] ?? "";
      if (file === "" && !(name === "nano" && console.canBeRaw))
        return { stdout: "", stderr: `${name}: name a file: ${name} /etc/postfix/main.cf\n`, code: 1 };
      const message = await (console.canBeRaw ? fullScreen : editByLine)(call, console, file);
      return { stdout: "", stderr: message === "" || message.endsWith("\n") ? message : `${message}\n`, code: message === "" ? 0 : 1 };
    },
  };
}

export const editors: readonly Command[] = [
  ...["vi", "vim", "vim.tiny", "view"].map((name) => editor(name, editWithVi)),
  ...["nano", "edit", "editor"].map((name) => editor(name, editWithNano)),
];
