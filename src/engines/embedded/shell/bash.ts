import type { Machine } from "../machine.ts";
import { type BashLibrary, builtinNames, prepareBash } from "./bash-library.ts";
import { failureMessage, isComplete, mayExit, parse, spokenByBash } from "./bash-messages.ts";
import { bridge, type LineContext, runCommand, type Standing } from "./bridge.ts";
import type { ChildRun, Command, CommandResult, Console } from "./command.ts";
import { helpCommand } from "./commands/help.ts";
import { historyCommand } from "./commands/history.ts";
import { whichCommand } from "./commands/which.ts";
import { shellCommands } from "./commands.ts";
import { createFileSystem } from "./file-system.ts";
import { followInto } from "./follow.ts";
import { type LinePlan, planLine, stepsOf } from "./line-plan.ts";
import { mendedBuiltins } from "./mended-builtins.ts";
import { notSimulatedCommand, notSimulatedIn } from "./not-simulated.ts";
import type { Shell, ShellFactory, ShellResult, ShellRun } from "./shell-port.ts";
import * as keep from "./shell-state.ts";
import { openTerminal } from "./terminal/terminal.ts";

/** Shells over just-bash. */
export const createShell: ShellFactory = (machine, commands) => new BashShell(machine, commands, keep.freshState(machine.name), 0);

/** sudo sudo sudo ...: children within children end here. */
const maxDepth = 20;

/** Against lines that would keep the whole process busy; none stands in the way of an administrator's work. */
const limits = {
  maxLoopIterations: 20_000,
  maxCommandCount: 50_000,
  maxCallDepth: 100,
  maxOutputSize: 32 * 1024 * 1024,
  maxStringLength: 32 * 1024 * 1024,
  maxBraceExpansionResults: 10_000,
  maxExecutionTimeMs: Number.POSITIVE_INFINITY,
  maxExtensionCleanupTimeMs: 0,
};

interface Execution {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
  readonly kept: keep.Kept | undefined;
  readonly words: keep.Kept | undefined;
}

class BashShell implements Shell {
  readonly #machine: Machine;
  readonly #commands: ReadonlyMap<string, Command>;
  readonly #history: string[] = [];
  readonly #pid: number;
  readonly #depth: number;
  #state: keep.ShellState;

