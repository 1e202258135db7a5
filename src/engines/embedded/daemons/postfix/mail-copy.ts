import { quoteAddress } from "../../../../mail/address.ts";
import type { Machine } from "../../machine.ts";
import type { QueueRecipient, StoredMessage } from "./queue-file.ts";
import { contentOf } from "./queue-file.ts";

/** mail_copy(3): a message as it lies in a mailbox: envelope in three header fields, then the content, lines ended by LF. */
export function mailboxCopy(message: StoredMessage, recipient: QueueRecipient, deliveredTo: string): Buffer {
  const head = [
    `Return-Path: <${quoteAddress(message.sender)}>`,
    ...(recipient.original === "" ? [] : [`X-Original-To: ${quoteAddress(recipient.original)}`]),
    `Delivered-To: ${quoteAddress(deliveredTo)}`,
    "",
  ].join("\n");
  return Buffer.concat([Buffer.from(head, "latin1"), contentOf(message, "\n")]);
}

/** Appends to an mbox file. @throws FileError ENOSPC */
export function appendToMailbox(
  machine: Pick<Machine, "files" | "clock">,
  path: string,
  message: StoredMessage,
  recipient: QueueRecipient,
): void {
  const before = machine.files.readBytes(path) ?? new Uint8Array();
  machine.files.write(path, Buffer.concat([before, mboxCopy(message, recipient, recipient.address, machine.clock.now())]), { mode: 0o600 });
}

/** The same in an mbox file: a `From ` line before it, `From ` lines within quoted, a blank line after it. */
function mboxCopy(message: StoredMessage, recipient: QueueRecipient, deliveredTo: string, atMs: number): Buffer {
  const text = mailboxCopy(message, recipient, deliveredTo)
    .toString("latin1")
    .replace(/^From /gm, ">From ");
  const sender = message.sender === "" ? "MAILER-DAEMON" : quoteAddress(message.sender);
  return Buffer.from(`From ${sender}  ${asctime(atMs)}\n${text}\n`, "latin1");
}

const days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Tue Nov 24 04:23:07 2026`, UTC, as asctime(3) writes it. */
export function asctime(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  const day = String(date.getUTCDate()).padStart(2, " ");
  return `${days[date.getUTCDay()]} ${months[date.getUTCMonth()]} ${day} ${time} ${date.getUTCFullYear()}`;
}
