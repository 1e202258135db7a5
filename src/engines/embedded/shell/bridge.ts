import type { Command as BashCommand, IFileSystem } from "just-bash";
import type { Machine } from "../machine.ts";
import type { BashLibrary } from "./bash-library.ts";
import type { ChildRun, Command, CommandResult, Console } from "./command.ts";

/** Where a call stands: what a child of it inherits. */
export interface Standing {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What every command that one line runs has in common. */
export interface LineContext {
  readonly machine: Machine;
  readonly signal: AbortSignal;
  readonly child: (line: string, from: Standing, options: ChildRun) => Promise<CommandResult>;
}

/** One of our commands as just-bash calls it. */
export function bridge(command: Command, context: LineContext, library: BashLibrary): BashCommand {
  return {
    name: command.name,
    execute: async (args, ctx) => {
      const call = { args, cwd: ctx.cwd, env: { ...ctx.exportedEnv }, stdin: library.decodeBytesToUtf8(ctx.stdin) };
      const remove = await layDescriptors(args, call.stdin, ctx.fs, context.machine);
      const result = await runCommand(command, call, context);
      remove();
      return { stdout: result.stdout, stderr: result.stderr, exitCode: result.code, stdoutKind: "text" };
    },
  };
}

/**
 * Puts what stands behind `/dev/fd/63` (a process substitution) and `/dev/stdin` into the machine's tree while a command runs: our
 * commands read no other files.
 */
async function layDescriptors(args: readonly string[], stdin: string, fs: IFileSystem, machine: Machine): Promise<() => void> {
  const laid: string[] = [];
  for (const path of args.filter((arg) => /^\/dev\/(fd\/\d+|stdin)$/.test(arg))) {
    if (machine.files.exists(path)) continue;
    try {
      machine.files.write(path, path === "/dev/stdin" ? stdin : await fs.readFileBuffer(path));
      laid.push(path);
    } catch {
      // The command will say that there is no such file.
    }
  }
  return () => {
    for (const path of laid) machine.files.remove(path);
    if (laid.some((path) => path.startsWith("/dev/fd/"))) machine.files.remove("/dev/fd");
  };
}

interface Words extends Standing {
  readonly args: readonly string[];
  readonly stdin: string;
  readonly console?: Console;
}

/** Runs a command. One that fails without an answer of its own is told on stderr and ends alone, not the shell. */
export async function runCommand(command: Command, call: Words, context: LineContext): Promise<CommandResult> {
  const { machine, signal, child } = context;
  try {
    return await command.run({
      ...call,
      machine,
      signal,
      shell: (line, options = {}) => child(line, { cwd: options.cwd ?? call.cwd, env: options.env ?? call.env }, options),
    });
  } catch (error) {
    if (signal.aborted) return { stdout: "", stderr: "", code: 130 };
    return { stdout: "", stderr: `${command.name}: ${error instanceof Error ? error.message : String(error)}\n`, code: 1 };
  }
}
