import { quote } from "../../../../base/shell-words.ts";
import type { Command } from "../command.ts";
import { describeOptionProblem, has, readOptions } from "../options.ts";

/** env: the exported variables, or a command with changed ones. */
export const env: Command = {
  name: "env",
  run: async (call) => {
    const options = readOptions(call.args, "iu:0C:", ["ignore-environment", "unset=", "null", "chdir="], true);
    if (options.problem !== undefined) return { stdout: "", stderr: describeOptionProblem("env", options.problem), code: 125 };
    const variables: Record<string, string> = has(options, "i", "ignore-environment") ? {} : { ...call.env };
    for (const { name, value } of options.given) if ((name === "u" || name === "unset") && value !== undefined) delete variables[value];
    const first = options.operands.findIndex((word) => !/^[^=]+=/.test(word));
    const assignments = first === -1 ? options.operands : options.operands.slice(0, first);
    for (const assignment of assignments)
      variables[assignment.slice(0, assignment.indexOf("="))] = assignment.slice(assignment.indexOf("=") + 1);
    if (first !== -1) {
      const child = await call.shell?.(quote(options.operands.slice(first)), { env: variables, stdin: call.stdin });
      if (child === undefined) return { stdout: "", stderr: "", code: 127 };
      return { ...child, stderr: child.stderr.replace(/^bash: (\S+): command not found$/m, "env: ‘$1’: No such file or directory") };
    }
    const end = has(options, "0", "null") ? "\0" : "\n";
    return {
      stdout: Object.entries(variables)
        .map(([name, value]) => `${name}=${value}${end}`)
        .join(""),
      stderr: "",
      code: 0,
    };
  },
};
