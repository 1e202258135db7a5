/** What a queue id is made of: when the file was made, and its inode. */
export interface QueueIdSource {
  /** Milliseconds since the Unix epoch; fractions count, Postfix uses microseconds. */
  readonly atMs: number;
  readonly inode: number;
}

/** Base 52: digits and consonants, so that no id spells a word. */
const letters = "0123456789BCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz";

/** `410C6250859`: the microseconds of the second in five hexadecimal digits, then the inode (enable_long_queue_ids = no). */
export function shortQueueId(source: QueueIdSource): string {
  return microsOf(source).toString(16).toUpperCase().padStart(5, "0") + source.inode.toString(16).toUpperCase();
}

/** `4Y5c1w2Vhgz2Cd`: seconds and microseconds in base 52, `z`, the inode in base 51 (enable_long_queue_ids = yes). */
export function longQueueId(source: QueueIdSource): string {
  const seconds = encode(Math.floor(source.atMs / 1000), 52).padStart(6, "0");
  return `${seconds}${encode(microsOf(source), 52).padStart(4, "0")}z${encode(source.inode, 51)}`;
}

export function isQueueId(text: string): boolean {
  return /^(?:[0-9A-F]{6,16}|[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-z]{10}z[0-9B-DF-HJ-NP-TV-Zb-df-hj-np-tv-y]+)$/.test(text);
}

function microsOf(source: QueueIdSource): number {
  return Math.min(999_999, Math.round((source.atMs % 1000) * 1000));
}

function encode(value: number, base: number): string {
  let text = "";
  for (let rest = value; rest > 0; rest = Math.floor(rest / base)) text = `${letters[rest % base]}${text}`;
  return text === "" ? "0" : text;
}
