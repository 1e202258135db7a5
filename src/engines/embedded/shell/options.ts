/** Command line arguments, read as getopt_long(3) reads them. */
export interface Options {
  /** Names of the options given, in order, without dashes. */
  readonly given: readonly { readonly name: string; readonly value?: string }[];
  /** What is no option. */
  readonly operands: readonly string[];
  /** The first argument that is no known option, or lacks its value; undefined when all is well. */
  readonly problem?: OptionProblem;
}

export interface OptionProblem {
  readonly kind: "unknown" | "value-missing";
  /** Without dashes. */
  readonly name: string;
  readonly long: boolean;
}

/**
 * @param short as for getopt: a letter, with ":" behind it when it takes a value
 * @param long names; with "=" behind when one takes a value, "=?" when it may
 * @param stopAtOperand true where options end at the first operand (sudo, xargs, timeout)
 */
export function readOptions(args: readonly string[], short: string, long: readonly string[] = [], stopAtOperand = false): Options {
  const given: { name: string; value?: string }[] = [];
  const operands: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (arg === "--") return { given, operands: [...operands, ...args.slice(index + 1)] };
    if (arg.startsWith("--")) {
      const equals = arg.indexOf("=");
      const name = equals === -1 ? arg.slice(2) : arg.slice(2, equals);
      const known = long.find((candidate) => candidate.replace(/=\??$/, "") === name);
      if (known === undefined) return { given, operands, problem: { kind: "unknown", name, long: true } };
      if (equals !== -1) given.push({ name, value: arg.slice(equals + 1) });
      else if (known.endsWith("=")) {
        const value = args[++index];
        if (value === undefined) return { given, operands, problem: { kind: "value-missing", name, long: true } };
        given.push({ name, value });
      } else given.push({ name });
    } else if (arg.startsWith("-") && arg !== "-") {
      for (let at = 1; at < arg.length; at++) {
        const name = arg[at] as string;
        const place = name === ":" ? -1 : short.indexOf(name);
        if (place === -1) return { given, operands, problem: { kind: "unknown", name, long: false } };
        if (short[place + 1] !== ":") {
          given.push({ name });
          continue;
        }
        const value = at + 1 < arg.length ? arg.slice(at + 1) : args[++index];
        if (value === undefined) return { given, operands, problem: { kind: "value-missing", name, long: false } };
        given.push({ name, value });
        break;
      }
    } else if (stopAtOperand) return { given, operands: args.slice(index) };
    else operands.push(arg);
  }
  return { given, operands };
}

/** True when one of the names was given. */
export function has(options: Options, ...names: readonly string[]): boolean {
  return options.given.some((option) => names.includes(option.name));
}

/** The last value given under one of the names. */
export function valueOf(options: Options, ...names: readonly string[]): string | undefined {
  return options.given.findLast((option) => names.includes(option.name) && option.value !== undefined)?.value;
}

/** What getopt(3) of the GNU C library says about a problem. */
export function describeOptionProblem(program: string, problem: OptionProblem): string {
  if (problem.kind === "value-missing") {
    return problem.long
      ? `${program}: option '--${problem.name}' requires an argument\n`
      : `${program}: option requires an argument -- '${problem.name}'\n`;
  }
  return problem.long ? `${program}: unrecognized option '--${problem.name}'\n` : `${program}: invalid option -- '${problem.name}'\n`;
}
