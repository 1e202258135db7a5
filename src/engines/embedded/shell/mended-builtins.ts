import type { Command, ExecResult } from "just-bash";
import type { BashLibrary } from "./bash-library.ts";

/** just-bash's commands where they differ from Debian's in what a mail administrator uses every day. */
export function mendedBuiltins(library: BashLibrary): readonly Command[] {
  return [...["grep", "egrep", "fgrep"].map((name) => mendedGrep(library, name)), mendedAwk(library)];
}

/** grep without -H, --color, --line-buffered, -a, -s and -s. */
function mendedGrep(library: BashLibrary, name: string): Command {
  return library.defineCommand(name, async (args, ctx) => {
    const { kept, withName, quiet } = grepArguments(args);
    const result = await original(ctx.origCommand, withName ? [...kept, "/dev/null"] : kept);
    return quiet ? { ...result, stderr: "" } : result;
  });
}

/** Options that mean nothing here are dropped; `-H` becomes one more, empty file, so that names are shown. */
export function grepArguments(args: readonly string[]): { readonly kept: string[]; readonly withName: boolean; readonly quiet: boolean } {
  const kept: string[] = [];
  let withName = false;
  let quiet = false;
  let options = true;
  for (const arg of args) {
    if (!options) kept.push(arg);
    else if (arg === "--") {
      options = false;
      kept.push(arg);
    } else if (/^--colou?r(=.*)?$/.test(arg) || ["--line-buffered", "--text", "--binary-files=text"].includes(arg)) continue;
    else if (arg === "--with-filename") withName = true;
    else if (arg === "--no-messages") quiet = true;
    else if (/^-[A-Za-z]*[Has][A-Za-z]*$/.test(arg) && !/^-[A-Za-z]*[ABCefm]./.test(arg)) {
      if (arg.includes("H")) withName = true;
      if (arg.includes("s")) quiet = true;
      const rest = arg.replaceAll(/[Has]/g, "");
      if (rest !== "-") kept.push(rest);
    } else kept.push(arg);
  }
  return { kept, withName, quiet };
}

/** The separator that stands for an empty RS: no text of a mail host has it. */
const RECORD_SEPARATOR = "\x1e";
const emptySeparator = /\bRS\s*=\s*""/;

/** awk in paragraph mode (`RS=""`), which just-bash reads as one record a line: the well-known way through `mailq`. */
function mendedAwk(library: BashLibrary): Command {
  return library.defineCommand("awk", async (args, ctx) => {
    if (!args.some((arg) => emptySeparator.test(arg) || /^(-v)?RS=$/.test(arg))) return original(ctx.origCommand, args);
    const { options, files } = awkArguments(args);
    const texts: string[] = [];
    for (const file of files) {
      const path = ctx.fs.resolvePath(ctx.cwd, file);
      try {
        texts.push(await ctx.fs.readFile(path));
      } catch {
        return { stdout: "", stderr: `awk: cannot open "${file}" (No such file or directory)\n`, exitCode: 2 };
      }
    }
    const text = files.length === 0 ? library.decodeBytesToUtf8(ctx.stdin) : texts.join("\n\n");
    const run = ctx.exec;
    if (run === undefined) return original(ctx.origCommand, args);
    return run("awk", { cwd: ctx.cwd, args: [...options], stdin: paragraphs(text).join(RECORD_SEPARATOR), env: { ...ctx.exportedEnv } });
  });
}

/** Paragraphs are parted by empty lines; those at the beginning and the end count for nothing. */
export function paragraphs(text: string): string[] {
  const trimmed = text.replace(/^\n+/, "").replace(/\n+$/, "");
  return trimmed === "" ? [] : trimmed.split(/\n\n+/);
}

/** Splits awk's arguments at the end of its program, with the empty record separator replaced. */
function awkArguments(args: readonly string[]): { readonly options: readonly string[]; readonly files: readonly string[] } {
  const options: string[] = [];
  let index = 0;
  let program = false;
  for (; index < args.length && !program; index++) {
    const arg = args[index] ?? "";
    if (arg === "-v" || arg === "-F" || arg === "-f") {
      options.push(arg, separated(args[++index] ?? ""));
      if (arg === "-f") program = true;
    } else {
      options.push(separated(arg));
      if (!arg.startsWith("-")) program = true;
    }
  }
  return { options, files: args.slice(index).filter((arg) => !/^[A-Za-z_]\w*=/.test(arg)) };
}

function separated(arg: string): string {
  return arg.replace(emptySeparator, `RS="${RECORD_SEPARATOR}"`).replace(/^((?:-v)?RS=)$/, `$1${RECORD_SEPARATOR}`);
}

async function original(command: ((args: string[]) => Promise<ExecResult>) | undefined, args: readonly string[]): Promise<ExecResult> {
  if (command === undefined) return { stdout: "", stderr: "", exitCode: 127 };
  return command([...args]);
}
