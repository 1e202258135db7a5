import { parsePath } from "../../../../../mail/address.ts";
import { FileError } from "../../../files/file-tree.ts";
import { failed, said } from "../../../shell/answer.ts";
import type { Command, CommandCall, CommandResult } from "../../../shell/command.ts";
import { describeOptionProblem, has, type Options, readOptions, valueOf } from "../../../shell/options.ts";
import { bytesOf, textOf } from "../byte-text.ts";
import { fieldName, fieldValue, splitContent } from "../cleanup/content.ts";
import { bareAddress, splitAddresses } from "../cleanup/header-addresses.ts";
import { type QueueRecipient, writeDropFile } from "../queue-file.ts";
import { queueOf, runningPostfix } from "./mail-command.ts";
import { flush, postqueue } from "./postqueue.ts";

/** EX_TEMPFAIL, with which Postfix's sendmail ends on every error. */
const tempFail = 75;
const notifyBits: Readonly<Record<string, number>> = { never: 1, success: 2, failure: 4, delay: 8 };

/** sendmail(1) of Postfix: hands a message in, or does what the sendmail of old did. */
export const sendmail: Command = {
  name: "sendmail",
  async run(call) {
    const options = readOptions(call.args, "A:B:C:F:GIL:N:O:R:UV:X:ab:ce:f:h:imno:p:r:q:tvx");
    // `-q` stands alone or with an interval glued to it.
    if (call.args.includes("-q")) return flush(call.machine);
    if (options.problem !== undefined) {
      const complaint = describeOptionProblem("sendmail", options.problem);
      return failed(`${complaint}${complaint}sendmail: fatal: usage: sendmail [options]\n`, tempFail);
    }
    const mode = valueOf(options, "b") ?? "m";
    if (mode === "p") return postqueue.run({ ...call, args: ["-p"] });
    if (mode === "i" || has(options, "I")) return said("");
    if (mode === "v") call.machine.notSimulated("sendmail -bv");
    if (mode === "v") return said(reportPromise(call, options));
    if (mode === "s" || mode === "d") call.machine.notSimulated(`sendmail -b${mode}`);
    if (mode !== "m") return failed(`sendmail: fatal: unsupported: -b${mode}\n`, tempFail);
    return submit(call, options);
  },
};

function submit(call: CommandCall, options: Options): CommandResult {
  const user = call.env["USER"] ?? "root";
  const name = valueOf(options, "f", "r") ?? user;
  const fatal = (text: string): CommandResult => failed(`sendmail: fatal: ${name}(${user === "root" ? 0 : 1000}): ${text}\n`, tempFail);
  const fromHeader = has(options, "t");
  if (!fromHeader && options.operands.length === 0)
    return fatal("Recipient addresses must be specified on the command line or via the -t option");
  const content = messageText(call.stdin, has(options, "i") || options.given.some(({ name, value }) => name === "o" && value === "i"));
  const notify = (valueOf(options, "N") ?? "").split(",").reduce((sum, word) => sum | (notifyBits[word.trim().toLowerCase()] ?? 0), 0);
  const addresses = fromHeader ? [...options.operands, ...headerRecipients(content).map(textOf)] : options.operands;
  if (addresses.length === 0) return fatal("No recipient addresses found in message header");
  const recipients = addresses.map((address): QueueRecipient => {
    const internal = bytesOf(parsePath(address) ?? address);
    return { address: internal, original: internal, offset: 0, done: false, dsnOriginal: "", notify };
  });
  return drop(call, options, recipients, content, fromHeader, fatal);
}

function drop(
  call: CommandCall,
  options: Options,
  recipients: readonly QueueRecipient[],
  content: Buffer,
  fromHeader: boolean,
  fatal: (text: string) => CommandResult,
): CommandResult {
  const { machine } = call;
  const user = call.env["USER"] ?? "root";
  const queue = queueOf(machine);
  const sender = valueOf(options, "f", "r");
  const ret = valueOf(options, "R")?.toLowerCase();
  const envelopeId = valueOf(options, "V");
  const now = machine.clock.now();
  const file = writeDropFile(
    {
      arrivedAtMs: now,
      createdAtMs: 0,
      attributes: [
        ["rewrite_context", "local"],
        ...(envelopeId === undefined ? [] : [["envelope_id", envelopeId] as const]),
        ...(ret === undefined ? [] : [["ret_flags", ret === "full" ? "1" : "2"] as const]),
      ],
      senderFullName: bytesOf(valueOf(options, "F") ?? user),
      sender: sender === undefined ? user : bytesOf(parsePath(sender) ?? sender),
      recipients,
    },
    content,
    fromHeader,
  );
  const limit = messageSizeLimit(call);
  if (limit > 0 && content.length > limit) {
    const complaints = "postdrop: warning: uid=0: File too large\nsendmail: warning: mail_stream_cleanup: close error\n";
    return { stdout: "", stderr: `${complaints}${fatal("message file too big").stderr}`, code: tempFail };
  }
  try {
    queue.put("maildrop", dropId(call, now), file, user);
  } catch (error) {
    if (!(error instanceof FileError) || error.code !== "ENOSPC") throw error;
    return fatal("queue file write error");
  }
  runningPostfix(machine)?.newDrop();
  if (!has(options, "v")) return said("");
  machine.notSimulated("the report of sendmail -v");
  return said(reportPromise(call, options));
}

function reportPromise(call: CommandCall, options: Options): string {
  return `Mail Delivery Status Report will be mailed to <${valueOf(options, "f", "r") ?? call.env["USER"] ?? "root"}>.\n`;
}

function messageSizeLimit(call: CommandCall): number {
  return runningPostfix(call.machine)?.policy.sizeBytes("message_size_limit") ?? 0;
}

/** The name of a file in maildrop; pickup gives the message its queue id. */
function dropId(call: CommandCall, now: number): string {
  const queue = queueOf(call.machine);
  for (;;) {
    const id = ((now % 1000) * 1000 + call.machine.random.below(1000)).toString(16).toUpperCase().padStart(5, "0");
    const name = `${id}${(0x10_0000 + call.machine.random.below(0x10_0000)).toString(16).toUpperCase()}`;
    if (queue.find(name, ["maildrop"]) === undefined) return name;
  }
}

/** A line with a single dot ends the message, unless `-i` says otherwise. A `From ` line of a mailbox file is dropped. */
function messageText(stdin: string, ignoreDots: boolean): Buffer {
  const plain = stdin.replace(/^>?From [^\n]*\n/, "");
  const end = ignoreDots ? -1 : plain.search(/^\.\r?$/m);
  const text = end === -1 ? plain : plain.slice(0, end);
  return Buffer.from(text === "" || text.endsWith("\n") ? text : `${text}\n`, "utf8");
}

/** To, Cc and Bcc, the resent ones alone where there are any. */
function headerRecipients(content: Buffer): readonly string[] {
  const { fields } = splitContent(content);
  const of = (names: readonly string[]): readonly string[] =>
    fields.filter((field) => names.includes(fieldName(field))).flatMap((field) => splitAddresses(fieldValue(field)).map(bareAddress));
  const resent = of(["resent-to", "resent-cc", "resent-bcc"]);
  return resent.length > 0 ? resent : of(["to", "cc", "bcc"]);
}
