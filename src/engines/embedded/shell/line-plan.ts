import type { ScriptNode, SimpleCommandNode } from "just-bash";
import { wordsCommand } from "./shell-state.ts";

/** How a line typed on a terminal is run. */
export type LinePlan =
  /** One command of ours alone: it talks to the terminal itself. `words` is a script that captures its expanded words. */
  | { readonly kind: "command"; readonly name: string; readonly words: string }
  /** `tail -f FILE | grep ...`: the pipeline behind is fed with what comes, as it comes. */
  | { readonly kind: "follow"; readonly words: string; readonly behind: string }
  /** Everything else; its output is shown when it has ended. */
  | { readonly kind: "script" };

/**
 * @param print turns a syntax tree into text
 * @param runs whether a command of ours has this name, and no function hides it
 */
export function planLine(script: ScriptNode, print: (script: ScriptNode) => string, runs: (name: string) => boolean): LinePlan {
  const [statement, ...more] = script.statements;
  const [pipeline, ...others] = statement?.pipelines ?? [];
  if (statement === undefined || pipeline === undefined || more.length > 0 || others.length > 0) return { kind: "script" };
  if (statement.background || pipeline.negated || pipeline.timed) return { kind: "script" };
  const [first, ...behind] = pipeline.commands;
  if (first?.type !== "SimpleCommand" || first.redirections.length > 0) return { kind: "script" };
  const name = literal(first.name);
  if (name === undefined || !runs(name)) return { kind: "script" };
  const words = print(scriptOf(script, [capturing(first)]));
  if (behind.length === 0) return { kind: "command", name, words };
  if (name !== "tail" || !first.args.some((word) => isFollow(literal(word)))) return { kind: "script" };
  return { kind: "follow", words, behind: print(scriptOf(script, behind)) };
}

/**
 * A script in the steps in which it is run. just-bash gives up a whole run when a redirection cannot be opened or a disk is full;
 * run one by one, the statements around the one that failed still count, as in a real shell.
 */
export function stepsOf(script: ScriptNode, text: string, print: (script: ScriptNode) => string): readonly string[] {
  const tree = JSON.stringify(script);
  // A here-document cannot be printed again as it stood.
  if (script.statements.length < 2 || !/"operator":"(>|>>|>\||&>|&>>)"/.test(tree) || tree.includes('"HereDoc"')) return [text];
  return script.statements.map((statement) => {
    const { sourceText: _, ...bare } = statement;
    return print({ ...script, statements: [bare] });
  });
}

type Word = SimpleCommandNode["args"][number];

/** The word's text when nothing in it is expanded. */
function literal(word: Word | null): string | undefined {
  const [part, ...more] = word?.parts ?? [];
  return part?.type === "Literal" && more.length === 0 ? part.value : undefined;
}

function isFollow(word: string | undefined): boolean {
  return word !== undefined && (/^-[a-zA-Z0-9]*[fF]/.test(word) || word.startsWith("--follow"));
}

/** The same words, handed to the command that notes them down. */
function capturing(command: SimpleCommandNode): SimpleCommandNode {
  const name = { type: "Word", parts: [{ type: "Literal", value: wordsCommand }] } as Word;
  return { ...command, name, args: command.name === null ? command.args : [command.name, ...command.args] };
}

function scriptOf(script: ScriptNode, commands: ScriptNode["statements"][number]["pipelines"][number]["commands"]): ScriptNode {
  const statement = script.statements[0];
  const pipeline = statement?.pipelines[0];
  if (statement === undefined || pipeline === undefined) throw new Error("a planned line has a pipeline");
  const { sourceText: _, ...bare } = statement;
  return { ...script, statements: [{ ...bare, operators: [], pipelines: [{ ...pipeline, commands }] }] };
}
