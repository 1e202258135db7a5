import type { Machine } from "../../../machine.ts";
import type { OpenUser } from "../mailbox-user.ts";
import { headerValues, splitMail } from "./mail-text.ts";
import type { Candidate } from "./search-query.ts";

export const FETCH_FIELDS_HELP =
  "Available fetch fields: hdr.<name> body.<section> binary.<section> user mailbox mailbox-guid seq uid guid flags modseq hdr body body.preview body.snippet " +
  "text text.utf8 size.physical size.virtual date.received date.sent date.saved date.received.unixtime date.sent.unixtime date.saved.unixtime imap.envelope " +
  "imap.body imap.bodystructure pop3.uidl pop3.order refcount storageid";

const KNOWN = new Set(FETCH_FIELDS_HELP.slice(FETCH_FIELDS_HELP.indexOf("user mailbox")).split(" "));

const FLAG_NAMES: readonly (readonly [string, string])[] = [
  ["R", "\\Answered"],
  ["F", "\\Flagged"],
  ["T", "\\Deleted"],
  ["S", "\\Seen"],
  ["D", "\\Draft"],
];

export function isFetchField(name: string): boolean {
  return KNOWN.has(name) || /^(hdr|body|binary)\../.test(name);
}

/** One field of one message, latin1 text read as UTF-8. */
export function fetchField(name: string, { mail, folder, guid, sequence, content }: Candidate, user: OpenUser, machine: Machine): string {
  if (name.startsWith("hdr.")) return utf8(headerValues(splitMail(content()).head, name.slice(4)).join("\n"));
  switch (name) {
    case "user":
      return user.name;
    case "mailbox":
      return folder;
    case "mailbox-guid":
      return guid;
    case "seq":
      return String(sequence);
    case "uid":
      return String(mail.uid);
    case "guid":
    case "storageid":
      return mail.base;
    case "flags":
      return [
        ...FLAG_NAMES.filter(([letter]) => mail.flags.includes(letter)).map(([, flag]) => flag),
        ...(mail.recent ? ["\\Recent"] : []),
      ].join(" ");
    case "hdr":
      return utf8(splitMail(content()).head);
    case "body":
      return utf8(splitMail(content()).body);
    case "text":
      return utf8(content());
    case "size.physical":
      return String(mail.sizeBytes);
    case "size.virtual":
      return String(mail.virtualBytes);
    case "date.received":
    case "date.saved":
      return dateText(mail.receivedAtMs);
    case "date.received.unixtime":
    case "date.saved.unixtime":
      return String(mail.receivedAtMs / 1000);
    default:
      machine.notSimulated(`the field ${name} of doveadm fetch`);
      return "";
  }
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, "latin1").toString("utf8");
}

function dateText(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 19).replace("T", " ");
}
