import { FileError } from "../../files/file-tree.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { isDirectory } from "../file-system.ts";
import { aborted } from "../interrupt.ts";
import { describeOptionProblem, has, readOptions, valueOf } from "../options.ts";
import { resolvePath } from "../paths.ts";

interface Amount {
  readonly unit: "lines" | "bytes";
  readonly count: number;
  /** `+N`: from the Nth on. */
  readonly fromStart: boolean;
}

/** tail: the end of files; -f and -F follow them until Ctrl-C. */
export const tail: Command = {
  name: "tail",
  run: async (call) => {
    // tail -20 and tail -20f are older than -n.
    const args = call.args.map((arg, index) =>
      index === 0 ? arg.replace(/^-(\d+)([fF]?)$/, (_, count: string, follow: string) => `-${follow}n${count}`) : arg,
    );
    const options = readOptions(args, "n:c:fFqvs:z", [
      "lines=",
      "bytes=",
      "follow=?",
      "quiet",
      "silent",
      "verbose",
      "retry",
      "pid=",
      "sleep-interval=",
    ]);
    if (options.problem !== undefined) {
      return { stdout: "", stderr: `${describeOptionProblem("tail", options.problem)}Try 'tail --help' for more information.\n`, code: 1 };
    }
    const bytes = valueOf(options, "c", "bytes");
    const text = bytes ?? valueOf(options, "n", "lines") ?? "10";
    if (!/^[+-]?\d+$/.test(text))
      return { stdout: "", stderr: `tail: invalid number of ${bytes === undefined ? "lines" : "bytes"}: '${text}'\n`, code: 1 };
    const amount: Amount = {
      unit: bytes === undefined ? "lines" : "bytes",
      count: Number(text.replace(/^[+-]/, "")),
      fromStart: text.startsWith("+"),
    };
    const titled = (options.operands.length > 1 || has(options, "v", "verbose")) && !has(options, "q", "quiet", "silent");
    const shown = show(call, options.operands, amount, titled);
    if (!has(options, "f", "F", "follow") || options.operands.length === 0) return shown;
    return follow(call, options.operands, shown, titled, has(options, "F", "retry"));
  },
};

function show(call: CommandCall, operands: readonly string[], amount: Amount, titled: boolean): CommandResult {
  if (operands.length === 0) return { stdout: endOf(call.stdin, amount), stderr: "", code: 0 };
  let [stdout, stderr] = ["", ""];
  for (const operand of operands) {
    const text = operand === "-" ? call.stdin : contentOf(call, operand);
    if (text === undefined) {
      const directory = isDirectory(call.machine.files, resolvePath(call.cwd, operand));
      stderr += directory
        ? `tail: error reading '${operand}': Is a directory\n`
        : `tail: cannot open '${operand}' for reading: No such file or directory\n`;
    } else stdout += `${titled ? `${stdout === "" ? "" : "\n"}==> ${operand} <==\n` : ""}${endOf(text, amount)}`;
  }
  return { stdout, stderr, code: stderr === "" ? 0 : 1 };
}

/** Follows on a terminal. Elsewhere nobody could stop it: it ends after what is there, and says so. */
async function follow(
  call: CommandCall,
  operands: readonly string[],
  shown: CommandResult,
  titled: boolean,
  retry: boolean,
): Promise<CommandResult> {
  const { console, signal, machine } = call;
  const missing = operands.filter((operand) => contentOf(call, operand) === undefined);
  const followed = retry ? operands : operands.filter((operand) => !missing.includes(operand));
  if (followed.length === 0) return { ...shown, stderr: `${shown.stderr}tail: no files remaining\n`, code: 1 };
  if (console === undefined) {
    return { ...shown, stderr: `${shown.stderr}tail: without a terminal of its own -f ends here on the embedded engine\n` };
  }
  console.write(shown.stdout + shown.stderr);
  const lengths = new Map(followed.map((operand) => [operand, contentOf(call, operand)?.length]));
  let last = followed.at(-1);
  const look = (operand: string): void => {
    const text = contentOf(call, operand);
    const before = lengths.get(operand);
    lengths.set(operand, text?.length);
    if (text === undefined) {
      if (before !== undefined) console.write(`tail: '${operand}' has become inaccessible: No such file or directory\n`);
      return;
    }
    if (before === undefined) console.write(`tail: '${operand}' has appeared;  following new file\n`);
    else if (text.length < before) console.write(`tail: ${operand}: file truncated\n`);
    const fresh = text.slice(before === undefined || text.length < before ? 0 : before);
    if (fresh === "") return;
    console.write(`${titled && last !== operand ? `\n==> ${operand} <==\n` : ""}${fresh}`);
    last = operand;
  };
  const watches = followed.map((operand) => machine.files.watch(resolvePath(call.cwd, operand), () => look(operand)));
  await aborted(signal);
  for (const stop of watches) stop();
  return { stdout: "", stderr: "", code: 130 };
}

function contentOf(call: CommandCall, operand: string): string | undefined {
  try {
    return call.machine.files.read(resolvePath(call.cwd, operand));
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}

function endOf(text: string, { unit, count, fromStart }: Amount): string {
  if (unit === "bytes") {
    const bytes = Buffer.from(text);
    return bytes.subarray(fromStart ? Math.max(0, count - 1) : Math.max(0, bytes.length - count)).toString();
  }
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  return (fromStart ? lines.slice(Math.max(0, count - 1)) : count === 0 ? [] : lines.slice(-count)).join("");
}
