import { failed, said } from "../../../shell/answer.ts";
import type { Command, CommandCall, CommandResult } from "../../../shell/command.ts";
import { has, type Options, readOptions } from "../../../shell/options.ts";
import { asctime } from "../mail-copy.ts";
import type { QueueName } from "../queue.ts";
import { type QueueFileRecord, readQueueFile, recordsOf, type StoredMessage } from "../queue-file.ts";
import { isRoot, queueOf } from "./mail-command.ts";

/** What postcat calls each record. */
const recordNames: Readonly<Record<string, string>> = {
  C: "message_size",
  T: "message_arrival_time",
  A: "named_attribute",
  F: "sender_fullname",
  f: "content_filter",
  S: "sender",
  W: "warning_message_time",
  "/": "killed_record",
  O: "original_recipient",
  R: "recipient",
  D: "done_recipient",
  N: "regular_text",
  L: "continued_text",
};

const searched: readonly QueueName[] = ["maildrop", "hold", "incoming", "active", "deferred"];

/** postcat(1): shows what is in a queue file. */
export const postcat: Command = {
  name: "postcat",
  async run(call) {
    const options = readOptions(call.args, "bc:dehoqrsv");
    if (options.problem !== undefined)
      return failed(
        "postcat: fatal: usage: postcat [-b (body text)] [-c config_dir] [-d (decimal record type)] [-e (envelope records)] [-h (header text)] [-q (access queue)] [-v] [file(s)...]\n",
      );
    const verbose = has(options, "v")
      ? `postcat: name_mask: ipv4\npostcat: inet_addr_local: configured ${call.machine.net.addresses.filter((address) => !address.startsWith("127.")).length + 1} IPv4 addresses\n`
      : "";
    let stdout = "";
    for (const operand of options.operands) {
      const shown = showOne(call, operand, options);
      if (typeof shown !== "string") return { ...shown, stdout };
      stdout += shown;
    }
    return { ...said(stdout), stderr: verbose };
  },
};

function showOne(call: CommandCall, operand: string, options: Options): string | CommandResult {
  const { files } = call.machine;
  const queue = queueOf(call.machine);
  if (!isRoot(call)) return failed(`postcat: fatal: open queue file ${operand}: Permission denied\n`);
  if (!has(options, "q")) {
    const path = operand.startsWith("/") ? operand : `${call.cwd}/${operand}`;
    const bytes = files.exists(path) ? files.readBytes(path) : undefined;
    if (bytes === undefined) return failed(`postcat: fatal: open ${operand}: No such file or directory\n`);
    return showFile(Buffer.from(bytes), operand, options);
  }
  const found = queue.find(operand, searched);
  const bytes = found === undefined ? undefined : queue.bytes(found, operand);
  if (found === undefined || bytes === undefined) return failed(`postcat: fatal: open queue file ${operand}: No such file or directory\n`);
  return showFile(bytes, queue.shortPath(found, operand), options);
}

function showFile(bytes: Buffer, name: string, options: Options): string | CommandResult {
  const message = readQueueFile(bytes);
  if (message === undefined) return failed(`postcat: warning: ${name}: input is not a valid queue file\n`);
  const all = !has(options, "b", "e", "h");
  const parts = { envelope: all || has(options, "e"), header: all || has(options, "h"), body: all || has(options, "b") };
  const withNames = has(options, "v");
  const offset = (at: number): string => (has(options, "o") ? `${String(at).padStart(9)} ` : "");
  const out: string[] = [];
  const mark = (at: number, text: string): void => {
    if (parts.envelope) out.push(`${offset(at)}*** ${text} ${name} ***\n`);
  };
  if (parts.envelope) out.push(`*** ENVELOPE RECORDS ${name} ***\n`);
  let inHeader = true;
  for (const piece of recordsOf(bytes)) {
    if (piece.type === "M") mark(piece.offset, "MESSAGE CONTENTS");
    else if (piece.type === "X") mark(piece.offset, "HEADER EXTRACTED");
    else if (piece.type === "E") mark(piece.offset, "MESSAGE FILE END");
    else if (isContent(piece, message)) {
      const text = piece.data.toString("latin1");
      inHeader &&= text !== "";
      if (inHeader ? !parts.header : !parts.body) continue;
      const label = withNames ? `${recordNames[piece.type] ?? piece.type}: ` : "";
      out.push(
        `${offset(piece.offset)}${label}${Buffer.from(text, "latin1").toString("utf8")}${piece.type === "L" && !withNames ? "" : "\n"}`,
      );
    } else if (parts.envelope) out.push(`${offset(piece.offset)}${envelopeRecord(piece)}\n`);
  }
  return out.join("");
}

function isContent(piece: QueueFileRecord, message: StoredMessage): boolean {
  return piece.offset >= message.contentOffset && piece.offset < message.extractedOffset;
}

function envelopeRecord(piece: QueueFileRecord): string {
  const text = piece.data.toString("latin1");
  const seconds = (value: string): string => asctime(Number(value.trim().split(" ")[0]) * 1000);
  if (piece.type === "T" || piece.type === "W") return `${recordNames[piece.type]}: ${seconds(text)}`;
  if (text.startsWith("create_time=")) return `create_time: ${seconds(text.slice("create_time=".length))}`;
  return `${recordNames[piece.type] ?? piece.type}: ${text}`;
}
