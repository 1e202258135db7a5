import { PostfixFatal } from "../postfix-problem.ts";
import type { PostconfOptions } from "./request.ts";

const usage =
  "usage: postconf [-a (server SASL types)] [-A (client SASL types)] [-b (bounce templates)] [-c config_dir] [-c param_class] " +
  "[-d (parameter defaults)] [-e (edit configuration)] [-f (fold lines)] [-F (master.cf fields)] [-h (no names)] [-H (no values)] " +
  "[-l (lock types)] [-m (map types)] [-M (master.cf)] [-n (non-default parameters)] [-o name=value (override parameter value)] " +
  "[-p (main.cf, default)] [-P (master.cf parameters)] [-t (bounce templates)] [-T compile-version|run-version|public-key-algorithms] " +
  "[-v (verbose)] [-x (expand parameter values)] [-X (exclude)] [-# (comment-out)] [name...]";

const withValue = "cCoT";
const withoutValue = "aAbdefFhHlmMnpPtvxX#";

/** Options that exclude each other; the program names them in this order. */
const exclusive: readonly (readonly string[])[] = [
  ["d", "n"],
  ["e", "X"],
  ["e", "#"],
  ["X", "#"],
  ["h", "H"],
  ["F", "M"],
  ["F", "P"],
  ["M", "P"],
];

/** What each mode does not take. */
const unfit: Readonly<Record<string, string>> = { M: "hHdnpC", F: "XdnpC#", P: "dnpC" };

/** Reads the arguments as getopt(3) does: options end at the first word that is none. @throws PostfixFatal */
export function readPostconfOptions(args: readonly string[]): PostconfOptions {
  const flags = new Set<string>();
  const classes: string[] = [];
  const overrides: (readonly [string, string])[] = [];
  let configDirectory: string | undefined;
  let index = 0;
  for (; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (arg === "--") {
      index++;
      break;
    }
    if (!arg.startsWith("-") || arg === "-") break;
    for (let at = 1; at < arg.length; at++) {
      const letter = arg[at] ?? "";
      if (withoutValue.includes(letter)) {
        flags.add(letter);
        continue;
      }
      if (!withValue.includes(letter)) throw new PostfixFatal(usage, [`invalid option -- '${letter}'`]);
      const value = at + 1 < arg.length ? arg.slice(at + 1) : args[++index];
      if (value === undefined) throw new PostfixFatal(usage, [`option requires an argument -- '${letter}'`]);
      flags.add(letter);
      if (letter === "c") configDirectory = value;
      else if (letter === "C") classes.push(...value.split(/[\s,]+/));
      else if (letter === "o") overrides.push(splitOverride(value));
      break;
    }
  }
  const clash = exclusive.find((group) => group.every((flag) => flags.has(flag)));
  if (clash !== undefined) throw new PostfixFatal(`specify one of ${clash.map((flag) => `-${flag}`).join(" ")}`);
  for (const [mode, others] of Object.entries(unfit)) {
    const other = flags.has(mode) ? [...others].find((flag) => flags.has(flag)) : undefined;
    if (other !== undefined) throw new PostfixFatal(`with option -${mode}, do not specify -${other}`);
  }
  return { flags, configDirectory, classes, overrides, operands: args.slice(index) };
}

function splitOverride(text: string): readonly [string, string] {
  const equals = text.indexOf("=");
  if (equals <= 0) throw new PostfixFatal(`missing '=' after attribute name: "${text}"`);
  return [text.slice(0, equals).trim(), text.slice(equals + 1).trim()];
}
