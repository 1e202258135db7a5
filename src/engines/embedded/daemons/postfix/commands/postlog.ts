import { said } from "../../../shell/answer.ts";
import type { Command } from "../../../shell/command.ts";
import { readOptions, valueOf } from "../../../shell/options.ts";
import { logOf } from "./mail-command.ts";

/** postlog(1): writes lines into the mail log. */
export const postlog: Command = {
  name: "postlog",
  async run(call) {
    const options = readOptions(call.args, "c:ip:t:v", [], true);
    const tag = (valueOf(options, "t") ?? "postlog").replace(/^postfix\//, "");
    const priority = valueOf(options, "p") ?? "info";
    const level = priority === "warn" ? "warning: " : priority === "info" ? "" : `${priority}: `;
    const text = options.operands.length > 0 ? options.operands.join(" ") : call.stdin.trimEnd();
    const log = logOf(call.machine);
    const author = { name: tag, pid: call.machine.newPid() };
    for (const line of text.split("\n")) log.info(author, `${level}${line}`);
    return said(call.console === undefined ? "" : `${tag}: ${level}${text}\n`);
  },
};
