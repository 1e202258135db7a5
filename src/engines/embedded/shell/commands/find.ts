import { posix } from "node:path";
import { quote } from "../../../../base/shell-words.ts";
import { FileError } from "../../files/file-tree.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { listingStat } from "../file-listing.ts";
import { directoryEntries, isDirectory } from "../file-system.ts";
import {
  type FindAction,
  type FindExpression,
  type FindNode,
  FindProblem,
  type FoundFile,
  parseFindExpression,
} from "../find/expression.ts";
import { printFound } from "../find/print.ts";
import { resolvePath } from "../paths.ts";
import { statOf } from "../symlinks.ts";

/** find: tests on name, path, type, size, times, owner and mode; -exec, -delete, -prune, -print, -print0, -printf, -ls. */
export const find: Command = {
  name: "find",
  run: async (call) => {
    const firstTest = call.args.findIndex((arg) => /^(-.|!$|\($)/.test(arg));
    const starts = firstTest === -1 ? call.args : call.args.slice(0, firstTest);
    try {
      const expression = parseFindExpression(firstTest === -1 ? [] : call.args.slice(firstTest), {
        nowMs: call.machine.clock.now(),
        modifiedAtMs: (operand) => statOf(call.machine.files, resolvePath(call.cwd, operand))?.modifiedAtMs,
        isEmpty: ({ path, stat }) =>
          stat.kind === "directory" ? directoryEntries(call.machine.files, path).length === 0 : stat.sizeBytes === 0,
      });
      return await new Search(call, expression).from(starts.length === 0 ? ["."] : starts);
    } catch (error) {
      if (error instanceof FindProblem || error instanceof SyntaxError) return { stdout: "", stderr: `find: ${error.message}\n`, code: 1 };
      throw error;
    }
  },
};

/** One run of find over the tree. */
class Search {
  readonly #call: CommandCall;
  readonly #expression: FindExpression;
  readonly #batches = new Map<FindAction, string[]>();
  readonly #pruned = new Set<string>();
  #stdout = "";
  #stderr = "";
  #code = 0;
  #done = false;

  constructor(call: CommandCall, expression: FindExpression) {
    this.#call = call;
    this.#expression = expression;
  }

  async from(starts: readonly string[]): Promise<CommandResult> {
    for (const start of starts) {
      const path = resolvePath(this.#call.cwd, start);
      const stat = this.#stat(path);
      if (stat === undefined) this.#fail(`‘${start}’: No such file or directory`);
      else await this.#visit({ shown: start, start, path, depth: 0, stat });
    }
    for (const [action, paths] of this.#batches) {
      if (action.kind !== "exec") continue;
      const code = await this.#child(action.words.flatMap((word) => (word === "{}" ? paths : [word])));
      if (code !== 0) this.#code = 1;
    }
    return { stdout: this.#stdout, stderr: this.#stderr, code: this.#code };
  }

  async #visit(file: FoundFile): Promise<void> {
    if (this.#done || this.#call.signal.aborted) return;
    const { depthFirst, maxDepth, minDepth, root } = this.#expression;
    const judge = async (): Promise<void> => {
      if (file.depth >= minDepth && !this.#done) await this.#holds(root, file);
    };
    if (!depthFirst) await judge();
    if (file.stat.kind === "directory" && file.depth < maxDepth && !this.#pruned.has(file.path)) {
      for (const name of directoryEntries(this.#call.machine.files, file.path)) {
        const path = posix.join(file.path, name);
        const stat = this.#stat(path);
        const shown = file.shown.endsWith("/") ? `${file.shown}${name}` : `${file.shown}/${name}`;
        if (stat !== undefined) await this.#visit({ shown, start: file.start, path, depth: file.depth + 1, stat });
      }
    }
    if (depthFirst) await judge();
  }

  async #holds(node: FindNode, file: FoundFile): Promise<boolean> {
    switch (node.node) {
      case "test":
        return node.test(file);
      case "action":
        return this.#act(node.action, file);
      case "not":
        return !(await this.#holds(node.of, file));
      case "and":
        return (await this.#holds(node.left, file)) && (await this.#holds(node.right, file));
      case "or":
        return (await this.#holds(node.left, file)) || (await this.#holds(node.right, file));
    }
  }

  async #act(action: FindAction, file: FoundFile): Promise<boolean> {
    switch (action.kind) {
      case "prune":
        this.#pruned.add(file.path);
        return true;
      case "quit":
        this.#done = true;
        return true;
      case "delete":
        return this.#delete(file);
      case "exec":
        if (!action.batch) return (await this.#child(action.words.map((word) => word.replaceAll("{}", file.shown)))) === 0;
        this.#batches.set(action, [...(this.#batches.get(action) ?? []), file.shown]);
        return true;
      default:
        this.#stdout += printFound(action, file, this.#call.machine.files, this.#call.machine.clock.now());
        return true;
    }
  }

  #delete(file: FoundFile): boolean {
    try {
      this.#call.machine.files.remove(file.path);
      return true;
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      this.#fail(`cannot delete ‘${file.shown}’: ${error.code === "ENOTEMPTY" ? "Directory not empty" : "No such file or directory"}`);
      return false;
    }
  }

  async #child(words: readonly string[]): Promise<number> {
    const result = (await this.#call.shell?.(quote(words))) ?? { stdout: "", stderr: "", code: 1 };
    this.#stdout += result.stdout;
    this.#stderr +=
      result.code === 127
        ? result.stderr.replace(/^bash: (\S+): command not found$/m, "find: ‘$1’: No such file or directory")
        : result.stderr;
    return result.code;
  }

  #stat(path: string): FoundFile["stat"] | undefined {
    const { files, clock } = this.#call.machine;
    const stat = listingStat(files, path, clock.now());
    return stat !== undefined && stat.kind === "directory" && !isDirectory(files, path) ? undefined : stat;
  }

  #fail(message: string): void {
    this.#stderr += `find: ${message}\n`;
    this.#code = 1;
  }
}
