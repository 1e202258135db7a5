import { loadZone } from "../../../../../daemons/bind/load-zone.ts";
import { inZoneOrder } from "../../../../../daemons/bind/zone-order.ts";
import { absoluteName, type DnsRecord } from "../../../../../mail/dns.ts";
import { recordLine, zoneDumpStyle } from "../../../../../mail/dns-text.ts";
import type { Command } from "../../../shell/command.ts";
import { has, readOptions, valueOf } from "../../../shell/options.ts";
import { reportZone } from "./zone-report.ts";

const usage =
  "usage: named-checkzone [-djqvD] [-c class] [-f inputformat] [-F outputformat] [-J filename] [-s (full|relative)] [-t directory] [-w directory] [-k (ignore|warn|fail)] [-m (ignore|warn|fail)] [-n (ignore|warn|fail)] [-r (ignore|warn|fail)] [-i (full|full-sibling|local|local-sibling|none)] [-M (ignore|warn|fail)] [-S (ignore|warn|fail)] [-W (ignore|warn)] [-o filename] zonename [ (filename|-) ]\n";

/** named-checkzone: loads a zone as named would and says what it thinks of it. */
export const namedCheckzone: Command = {
  name: "named-checkzone",
  async run({ args, machine, cwd, stdin }) {
    const options = readOptions(args, "c:df:hi:jJ:k:L:l:m:n:qr:s:t:o:vw:DF:M:S:T:W:");
    if (options.problem !== undefined) {
      return { stdout: "", stderr: `named-checkzone: invalid argument -${options.problem.name}\n${usage}`, code: 1 };
    }
    if (has(options, "v")) return { stdout: "9.18.49-1~deb12u3-Debian\n", stderr: "", code: 0 };
    const [zone, file = "-"] = options.operands;
    if (zone === undefined || options.operands.length > 2 || has(options, "h"))
      return { stdout: "", stderr: usage, code: has(options, "h") ? 0 : 1 };
    const absolute = (path: string): string => (path.startsWith("/") ? path : `${cwd === "/" ? "" : cwd}/${path}`);
    const read = (path: string): string | undefined => (path === "-" ? stdin : machine.files.read(absolute(path)));
    const names = valueOf(options, "k");
    const checkNames = names === "fail" || names === "ignore" ? names : "warn";
    const loading = loadZone({ zone, path: file, read, manyErrors: true, checkNames });
    for (const type of loading.unknownTypes) machine.notSimulated(`records of type ${type} in ${file}`);
    const isLocal = /^(local|none)/.test(valueOf(options, "i") ?? "full");
    const said = await reportZone(machine, absoluteName(zone), isLocal ? { ...loading, foreign: [] } : loading);
    const isGood = loading.zone !== undefined;
    const report = has(options, "q") ? "" : [...said, ...(isGood ? ["OK"] : [])].map((line) => `${line}\n`).join("");
    const code = isGood ? 0 : 1;
    if (!has(options, "D")) return { stdout: report, stderr: "", code };
    return { stdout: (loading.zone?.records ?? []).length === 0 ? "" : `${dump(loading.zone?.records ?? [])}\n`, stderr: report, code };
  },
};

/** The zone as `-D` prints it. */
function dump(records: readonly DnsRecord[]): string {
  return inZoneOrder(records)
    .map((record) => recordLine(record, zoneDumpStyle))
    .join("\n");
}
