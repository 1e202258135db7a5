/** Options of programs that know one dash and whole names (openssl). */
export interface SingleDashOptions {
  readonly given: readonly { readonly name: string; readonly value?: string }[];
  readonly operands: readonly string[];
}

/** @param valued names that take the next word */
export function readSingleDash(args: readonly string[], valued: readonly string[]): SingleDashOptions {
  const given: { name: string; value?: string }[] = [];
  const operands: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] as string;
    if (!arg.startsWith("-") || arg === "-") {
      operands.push(arg);
      continue;
    }
    const name = arg.replace(/^--?/, "");
    const value = valued.includes(name) ? args[++index] : undefined;
    given.push(value === undefined ? { name } : { name, value });
  }
  return { given, operands };
}

export function has(options: SingleDashOptions, name: string): boolean {
  return options.given.some((option) => option.name === name);
}

export function valueOf(options: SingleDashOptions, name: string): string | undefined {
  return options.given.findLast((option) => option.name === name)?.value;
}
