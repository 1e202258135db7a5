import type { Command } from "commander";
import { askRange } from "../session/range-client.ts";
import type { Request, ResponseOf } from "../session/range-protocol.ts";
import { runtimeFolder } from "../session/runtime-folder.ts";
import { actor } from "./actor.ts";
import type { CliContext } from "./context.ts";

type Options = Readonly<Record<string, unknown>>;
type Actor = ReturnType<typeof actor>;

/** What every command has that does something in a running range. @param by who acts where `--as` is not given */
export function defineOnRange(command: Command, by: Actor = "learner"): Command {
  return command
    .argument("<range>", "its name, see maildrill ps")
    .option("--as <actor>", "learner or instructor: who does it, as the journal has it", by)
    .option("--json", "print one JSON document");
}

/** A request without the one who makes it. */
type Wish<R = Request> = R extends { readonly actor: string } ? Omit<R, "actor"> : never;

/** Asks a running range on behalf of whoever `--as` names. @throws ProblemError as `askRange` does, and for an actor that there is not */
export async function askAs<W extends Wish>(
  context: CliContext,
  range: unknown,
  wish: W,
  options: Options,
): Promise<ResponseOf[W["verb"]]> {
  const asked = { ...wish, actor: actor(options.as) } as unknown as Request & { verb: W["verb"] };
  return (await askRange(runtimeFolder(context.env), String(range), asked, context.signal)) as ResponseOf[W["verb"]];
}

/** One JSON document, or text for people. */
export function printAnswer({ stdout }: CliContext, { json }: Options, answer: unknown, text: () => string): void {
  if (json === true) stdout.write(`${JSON.stringify(answer, null, 2)}\n`);
  else stdout.write(`${text().trimEnd()}\n`);
}
