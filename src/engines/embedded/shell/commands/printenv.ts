import type { Command } from "../command.ts";

/** printenv: exported variables by name. */
export const printenv: Command = {
  name: "printenv",
  run: async (call) => {
    if (call.args.length === 0)
      return {
        stdout: Object.entries(call.env)
          .map(([name, value]) => `${name}=${value}\n`)
          .join(""),
        stderr: "",
        code: 0,
      };
    const values = call.args.map((name) => call.env[name]);
    return {
      stdout: values.flatMap((value) => (value === undefined ? [] : [`${value}\n`])).join(""),
      stderr: "",
      code: values.includes(undefined) ? 1 : 0,
    };
  },
};
