import { describeProblem } from "../../../../../base/problem.ts";
import { loadZone } from "../../../../../daemons/bind/load-zone.ts";
import { type BindPolicy, confPath, readPolicy } from "../../../../../daemons/bind/policy.ts";
import { plainName } from "../../../../../mail/dns.ts";
import type { Machine } from "../../../machine.ts";
import type { Command } from "../../../shell/command.ts";
import { has, readOptions } from "../../../shell/options.ts";
import { readRootHints } from "../root-hints.ts";
import { absolutePath, primaries } from "../zone-table.ts";
import { reportZone } from "./zone-report.ts";

const usage = "usage: named-checkconf [-chijlvz] [-p [-x]] [-t directory] [named.conf]\n";

/** named-checkconf: reads the configuration as named would; `-z` loads the zones as well. */
export const namedCheckconf: Command = {
  name: "named-checkconf",
  async run({ args, machine, cwd }) {
    const options = readOptions(args, "cdhijlpt:vxz");
    if (options.problem !== undefined) {
      return { stdout: "", stderr: `named-checkconf: invalid argument -${options.problem.name}\n${usage}`, code: 1 };
    }
    if (has(options, "h")) return { stdout: "", stderr: usage, code: 0 };
    if (has(options, "v")) return { stdout: "9.18.49-1~deb12u3-Debian\n", stderr: "", code: 0 };
    if (options.operands.length > 1) return { stdout: "", stderr: usage, code: 1 };
    if (has(options, "p")) machine.notSimulated("named-checkconf -p");
    const [operand = confPath] = options.operands;
    const path = operand.startsWith("/") ? operand : `${cwd === "/" ? "" : cwd}/${operand}`;
    const { policy, problems } = readPolicy((file) => machine.files.read(file), path);
    const isBroken = problems.some((problem) => problem.code !== "deprecated");
    const said = problems.map((problem) => describeProblem(problem));
    const zones = has(options, "z") && !isBroken ? await checkZones(machine, policy) : { lines: [], failures: [], isGood: true };
    const code = isBroken || !zones.isGood ? 1 : 0;
    const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
    return { stdout: text([...said, ...zones.lines]), stderr: text(zones.failures), code };
  },
};

async function checkZones(
  machine: Machine,
  policy: BindPolicy,
): Promise<{ readonly lines: readonly string[]; readonly failures: readonly string[]; readonly isGood: boolean }> {
  const lines: string[] = [];
  const failures: string[] = [];
  for (const zone of primaries(policy)) {
    const path = zone.file ?? "";
    const read = (file: string): string | undefined => machine.files.read(absolutePath(policy, file));
    const loading = loadZone({ zone: zone.name, path, read, manyErrors: true, checkNames: zone.checkNames ?? policy.checkNames });
    lines.push(...(await reportZone(machine, zone.name, loading)));
    if (loading.failure !== undefined) failures.push(`_default/${plainName(zone.name)}/IN: ${loading.failure}`);
  }
  const hints = readRootHints(policy, machine.files);
  const hintsFailure = "message" in hints ? [hints.message] : [];
  return { lines: [...lines, ...hintsFailure], failures, isGood: failures.length + hintsFailure.length === 0 };
}
