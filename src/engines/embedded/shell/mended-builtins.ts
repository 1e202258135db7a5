import type { Command, ExecResult } from "just-bash";
import type { BashLibrary } from "./bash-library.ts";

/** just-bash's commands where they differ from Debian's in what a mail administrator uses every day. */
export function mendedBuiltins(library: BashLibrary): readonly Command[] {
  return [
    ...["grep", "egrep", "fgrep"].map((name) => mendedGrep(library, name)),
    mendedAwk(library),
    mendedSort(library),
    mendedUniq(library),
  ];
}

/** grep without -H, --color, --line-buffered, -a and -s. */
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
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (!options) kept.push(arg);
    else if (/^-[a-zA-Z]*[ABCefm]$/.test(arg) && !/[Has]/.test(arg)) kept.push(arg, ...args.slice(++index, index + 1));
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

/** Stands for a line break inside of a record: awk takes it for a blank, and no text of a mail host has it. */
const INNER_BREAK = "\v";
const separatorInProgram = /\bRS\s*=\s*"((?:[^"\\]|\\.)*)"/;

/**
 * awk where just-bash's differs: records are always lines, `-v OFS=` and `-F.` are not understood. Here the input is cut at the record
 * separator beforehand (the empty one parts paragraphs: the well-known way through `mailq`) and each record is made one line.
 */
function mendedAwk(library: BashLibrary): Command {
  return library.defineCommand("awk", async (args, ctx) => {
    const call = awkArguments(args);
    if (call === undefined || call.separator === undefined) return original(ctx.origCommand, call?.args ?? args);
    const texts: string[] = [];
    for (const file of call.files) {
      try {
        texts.push(await ctx.fs.readFile(ctx.fs.resolvePath(ctx.cwd, file)));
      } catch {
        return { stdout: "", stderr: `awk: cannot open "${file}" (No such file or directory)\n`, exitCode: 2 };
      }
    }
    const text = call.files.length === 0 ? library.decodeBytesToUtf8(ctx.stdin) : texts.join("");
    const run = ctx.exec;
    if (run === undefined) return original(ctx.origCommand, args);
    const stdin = records(text, call.separator)
      .map((record) => `${record.replaceAll("\n", INNER_BREAK)}\n`)
      .join("");
    const result = await run("awk", { cwd: ctx.cwd, args: [...call.args], stdin, env: { ...ctx.exportedEnv } });
    return { ...result, stdout: result.stdout.replaceAll(INNER_BREAK, "\n") };
  });
}

/** Cuts a text into records. The empty separator parts paragraphs; empty lines at the beginning and the end count for nothing. */
export function records(text: string, separator: string): string[] {
  if (separator === "") {
    const trimmed = text.replace(/^\n+/, "").replace(/\n+$/, "");
    return trimmed === "" ? [] : trimmed.split(/\n\n+/);
  }
  const cut = text.split(separator.length === 1 ? separator : new RegExp(separator));
  if (cut.at(-1) === "") cut.pop();
  return cut;
}

interface AwkCall {
  /** Arguments that just-bash's awk understands; without the files where the separator is ours to apply. */
  readonly args: readonly string[];
  /** Undefined: lines. */
  readonly separator: string | undefined;
  readonly files: readonly string[];
}

/** Reads awk's arguments. @returns undefined when there is no program in them */
export function awkArguments(args: readonly string[]): AwkCall | undefined {
  const before: string[] = [];
  const assignments: [name: string, value: string][] = [];
  let fieldSeparator: string | undefined;
  let index = 0;
  for (; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (arg === "--") {
      index++;
      break;
    }
    const [, letter, joined = ""] = /^-([vFf])([^]*)$/.exec(arg) ?? [];
    if (letter === undefined) break;
    const value = joined === "" ? (args[++index] ?? "") : joined;
    if (letter === "F") fieldSeparator = value;
    else if (letter === "f") return undefined;
    else assignments.push([value.slice(0, value.indexOf("=")), value.slice(value.indexOf("=") + 1)]);
  }
  const program = args[index];
  if (program === undefined) return undefined;
  const files = args.slice(index + 1).filter((arg) => !/^[A-Za-z_]\w*=/.test(arg));
  const given = assignments.find(([name]) => name === "RS")?.[1] ?? separatorInProgram.exec(program)?.[1];
  const separator = given === undefined || given === "\\n" || given === "\n" ? undefined : unescaped(given);
  const special = assignments.filter(([name]) => /^(OFS|ORS|FS)$/.test(name)).map(([name, value]) => `${name}="${value}";`);
  const opening = special.length === 0 ? "" : `BEGIN{${special.join("")}}\n`;
  for (const [name, value] of assignments) if (!/^(OFS|ORS|FS|RS)$/.test(name)) before.push("-v", `${name}=${value}`);
  if (fieldSeparator !== undefined) before.push("-F", fieldPattern(fieldSeparator, separator !== undefined));
  const text = separator === undefined ? program : program.replaceAll("\\n", "\\v").replace(separatorInProgram, 'RS="\\n"');
  return { args: [...before, opening + text, ...(separator === undefined ? args.slice(index + 1) : [])], separator, files };
}

/** One character is itself, never a pattern; `\n` is the break inside of a record. */
function fieldPattern(separator: string, inRecords: boolean): string {
  const text = inRecords ? separator.replaceAll("\\n", "\\v").replaceAll("\n", INNER_BREAK) : separator;
  return text.length === 1 && /[.|*+?^$()[\]{}]/.test(text) ? (text === "^" ? "\\^" : `[${text}]`) : text;
}

function unescaped(text: string): string {
  return text.replaceAll("\\n", "\n").replaceAll("\\t", "\t");
}

/** sort whose options may stand together, `-rnk2`. */
function mendedSort(library: BashLibrary): Command {
  return library.defineCommand("sort", async (args, ctx) =>
    original(
      ctx.origCommand,
      args.flatMap((arg) => {
        const [, flags = "", valued] = /^-([a-zA-Z]*?)([kto].*)$/.exec(arg) ?? [];
        return valued === undefined || flags === "" ? [arg] : [`-${flags}`, `-${valued}`];
      }),
    ),
  );
}

/** uniq whose counts stand in seven columns. */
function mendedUniq(library: BashLibrary): Command {
  return library.defineCommand("uniq", async (args, ctx) => {
    const result = await original(ctx.origCommand, args);
    const counts = args.some((arg) => /^-[a-zA-Z]*c|^--count$/.test(arg));
    return counts ? { ...result, stdout: result.stdout.replace(/^ *(\d+) /gm, (_, count: string) => `${count.padStart(7)} `) } : result;
  });
}

async function original(command: ((args: string[]) => Promise<ExecResult>) | undefined, args: readonly string[]): Promise<ExecResult> {
  if (command === undefined) return { stdout: "", stderr: "", exitCode: 127 };
  return command([...args]);
}
