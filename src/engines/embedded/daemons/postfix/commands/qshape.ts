import { domainOf } from "../../../../../mail/address.ts";
import { failed } from "../../../shell/answer.ts";
import type { Command } from "../../../shell/command.ts";
import { has, type Options, readOptions, valueOf } from "../../../shell/options.ts";
import type { Queue, QueueName } from "../queue.ts";
import { queueOf } from "./mail-command.ts";

const usage = `Usage: /usr/sbin/qshape [ -s ] [ -p ] [ -m <min_subdomains> ] [ -l ]
\t[ -b <bucket_count> ] [ -t <bucket_time> ] [ -w <terminal_width> ]
\t[ -N <batch_msg_count> ] [ -n <batch_top_domains> ]
\t[ -c <config_directory> ] [ <queue_name> ... ]
The 's' option shows sender domain counts.
The 'p' option shows address counts by for parent domains.
Parent domains are shown with a leading '.' before the domain name.
Parent domains are only shown if the domain is not a TLD, and at
least <min_subdomains> (default 5) subdomains are shown in the output.

The bucket age ranges in units of <bucket_time> minutes are
[0,1), [1,2), [2,4), [4,8), [8, 16), ... i.e.:
\tthe first bucket is [0, bucket_time) minutes
\tthe second bucket is [bucket_time, 2*bucket_time) minutes
\tthe third bucket is [2*bucket_time, 4*bucket_time) minutes...
'-l' makes the ages linear, the number of buckets shown is <bucket_count>

The default summary is for the incoming and active queues. An explicit
list of queue names can be given on the command line. Non-absolute queue
names are interpreted relative to the Postfix queue directory. Use
<config_directory> to specify a non-default Postfix instance.  Values of
the main.cf queue_directory parameter that use variable expansions are
not supported. If necessary, use explicit absolute paths for all queues.
`;

const queueNames: readonly QueueName[] = ["maildrop", "incoming", "active", "deferred", "hold"];
/** Perl's die. */
const dieCode = 255;

/** qshape(1): how old the mail in a queue is, by domain. */
export const qshape: Command = {
  name: "qshape",
  async run(call) {
    const options = readOptions(call.args, "b:c:lm:n:N:pst:w:");
    if (options.problem !== undefined) return failed(usage, dieCode);
    for (const name of ["p", "n", "N"]) if (has(options, name)) call.machine.notSimulated(`qshape -${name}`);
    const queue = queueOf(call.machine);
    const edges = ageEdges(options);
    const rows = new Map<string, number[]>([["TOTAL", newRow(edges)]]);
    let stderr = "";
    for (const name of options.operands.length > 0 ? options.operands : ["incoming", "active"]) {
      const known = queueNames.find((each) => each === name);
      if (known === undefined) stderr += `Can't stat ${name}: No such file or directory\n at /usr/sbin/qshape line 375.\n`;
      else countQueue(rows, queue, known, { edges, nowMs: call.machine.clock.now(), bySender: has(options, "s") });
    }
    return { stdout: table(rows, edges, Number(valueOf(options, "w") ?? 80)), stderr, code: 0 };
  },
};

/** Upper edges of the age columns but the last, minutes: each twice the one before, or evenly spaced. */
function ageEdges(options: Options): readonly number[] {
  const count = Number(valueOf(options, "b") ?? 10);
  const first = Number(valueOf(options, "t") ?? 5);
  return Array.from({ length: Math.max(0, count - 1) }, (_, index) => (has(options, "l") ? first * (index + 1) : first * 2 ** index));
}

/** The total, and a cell for each age. */
function newRow(edges: readonly number[]): number[] {
  return new Array<number>(edges.length + 2).fill(0);
}

function countQueue(
  rows: Map<string, number[]>,
  queue: Queue,
  name: QueueName,
  by: { readonly edges: readonly number[]; readonly nowMs: number; readonly bySender: boolean },
): void {
  for (const id of queue.ids(name)) {
    const message = queue.read(name, id);
    if (message === undefined) continue;
    const minutes = (by.nowMs - message.arrivedAtMs) / 60_000;
    const age = by.edges.findIndex((edge) => minutes < edge);
    const waiting = message.recipients.filter(({ done }) => !done).map(({ address }) => address);
    for (const subject of by.bySender ? [message.sender] : waiting) {
      const domain = subject === "" ? "MAILER-DAEMON" : domainOf(subject);
      const own = rows.get(domain) ?? newRow(by.edges);
      rows.set(domain, own);
      for (const row of [own, rows.get("TOTAL") ?? own]) {
        row[0] = (row[0] ?? 0) + 1;
        const cell = (age === -1 ? by.edges.length : age) + 1;
        row[cell] = (row[cell] ?? 0) + 1;
      }
    }
  }
}

function table(rows: ReadonlyMap<string, readonly number[]>, edges: readonly number[], lineWidth: number): string {
  const [total, ...domains] = [...rows];
  const sorted = [
    ...(total === undefined ? [] : [total]),
    ...domains.sort(([one, a], [other, b]) => (b[0] ?? 0) - (a[0] ?? 0) || (one < other ? -1 : 1)),
  ];
  const head = ["T", ...edges.map(String), `${edges.at(-1) ?? 0}+`];
  const widths = head.map((title, index) => Math.max(2, title.length, ...sorted.map(([, row]) => String(row[index] ?? 0).length)) + 1);
  const nameWidth = lineWidth - widths.reduce((sum, width) => sum + width, 0);
  const line = (name: string, cells: readonly string[]): string =>
    `${name.padStart(nameWidth)}${cells.map((cell, index) => cell.padStart(widths[index] ?? 0)).join("")}\n`;
  return line("", head) + sorted.map(([name, row]) => line(name, row.map(String))).join("");
}
