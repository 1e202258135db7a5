/**
 * Maildir as Dovecot writes it: one file a message, lines end in LF, the sizes stand in the file's name:
 * `1795492888.M618627P181.mailbox.meadow.example,S=1214,W=1240`, and `:2,S` at the end once it is in cur/.
 */

/** The moment, process and host that make a file name unique. */
export interface DeliveryStamp {
  /** Milliseconds since the Unix epoch; the microseconds below one millisecond come in `microseconds`. */
  readonly atMs: number;
  /** 0 to 999, counted up for deliveries within one millisecond. */
  readonly microseconds?: number;
  readonly pid: number;
  /** Fully qualified, as `hostname` prints it. */
  readonly hostName: string;
}

/** Both sizes of a message: as stored (LF), and as it goes over the wire (CRLF), which is what a quota counts. */
export interface MessageSizes {
  readonly sizeBytes: number;
  readonly virtualBytes: number;
}

/** What a file name in cur/ or new/ tells. */
export interface MaildirName {
  /** Without the flags: the name that `doveadm fetch guid` prints. */
  readonly base: string;
  /** Delivery time, whole seconds since the Unix epoch; undefined where the name does not begin with one. */
  readonly seconds?: number;
  /** `S=`; absent in files that another program wrote. */
  readonly sizeBytes?: number;
  /** `W=` */
  readonly virtualBytes?: number;
  /** Maildir letters, sorted: `FS`. Empty in new/. */
  readonly flags: string;
}

/** A stored message with its name. */
export interface StoredMessage {
  readonly name: string;
  /** LF lines. */
  readonly content: string;
  readonly sizes: MessageSizes;
  /** Time of delivery, milliseconds since the Unix epoch: the file's modification time. */
  readonly atMs: number;
}

/** The name of a file that Dovecot delivers. */
export function deliveryName(stamp: DeliveryStamp, sizes: MessageSizes): string {
  const seconds = Math.floor(stamp.atMs / 1000);
  const microseconds = (stamp.atMs - seconds * 1000) * 1000 + (stamp.microseconds ?? 0);
  const host = stamp.hostName.replaceAll("/", "\\057").replaceAll(":", "\\072");
  return `${seconds}.M${microseconds}P${stamp.pid}.${host},S=${sizes.sizeBytes},W=${sizes.virtualBytes}`;
}

/** Reads a file name. Every name is a message's name; what it does not say is undefined. */
export function parseMaildirName(name: string): MaildirName {
  const colon = name.indexOf(":2,");
  const base = colon === -1 ? name : name.slice(0, colon);
  const flags = colon === -1 ? "" : (name.slice(colon + 3).split(",")[0] ?? "");
  const seconds = /^(\d+)\./.exec(base)?.[1];
  const size = /,S=(\d+)/.exec(base)?.[1];
  const virtual = /,W=(\d+)/.exec(base)?.[1];
  return {
    base,
    flags: [...flags].sort().join(""),
    ...(seconds === undefined ? {} : { seconds: Number(seconds) }),
    ...(size === undefined ? {} : { sizeBytes: Number(size) }),
    ...(virtual === undefined ? {} : { virtualBytes: Number(virtual) }),
  };
}

/** Both sizes of a message whose lines end in LF or CRLF. */
export function messageSizes(content: string): MessageSizes {
  let bareLineFeeds = 0;
  for (let at = content.indexOf("\n"); at !== -1; at = content.indexOf("\n", at + 1)) {
    if (content.charCodeAt(at - 1) !== 13) bareLineFeeds++;
  }
  const sizeBytes = new TextEncoder().encode(content).length;
  return { sizeBytes, virtualBytes: sizeBytes + bareLineFeeds };
}

/** Old mail to put into an INBOX before a range starts. */
export interface OldMail {
  /** Bytes to fill, as a quota counts them: the sum of the virtual sizes is exactly this, unless it is too small for one message. */
  readonly fillBytes: number;
  /** The mailbox's address. */
  readonly address: string;
  /** The mailbox host, fully qualified. */
  readonly hostName: string;
  /** All of it was delivered before this, milliseconds since the Unix epoch. */
  readonly beforeMs: number;
}

const LARGEST_BYTES = 1024 * 1024;
/** No old message is smaller: its header and a line. */
const SMALLEST_BYTES = 1024;
const DAY_MS = 24 * 3600 * 1000;
const PROSE = "Minutes of the meeting, kept for the record: who was there, what was said.";

/** The messages, oldest first, one a day, each of at most one mebibyte. The same arguments give the same mail, byte for byte. */
export function oldMail({ fillBytes, address, hostName, beforeMs }: OldMail): readonly StoredMessage[] {
  const sizes = portions(fillBytes);
  const domain = address.slice(address.indexOf("@") + 1);
  return sizes.map((virtualBytes, index) => {
    const atMs = Math.floor(beforeMs / DAY_MS - (sizes.length - index)) * DAY_MS + 9 * 3600 * 1000;
    const head = [
      `Return-Path: <minutes@${domain}>`,
      `Delivered-To: ${address}`,
      `Date: ${mailDate(atMs)}`,
      `From: Minutes <minutes@${domain}>`,
      `To: <${address}>`,
      `Subject: Minutes, part ${index + 1} of ${sizes.length}`,
      `Message-ID: <minutes.${index + 1}.${atMs / 1000}@${domain}>`,
      "",
      "",
    ].join("\n");
    const content = head + filler(virtualBytes - messageSizes(head).virtualBytes);
    const stored = messageSizes(content);
    return {
      name: deliveryName({ atMs, microseconds: index % 1000, pid: 300 + (index % 1000), hostName }, stored),
      content,
      sizes: stored,
      atMs,
    };
  });
}

/** Where a folder of a Maildir++ lies: the INBOX is the Maildir itself, the others stand in it as `.Name`. */
export function folderPath(maildir: string, folder = "INBOX"): string {
  return folder.toUpperCase() === "INBOX" ? maildir : `${maildir}/.${folder.replaceAll("/", ".")}`;
}

/** `Tue, 24 Nov 2026 04:01:28 +0000`: a date as mail headers carry it, in UTC. */
export function mailDate(atMs: number): string {
  return new Date(atMs).toUTCString().replace("GMT", "+0000");
}

function portions(fillBytes: number): number[] {
  if (fillBytes <= 0) return [];
  const count = Math.max(1, Math.ceil(fillBytes / LARGEST_BYTES));
  const each = Math.floor(fillBytes / count);
  const whole = Array.from({ length: count }, (_, index) => (index < count - 1 ? each : fillBytes - each * (count - 1)));
  return whole.map((bytes) => Math.max(SMALLEST_BYTES, bytes));
}

/** Text lines that take exactly this many bytes with CRLF line ends (at least 2). */
function filler(virtualBytes: number): string {
  const full = Math.max(0, Math.floor(virtualBytes / (PROSE.length + 2)) - 1);
  const rest = virtualBytes - full * (PROSE.length + 2);
  const whole = `${PROSE}\n`.repeat(full);
  if (rest <= PROSE.length + 2) return `${whole}${PROSE.slice(0, rest - 2)}\n`;
  const first = Math.min(PROSE.length, rest - 4);
  return `${whole}${PROSE.slice(0, first)}\n${PROSE.slice(0, rest - first - 4)}\n`;
}