  constructor(machine: Machine, given: ReadonlyMap<string, Command>, state: keep.ShellState, depth: number) {
    this.#machine = machine;
    this.#state = state;
    this.#depth = depth;
    this.#pid = machine.newPid();
    const commands = new Map<string, Command>();
    for (const command of shellCommands) commands.set(command.name, command);
    for (const [name, command] of given) commands.set(name, command);
    commands.set("history", historyCommand(this.#history));
    commands.set(
      "help",
      helpCommand(() => [...commands.keys(), ...builtinNames]),
    );
    commands.set(
      "which",
      whichCommand((name) => commands.has(name) || isBuiltin(name)),
    );
    this.#commands = commands;
  }

  async run(line: string, options: ShellRun = {}): Promise<ShellResult> {
    if (options.cwd !== undefined) this.#state = { ...this.#state, cwd: options.cwd };
    if (options.env !== undefined) this.#state = keep.withExported(this.#state, options.env);
    const signal = options.signal ?? new AbortController().signal;
    const library = await prepareBash(keep.scriptFor(line, this.#state), this.#machine.clock);
    const parsed = parse(library, line);
    if (typeof parsed === "string") return this.#ended({ stdout: "", stderr: `bash: ${parsed}\n`, code: 2 });
    const { console, stdin } = options;
    if (console !== undefined || stdin !== undefined) {
      const runs = (name: string): boolean => this.#commands.has(name) && !(name in this.#state.functions);
      const plan = planLine(parsed, library.serialize, runs);
      // just-bash takes a long input apart byte by byte; one command of ours gets it as it is.
      if (stdin !== undefined && plan.kind === "command") return this.#alone(library, plan, { stdin }, signal);
      if (console !== undefined && stdin === undefined && plan.kind !== "script")
        return this.#alone(library, plan, { stdin: "", console }, signal);
    }
    const steps = options.stdin === undefined ? stepsOf(parsed, line, library.serialize) : [line];
    const shown = { stdout: "", stderr: "" };
    for (const step of steps) {
      const execution = await this.#execute(library, keep.scriptFor(step, this.#state), options.stdin, signal);
      const result = this.#after(execution, keep.functionsIn(parsed, library.serialize), signal, mayExit(step));
      shown.stdout += result.stdout;
      shown.stderr += result.stderr;
      if (result.exited || signal.aborted) return { ...result, ...shown };
    }
    return { ...this.#ended({ ...shown, code: this.#state.lastCode }) };
  }

  terminal(size: Parameters<Shell["terminal"]>[0]): ReturnType<Shell["terminal"]> {
    return openTerminal(this.#machine, size, {
      run: (line, console, signal) => this.run(line, { console, signal }),
      history: this.#history,
      cwd: () => this.#state.cwd,
      commandNames: () => [...this.#commands.keys(), ...builtinNames],
      isComplete: async (line) => isComplete(await prepareBash("", this.#machine.clock), line),
    });
  }

  /** One command of ours, told by its expanded words: on a terminal, or with an input. */
  async #alone(
    library: BashLibrary,
    plan: Exclude<LinePlan, { kind: "script" }>,
    { stdin, console }: { readonly stdin: string; readonly console?: Console },
    signal: AbortSignal,
  ): Promise<ShellResult> {
    const expansion = await this.#execute(library, keep.scriptFor(plan.words, this.#state), undefined, signal);
    const [name = "", ...args] = expansion.words?.args ?? [];
    const command = this.#commands.get(name);
    if (expansion.words === undefined || command === undefined) return this.#after(expansion, {}, signal, false);
    this.#after(expansion, {}, signal, false);
    const standing = { args, cwd: expansion.words.cwd, env: expansion.words.exported, stdin };
    const context = this.#context(signal);
    if (plan.kind === "command" || console === undefined) {
      const own = console === undefined ? standing : { ...standing, console };
      return this.#ended(withShown(expansion, await runCommand(command, own, context)));
    }
    const behind = (text: string): Promise<CommandResult> => this.#execute(library, keep.scriptFor(plan.behind, this.#state), text, signal);
    const follower = followInto(console, behind);
    const result = await runCommand(command, { ...standing, console: follower.console }, context);
    await follower.finish();
    return this.#ended(withShown(expansion, result));
  }

  async #execute(library: BashLibrary, script: string, stdin: string | undefined, signal: AbortSignal): Promise<Execution> {
    let kept: keep.Kept | undefined;
    let words: keep.Kept | undefined;
    const state = this.#state;
    const context = this.#context(signal);
    const commands = [
      ...mendedBuiltins(library),
      ...[...this.#commands.values(), ...notSimulatedIn(script, this.#commands).map(notSimulatedCommand)].map((command) =>
        bridge(command, context, library),
      ),
      library.defineCommand(keep.keepCommand, async (args, ctx) => {
        kept = { args, cwd: ctx.cwd, variables: new Map(ctx.env), exported: { ...ctx.exportedEnv } };
        return silent(0);
      }),
      library.defineCommand(keep.wordsCommand, async (args, ctx) => {
        words = { args, cwd: ctx.cwd, variables: new Map(ctx.env), exported: { ...ctx.exportedEnv } };
        return silent(0);
      }),
      library.defineCommand(keep.statusCommand, async (args) => silent(Number(args[0]))),
    ];
    const names = new Set<string>([...builtinNames, ...commands.map((command) => command.name)]);
    const bash = new library.Bash({
      fs: createFileSystem(this.#machine.files, names),
      commands: [...builtinNames],
      customCommands: commands,
      cwd: state.cwd,
      env: { ...state.exported },
      executionLimits: limits,
      // It would patch the globals of the whole process; nothing real is within reach of a line anyway.
      defenseInDepth: false,
      processInfo: { pid: this.#pid, ppid: 1, uid: 0, gid: 0 },
    });
    const env = { ...state.variables, PWD: state.cwd, OLDPWD: state.previousCwd };
    try {
      const result = await bash.exec(script, {
        rawScript: true,
        replaceEnv: true,
        cwd: state.cwd,
        env: { ...state.exported, ...env },
        signal,
        ...(stdin === undefined ? {} : { stdin }),
      });
      return { stdout: result.stdout, stderr: result.stderr, code: result.exitCode, kept, words };
    } catch (error) {
      return { stdout: "", stderr: failureMessage(error), code: 1, kept, words };
    }
  }

  #context(signal: AbortSignal): LineContext {
    return {
      machine: this.#machine,
      signal,
      child: (line, from, options) => this.#child(line, from, options, signal),
    };
  }

  async #child(line: string, from: Standing, options: ChildRun, signal: AbortSignal): Promise<CommandResult> {
    if (this.#depth >= maxDepth) return { stdout: "", stderr: "bash: fork: retry: Resource temporarily unavailable\n", code: 254 };
    const shell = new BashShell(this.#machine, this.#commands, keep.childState(this.#state, from.cwd, from.env), this.#depth + 1);
    const both = options.signal === undefined ? signal : AbortSignal.any([signal, options.signal]);
    return shell.run(line, {
      signal: both,
      ...(options.stdin === undefined ? {} : { stdin: options.stdin }),
      ...(options.console === undefined ? {} : { console: options.console }),
    });
  }

  /** The result of a script, and the state that it left. */
  #after(execution: Execution, defined: Readonly<Record<string, string>>, signal: AbortSignal, mayExit: boolean): ShellResult {
    const { stdout, kept } = execution;
    const stderr = spokenByBash(execution.stderr);
    if (kept !== undefined) {
      this.#state = keep.nextState(this.#state, kept, defined);
      return this.#ended({ stdout, stderr, code: this.#state.lastCode });
    }
    if (signal.aborted) return this.#ended({ stdout, stderr: "", code: 130 });
    return { ...this.#ended({ stdout, stderr, code: execution.code }), exited: mayExit };
  }

  #ended(result: CommandResult): ShellResult {
    this.#state = { ...this.#state, lastCode: result.code };
    const { stdout, stderr, code } = result;
    return { stdout, stderr, code, cwd: this.#state.cwd, env: this.#state.exported, exited: false };
  }
}

function isBuiltin(name: string): boolean {
  return (builtinNames as readonly string[]).includes(name);
}

function silent(exitCode: number): { stdout: string; stderr: string; exitCode: number } {
  return { stdout: "", stderr: "", exitCode };
}

/** What the expansion of the words printed comes before what the command printed. */
function withShown(expansion: Execution, result: CommandResult): CommandResult {
  return { stdout: expansion.stdout + result.stdout, stderr: expansion.stderr + result.stderr, code: result.code };
}
