import { ProblemError } from "../base/problem.ts";
import { faults } from "../faults/registry.ts";
import { type InForce, parametersOf } from "../session/injections.ts";
import type { CliCommand } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import { askAs, defineOnRange, printAnswer } from "./on-range.ts";

/** `maildrill inject <range> [fault k=v...]`: breaks a running range, for who teaches; alone, what is in force and what there is. */
export const inject: CliCommand = {
  define: (command) => {
    defineOnRange(command, "instructor")
      .argument("[fault]", "its id")
      .argument("[parameters...]", "name=value; a list with commas: swap=mx1,mx2")
      .addHelpText(
        "after",
        "\nNobody who plays in the range is told; their journal has that it happened, not what. `maildrill mend` takes it out again.",
      );
  },
  run: async (context, [range, fault, parameters], options) => {
    if (fault === undefined) return list(context, range, options);
    const params = readPairs(parameters as string[]);
    const injected = await askAs(context, range, { verb: "inject", fault: String(fault), params }, options);
    printAnswer(context, options, injected, () => `In force: ${inForceText(injected)}`);
    return exit.done;
  },
};

async function list(context: CliContext, range: unknown, options: Readonly<Record<string, unknown>>): Promise<number> {
  const { inForce } = await askAs(context, range, { verb: "injected" }, options);
  const known = faults.all().map((fault) => ({ id: fault.id, summary: fault.summary, parameters: parametersOf(fault) }));
  printAnswer(context, options, { inForce, faults: known }, () => {
    const now = inForce.length === 0 ? "Nothing is injected.\n" : `In force\n${inForce.map((each) => `  ${inForceText(each)}\n`).join("")}`;
    const offered = known.map(({ id, summary, parameters }) => {
      const told = parameters.map(({ name, about, required }) => `      ${name}=${required ? "" : " (may be left out)"}  ${about}\n`);
      return `  ${id}\n      ${summary}\n${told.join("")}`;
    });
    return `${now}\nWhat there is\n${offered.join("")}`;
  });
  return exit.done;
}

function inForceText({ number, fault, params }: InForce): string {
  return `${number}  ${fault} ${Object.entries(params as object)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(" ")}`;
}

/** `name=value` words. @throws ProblemError for any other */
function readPairs(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const [, name, value] = /^([\w-]+)=(.*)$/s.exec(word) ?? [];
      if (name !== undefined && value !== undefined) return [name, value];
      const message = `${JSON.stringify(word)} is no parameter.`;
      throw new ProblemError({ code: "bad-parameter", message, hint: "Write name=value, for instance swap=mx1,mx2." });
    }),
  );
}
