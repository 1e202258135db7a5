import type { Command } from "../command.ts";
import { formatDate, parseDate } from "../dates.ts";
import { describeOptionProblem, has, readOptions, valueOf } from "../options.ts";
import { resolvePath } from "../paths.ts";
import { statOf } from "../symlinks.ts";

/** date: the range's own clock, UTC. It cannot be set from here. */
export const date: Command = {
  name: "date",
  run: async ({ args, cwd, machine }) => {
    const long = args.map((arg) => (/^-I/.test(arg) ? `--iso-8601=${arg.slice(2) || "date"}` : arg));
    const options = readOptions(long, "ud:r:Rs:", [
      "date=",
      "utc",
      "universal",
      "reference=",
      "rfc-email",
      "iso-8601=?",
      "set=",
      "rfc-3339=",
    ]);
    if (options.problem !== undefined) {
      return { stdout: "", stderr: `${describeOptionProblem("date", options.problem)}Try 'date --help' for more information.\n`, code: 1 };
    }
    const now = machine.clock.now();
    const text = valueOf(options, "d", "date");
    const reference = valueOf(options, "r", "reference");
    const atMs =
      reference === undefined
        ? text === undefined
          ? now
          : parseDate(text, now)
        : statOf(machine.files, resolvePath(cwd, reference))?.modifiedAtMs;
    if (reference !== undefined && atMs === undefined)
      return { stdout: "", stderr: `date: ${reference}: No such file or directory\n`, code: 1 };
    if (atMs === undefined) return { stdout: "", stderr: `date: invalid date '${text}'\n`, code: 1 };
    if (has(options, "s", "set")) return { stdout: "", stderr: "date: cannot set date: Operation not permitted\n", code: 1 };
    const [operand] = options.operands;
    if (operand !== undefined && !operand.startsWith("+")) return { stdout: "", stderr: `date: invalid date '${operand}'\n`, code: 1 };
    return { stdout: `${formatDate(operand?.slice(1) ?? formatOf(options), atMs)}\n`, stderr: "", code: 0 };
  },
};

function formatOf(options: ReturnType<typeof readOptions>): string {
  if (has(options, "R", "rfc-email")) return "%a, %d %b %Y %H:%M:%S %z";
  if (has(options, "iso-8601")) {
    const precision = valueOf(options, "iso-8601") ?? "date";
    return precision.startsWith("s") ? "%Y-%m-%dT%H:%M:%S+00:00" : "%Y-%m-%d";
  }
  if (has(options, "rfc-3339")) return valueOf(options, "rfc-3339") === "date" ? "%Y-%m-%d" : "%Y-%m-%d %H:%M:%S+00:00";
  return "%a %b %e %H:%M:%S %Z %Y";
}
