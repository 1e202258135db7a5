import { ProblemError } from "../base/problem.ts";
import { askRange, findRanges } from "../session/range-client.ts";
import type { ResponseOf } from "../session/range-protocol.ts";
import { namedRanges, runtimeFolder } from "../session/runtime-folder.ts";
import type { CliCommand } from "./command.ts";
import { exit } from "./exit.ts";
import { endWaitingRanges, nothingSwept, sweepLeftovers, sweptFields, sweptText } from "./leftovers.ts";

/** `maildrill down <range>|--all`: stops ranges, and clears away what dead processes left behind. */
export const down: CliCommand = {
  define: (command) => {
    command
      .argument("[range]", "its name, see maildrill ps")
      .option("--all", "every range of this user, those that wait for a session included")
      .option("--json", "print one JSON document");
  },
  run: async (context, [range], options) => {
    const folder = runtimeFolder(context.env);
    if (range === undefined && options.all !== true) {
      throw new ProblemError({ code: "no-range", message: "Which range?", hint: "Name one (maildrill ps lists them), or say --all." });
    }
    const name = options.all === true ? undefined : String(range);
    const waited = name !== undefined && namedRanges(folder).includes(name) ? [] : await endWaitingRanges(context, name);
    const found = name === undefined ? await findRanges(folder) : { alive: waited.length === 0 ? [name] : [], gone: [] };
    const stopped = [...waited];
    const gone = [...found.gone];
    const left: string[] = [];
    for (const each of found.alive) {
      const end = await takeDown(folder, each);
      (end === undefined ? gone : stopped).push(each);
      if (end?.leaves === true) left.push(each);
    }
    const swept = options.all === true || gone.length > 0 ? await sweepLeftovers(context) : nothingSwept;
    if (options.json === true) context.stdout.write(`${JSON.stringify({ stopped, gone, ...sweptFields(swept) })}\n`);
    else {
      context.stdout.write(stopped.map((name) => `${name} is down${left.includes(name) ? overText : ""}\n`).join(""));
      context.stdout.write(gone.map((name) => `${name}: the process that kept it was gone already, and the range with it\n`).join(""));
      context.stdout.write(sweptText(swept));
      if (swept === undefined && gone.length > 0) {
        context.stdout.write(
          "If it was on Docker: no engine answers now; what was left there is cleared away at the next start of the docker engine.\n",
        );
      }
      if (stopped.length + gone.length + (swept?.removed.length ?? 0) === 0) context.stdout.write("Nothing was running.\n");
    }
    return exit.done;
  },
};

/** Said of a session that had not come to its end. */
const overText = ", and its session over: `maildrill progress` has it. (One of `maildrill play` waits to be gone on with.)";

/** @returns undefined when the process that kept the range has ended without taking it down */
async function takeDown(folder: string, name: string): Promise<ResponseOf["down"] | undefined> {
  try {
    return await askRange(folder, name, { verb: "down" });
  } catch (error) {
    if (error instanceof ProblemError && error.problems.some(({ code }) => code === "range-gone")) return undefined;
    throw error;
  }
}
