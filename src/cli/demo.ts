import { readable } from "../base/reading.ts";
import { unlessAborted } from "../base/unless-aborted.ts";
import { dialects } from "../daemons/registry.ts";
import { catalogue } from "../scenario/catalogue.ts";
import type { Step } from "../scenario/compile.ts";
import { allPass, judgeStage, rightAnswers } from "../scenario/judge.ts";
import { playSteps } from "../scenario/play-steps.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { comeToRest, type Stage, sendMail, setStage } from "../scenario/stage.ts";
import { traceLines } from "../trace/read-lines.ts";
import type { EngineId } from "../world/engine.ts";
import type { Trace } from "../world/trace.ts";
import type { CliCommand } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import { chooseScenario, engineId, openLibrary, wholeNumber } from "./library.ts";
import { judgedText } from "./print-judged.ts";
import { progressFor } from "./print-progress.ts";
import { traceText } from "./print-trace.ts";

/** `maildrill demo`: the reference solution is played before your eyes, with the trace before and after. */
export const demo: CliCommand = {
  define: (command) => {
    command
      .argument("<scenario>", "its codename")
      .option("--engine <engine>", "embedded or docker", "embedded")
      .option("--seed <n>", "whose names are drawn", "0");
  },
  run: async (context, [name], options) => {
    const scenario = chooseScenario(openLibrary(context), String(name));
    return playDemo(context, scenario, { engine: engineId(options.engine), seed: wholeNumber(options.seed, "--seed", 0) });
  },
};

/** Plays one scenario from its ticket to its mended end. @returns 0 when mended, else 1 */
export async function playDemo(
  context: CliContext,
  scenario: Scenario,
  how: { readonly engine: EngineId; readonly seed: number },
): Promise<number> {
  const { stdout, stderr, signal } = context;
  const engine = await context.engine(how.engine);
  const section = (title: string): void => stdout.write(`\n== ${title}\n\n`);
  section(`${scenario.text.title} (${scenario.text.codename})`);
  const stage = await setStage(scenario, engine, catalogue, { seed: how.seed, signal, ...progressFor(engine.id, stderr) });
  try {
    return await unlessAborted(show(context, stage, section), signal);
  } finally {
    await stage.range.down();
  }
}

/** From the ticket to the last judgement. @returns 0 when mended, else 1 */
async function show(context: CliContext, stage: Stage, section: (title: string) => void): Promise<number> {
  const { stdout } = context;
  const { compiled, range } = stage;
  stdout.write(`${readable(compiled.ticket.trim(), stdout.columns)}\n`);
  section("The trace");
  const before = traceOf(stage);
  stdout.write(traceText(before) || "No mail yet.\n");
  section("Judged as it is");
  stdout.write(judgedText(await judgeStage(stage, dialects)));
  section("One way to mend it");
  const steps = playSteps(stage, compiled.solutions[0] ?? [], "solution", (step) => stdout.write(promptText(step)));
  for await (const { step, output } of steps) if (!("waitMs" in step)) stdout.write(output === "" ? "\n" : `${output.trimEnd()}\n\n`);
  section("The trace since then");
  await sendAgain(context, stage);
  await comeToRest(range);
  stdout.write(traceText(without(traceOf(stage), before)) || "No mail.\n");
  section("Judged again");
  const judged = await judgeStage(stage, dialects, rightAnswers(stage, dialects));
  stdout.write(judgedText(judged));
  const mended = allPass(judged);
  stdout.write(mended ? "\nmended\n" : "\nnot mended\n");
  return mended ? exit.done : exit.no;
}

function traceOf({ range }: Stage): Trace {
  return traceLines(range.lines(), dialects).trace();
}

/** What is new in `after`. */
function without(after: Trace, before: Trace): Pick<Trace, "messages"> {
  const known = new Set(before.messages.map(({ messageId }) => messageId));
  return { messages: after.messages.filter(({ messageId }) => !known.has(messageId)) };
}

/** As it would look in a terminal: the prompt and the command line. */
function promptText(step: Step): string {
  if ("waitMs" in step) return `(${Math.round(step.waitMs / 1000)} s pass)\n\n`;
  const note = step.note === undefined ? "" : `# ${step.note}\n`;
  if ("escalate" in step) return `${note}(written to ${step.escalate}, with the evidence so far)\n`;
  return `${note}root@${step.on}:~# ${step.run.trimEnd()}\n`;
}

/** The scenario's mail once more, now that it should arrive. */
async function sendAgain({ stdout }: CliContext, { compiled, range }: Stage): Promise<void> {
  for (const { from, message, messageId } of compiled.mail) {
    stdout.write(`Sent once more: ${message.subject}\n`);
    await sendMail(range, { from, message, messageId: messageId.replace("<", "<again.") });
  }
  if (compiled.mail.length > 0) stdout.write("\n");
}
