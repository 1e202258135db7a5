import type { Command } from "../../../shell/command.ts";
import { describeOptionProblem, has, readOptions } from "../../../shell/options.ts";

const version = "BIND 9.18.49-1~deb12u3-Debian (Extended Support Version) <id:>\n";

/** named, typed by hand: starts the server where it does not run; `-v` names the version. */
export const namedCommand: Command = {
  name: "named",
  async run({ args, machine }) {
    const options = readOptions(args, "46A:c:C:d:D:E:fFgi:lM:m:n:N:p:P:sS:t:T:U:u:vVx:X:");
    if (options.problem !== undefined) return { stdout: "", stderr: describeOptionProblem("named", options.problem), code: 1 };
    if (has(options, "v")) return { stdout: version, stderr: "", code: 0 };
    if (has(options, "V", "f", "g", "c", "t")) machine.notSimulated(`named's options other than -u and -v`);
    if (machine.services.state("bind") === "running") return { stdout: "", stderr: "", code: 0 };
    machine.services.start("bind");
    return { stdout: "", stderr: "", code: machine.services.state("bind") === "running" ? 0 : 1 };
  },
};
