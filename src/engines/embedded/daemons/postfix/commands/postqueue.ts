import { isTroubled } from "../../../../../daemons/postfix/tables/maps.ts";
import type { Machine } from "../../../machine.ts";
import { failed, said } from "../../../shell/answer.ts";
import type { Command, CommandCall, CommandResult } from "../../../shell/command.ts";
import { describeOptionProblem, has, readOptions, valueOf } from "../../../shell/options.ts";
import { asctime } from "../mail-copy.ts";
import { type QueueEntry, queueEntries } from "../show-queue.ts";
import { queueOf, runningPostfix } from "./mail-command.ts";

const usage = "postqueue: fatal: usage: postqueue -f | postqueue -i queueid | postqueue -j | postqueue -p | postqueue -s site\n";
const down = "postqueue: fatal: Cannot flush mail queue - mail system is down\n";
const notRunning =
  "postqueue: warning: Mail system is down -- accessing queue directly (Connect to the Postfix showq service: Connection refused)\n";
/** EX_USAGE, EX_UNAVAILABLE as postqueue uses them. */
const exitCode = 69;

/** postqueue(1): looks at the queue and has mail tried again. */
export const postqueue: Command = {
  name: "postqueue",
  async run(call) {
    const options = readOptions(call.args, "c:efi:jps:v");
    if (options.problem !== undefined) return failed(describeOptionProblem("postqueue", options.problem) + usage, exitCode);
    if (has(options, "p")) return listing(call.machine, (entries) => traditionalListing(entries));
    if (has(options, "j")) return listing(call.machine, jsonListing);
    if (has(options, "f")) return flush(call.machine);
    const id = valueOf(options, "i");
    if (id !== undefined) return flushMessage(call.machine, id);
    const site = valueOf(options, "s");
    return site === undefined ? failed(usage, exitCode) : flushSite(call.machine, site);
  },
};

/** mailq(1) is `sendmail -bp`, which is `postqueue -p`. */
export const mailq: Command = {
  name: "mailq",
  run: (call: CommandCall) => postqueue.run({ ...call, args: ["-p"] }),
};

/** Runs a listing, with the warning that a stopped mail system brings. */
function listing(machine: Machine, show: (entries: readonly QueueEntry[]) => string): CommandResult {
  const stdout = show(queueEntries(machine.files, queueOf(machine).directory));
  return { stdout, stderr: runningPostfix(machine) === undefined ? notRunning : "", code: 0 };
}

/** EX_OK even where nothing waits. */
export function flush(machine: Machine): CommandResult {
  const master = runningPostfix(machine);
  if (master === undefined) return failed(down, exitCode);
  master.newDrop();
  master.queueManager.flush();
  return said("");
}

function flushMessage(machine: Machine, id: string): CommandResult {
  const master = runningPostfix(machine);
  if (master === undefined) return failed(`postqueue: warning: connect to public/flush: Connection refused\n${down}`, exitCode);
  master.queueManager.flushMessage(id);
  return said("");
}

function flushSite(machine: Machine, site: string): CommandResult {
  const master = runningPostfix(machine);
  if (master === undefined) return failed(`postqueue: warning: connect to public/flush: Connection refused\n${down}`, exitCode);
  const resolved = master.tables.addresses.resolve(`x@${site}`);
  if (isTroubled(resolved) || resolved.addressClass !== "relay") {
    return failed(`postqueue: fatal: Flush service is not configured for destination "${site}"\n`, exitCode);
  }
  master.flushDomain(site);
  return said("");
}

const flags: Readonly<Partial<Record<QueueEntry["queue"], string>>> = { active: "*", hold: "!" };
const reasonWidth = 78;
const recipientIndent = 41;

/** The listing that mail administrators know since sendmail. */
export function traditionalListing(entries: readonly QueueEntry[]): string {
  if (entries.length === 0) return "Mail queue is empty\n";
  const lines = ["-Queue ID-  --Size-- ----Arrival Time---- -Sender/Recipient-------"];
  for (const entry of entries) {
    const id = `${entry.queueId}${flags[entry.queue] ?? ""}`.padEnd(11);
    const arrival = asctime(entry.arrivedAtMs).slice(0, 20);
    lines.push(`${id}${String(entry.sizeBytes).padStart(8)} ${arrival} ${entry.sender}`);
    let shown: string | undefined;
    for (const { address, reason } of entry.recipients) {
      if (reason !== undefined && reason !== shown) lines.push(`(${reason})`.padStart(reasonWidth));
      shown = reason;
      lines.push(" ".repeat(recipientIndent) + address);
    }
    lines.push("");
  }
  const kilobytes = Math.floor(entries.reduce((sum, entry) => sum + entry.sizeBytes, 0) / 1024);
  lines.push(`-- ${kilobytes} Kbytes in ${entries.length} Request${entries.length === 1 ? "" : "s"}.`, "");
  return lines.join("\n");
}

/** One JSON object a line. */
export function jsonListing(entries: readonly QueueEntry[]): string {
  return entries.map((entry) => `${jsonEntry(entry)}\n`).join("");
}

function jsonEntry(entry: QueueEntry): string {
  const text = (value: string): string => JSON.stringify(value);
  const recipients = entry.recipients
    .map(({ address, reason }) => `{"address": ${text(address)}${reason === undefined ? "" : `, "delay_reason": ${text(reason)}`}}`)
    .join(", ");
  const arrival = Math.floor(entry.arrivedAtMs / 1000);
  const head = `"queue_name": ${text(entry.queue)}, "queue_id": ${text(entry.queueId)}, "arrival_time": ${arrival}`;
  return `{${head}, "message_size": ${entry.sizeBytes}, "forced_expire": false, "sender": ${text(entry.sender)}, "recipients": [${recipients}]}`;
}
