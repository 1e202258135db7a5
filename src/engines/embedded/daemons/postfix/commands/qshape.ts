import { domainOf } from "../../../../../mail/address.ts";
import { failed, said } from "../../../shell/answer.ts";
import type { Command } from "../../../shell/command.ts";
import { has, readOptions } from "../../../shell/options.ts";
import type { QueueName } from "../queue.ts";
import { queueOf } from "./mail-command.ts";

/** Upper edges of the age columns, minutes. */
const ages = [5, 10, 20, 40, 80, 160, 320, 640, 1280];

/** qshape(1): how old the mail in a queue is, by domain. */
export const qshape: Command = {
  name: "qshape",
  async run(call) {
    const options = readOptions(call.args, "b:c:hlm:n:N:pst:w:");
    if (options.problem !== undefined)
      return failed(
        "Usage: qshape [ -s ] [ -p ] [ -m <min_subdomains> ] [ -l ] [ -b <buckets> ] [ -t <minutes> ] [ -w <terminal width> ] [ -N <seconds> ] [ -n <count> ] [ -c <config_directory> ] [ <queue name> ... ]\n",
      );
    const queue = queueOf(call.machine);
    const names = (options.operands.length > 0 ? options.operands : ["incoming", "active"]) as readonly QueueName[];
    const rows = new Map<string, number[]>([["TOTAL", new Array<number>(ages.length + 2).fill(0)]]);
    for (const name of names) {
      for (const id of queue.ids(name)) {
        const message = queue.read(name, id);
        if (message === undefined) continue;
        const minutes = (call.machine.clock.now() - message.arrivedAtMs) / 60_000;
        const column = ages.findIndex((edge) => minutes < edge);
        const subjects = has(options, "s")
          ? [message.sender]
          : message.recipients.filter(({ done }) => !done).map(({ address }) => address);
        for (const subject of subjects)
          count(rows, subject === "" ? "MAILER-DAEMON" : domainOf(subject), column === -1 ? ages.length : column);
      }
    }
    return said(table(rows));
  },
};

function count(rows: Map<string, number[]>, domain: string, column: number): void {
  const own = rows.get(domain) ?? new Array<number>(ages.length + 2).fill(0);
  rows.set(domain, own);
  for (const row of [own, rows.get("TOTAL") ?? own]) {
    row[0] = (row[0] ?? 0) + 1;
    row[column + 1] = (row[column + 1] ?? 0) + 1;
  }
}

function table(rows: ReadonlyMap<string, readonly number[]>): string {
  const [total, ...domains] = [...rows];
  const sorted = [
    ...(total === undefined ? [] : [total]),
    ...domains.sort(([one, a], [other, b]) => (b[0] ?? 0) - (a[0] ?? 0) || (one < other ? -1 : 1)),
  ];
  const head = ["T", ...ages.map(String), `${ages.at(-1)}+`];
  const widths = head.map((title, index) => Math.max(2, title.length, ...sorted.map(([, row]) => String(row[index] ?? 0).length)) + 1);
  const nameWidth = Math.max(...sorted.map(([name]) => name.length));
  const line = (name: string, cells: readonly string[]): string =>
    `${name.padStart(nameWidth)}${cells.map((cell, index) => cell.padStart(widths[index] ?? 0)).join("")}\n`;
  return line("", head) + sorted.map(([name, row]) => line(name, row.map(String))).join("");
}
