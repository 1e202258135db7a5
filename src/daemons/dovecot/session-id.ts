import { createHash } from "node:crypto";

/**
 * Dovecot's 128-bit identifiers (lib/guid.c): nanoseconds, seconds, process id and a hash of the host name. A session id is one in
 * Base64, a mailbox GUID in hexadecimal digits.
 */
export interface IdentifierStamp {
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
  /** Below one millisecond, 0 to 999999. */
  readonly nanoseconds: number;
  readonly pid: number;
  /** Fully qualified. */
  readonly hostName: string;
}

/** `Oq2GHRgMBWu1AAAA9FPlag` */
export function sessionId(stamp: IdentifierStamp): string {
  return bytesOf(stamp).toString("base64").replace(/=+$/, "");
}

/** `b87fdf24180c056bb5000000f453e56a` */
export function mailboxGuid(stamp: IdentifierStamp): string {
  return bytesOf(stamp).toString("hex");
}

function bytesOf({ atMs, nanoseconds, pid, hostName }: IdentifierStamp): Buffer {
  const seconds = Math.floor(atMs / 1000);
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32LE((atMs - seconds * 1000) * 1_000_000 + nanoseconds, 0);
  bytes.writeUInt32LE(seconds >>> 0, 4);
  bytes.writeUInt32LE(pid, 8);
  createHash("sha1").update(hostName).digest().copy(bytes, 12, 16);
  return bytes;
}
