import { ProblemError } from "../base/problem.ts";
import { folded } from "../base/reading.ts";
import { askRange } from "../session/range-client.ts";
import { runtimeFolder } from "../session/runtime-folder.ts";
import type { CliCommand } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import { askAs, defineOnRange, printAnswer } from "./on-range.ts";
import { causesText } from "./print-session.ts";

/** `maildrill diagnose <range> [host cause]`: where the cause lies and what it is; alone, what may be said. Exit 1 where it does not stand. */
export const diagnose: CliCommand = {
  define: (command) => {
    defineOnRange(command).argument("[host]", "where the cause lies").argument("[cause]", "what it is");
  },
  run: async (context, [range, host, cause], options) => {
    if (host === undefined) return offer(context, String(range), options);
    if (cause === undefined) {
      const hint = `\`maildrill diagnose ${String(range)}\` lists what may be said.`;
      throw new ProblemError({ code: "no-cause", message: `What is wrong on ${String(host)}?`, hint });
    }
    const answer = await askAs(context, range, { verb: "diagnose", place: String(host), cause: String(cause) }, options);
    printAnswer(context, options, answer, () => folded(answer.says, context.stdout.columns));
    return answer.status === "right" ? exit.done : exit.no;
  },
};

async function offer(context: CliContext, range: string, options: Readonly<Record<string, unknown>>): Promise<number> {
  const { hosts, causes } = await askRange(runtimeFolder(context.env), range, { verb: "view" }, context.signal);
  const width = Math.max(...hosts.map(({ key }) => key.length));
  const listed = hosts.map(({ key, name, isOwn }) => `${key.padEnd(width)}  ${name}${isOwn ? "" : " (other people's)"}`);
  printAnswer(context, options, { hosts, causes }, () => `Where\n${listed.join("\n")}\n\nWhat\n${causesText({ causes })}`);
  return exit.done;
}
