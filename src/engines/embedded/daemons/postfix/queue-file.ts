/**
 * Postfix's queue file, record by record as the real one writes it (record(5) in its source: a type byte, a length in groups
 * of seven bits, the data), so that sizes, offsets and what `postcat` prints follow by themselves.
 *
 *     C size   T arrival   A name=value ...   F full name   S sender   W warn at   A/O/R (D when done) recipients
 *     M   N line ... (L: more of the same line follows)
 *     X   A/R/O/D what was taken out of the header fields   E
 *
 * Text is latin1 throughout: one character a byte.
 */

/** Longer lines are cut into records of this size (`line_length_limit`). */
const recordLimit = 2048;
/** Six numbers of fifteen columns, a blank between. */
const sizeFieldWidth = 15;

export interface QueueRecipient {
  readonly address: string;
  /** As it was given before aliases; the same as `address` where nothing was rewritten. */
  readonly original: string;
  /** Of the recipient record in the file; 0 where the file is not written yet. */
  readonly offset: number;
  readonly done: boolean;
  /** `rfc822;user@example` */
  readonly dsnOriginal: string;
  /** NOTIFY as bits: 1 never, 2 success, 4 failure, 8 delay; 0 when it was not given. */
  readonly notify: number;
}

export interface Envelope {
  /** When the message came in. Milliseconds since the Unix epoch. */
  readonly arrivedAtMs: number;
  /** When the queue file was made. */
  readonly createdAtMs: number;
  /** Attributes before and after the sender, in file order: `["client_name", "localhost"]`. */
  readonly attributes: readonly (readonly [string, string])[];
  readonly senderFullName?: string;
  readonly sender: string;
  /** When the sender is to be told about a delay (`delay_warning_time`); absent when not, or when it was done. */
  readonly warnAtMs?: number;
  readonly recipients: readonly QueueRecipient[];
  /** SMTPUTF8 was asked for, or an address or header field needs it. */
  readonly utf8?: boolean;
  /** `transport:nexthop` that the message goes by, whoever it is for. */
  readonly contentFilter?: string;
}

/** A queue file as it was read back. */
export interface StoredMessage extends Envelope {
  readonly bytes: Buffer;
  /** Of the content as stored: what `size=` and `postqueue` show. */
  readonly sizeBytes: number;
  readonly contentOffset: number;
  readonly extractedOffset: number;
}

/** What stands between the sender's attributes and the sender: the rest of the attributes follow it, as cleanup receives them. */
const beforeSender = new Set(["log_ident", "rewrite_context", "envelope_id", "ret_flags"]);

/**
 * Writes a queue file.
 * @param content header and body, lines ended by LF or CRLF
 * @param reportedSizeBytes what `size=` shows where it is not the content's own: a mail filter's changes are not counted
 */
export function writeQueueFile(envelope: Envelope, content: Uint8Array, reportedSizeBytes?: number): Buffer {
  const head: Buffer[] = [];
  const put = (type: string, text: string): void => void head.push(record(type, text));
  const whole = Math.floor(envelope.arrivedAtMs / 1000);
  put("T", `${whole} ${(envelope.arrivedAtMs - whole * 1000) * 1000}`);
  put("A", `create_time=${Math.floor(envelope.createdAtMs / 1000)}`);
  for (const [name, value] of envelope.attributes) if (beforeSender.has(name)) put("A", `${name}=${value}`);
  if (envelope.senderFullName !== undefined) put("F", envelope.senderFullName);
  put("S", envelope.sender);
  if (envelope.warnAtMs !== undefined) put("W", String(Math.floor(envelope.warnAtMs / 1000)).padStart(sizeFieldWidth));
  for (const [name, value] of envelope.attributes) if (!beforeSender.has(name)) put("A", `${name}=${value}`);
  for (const recipient of envelope.recipients) {
    if (recipient.notify !== 0) put("A", `notify_flags=${recipient.notify}`);
    if (recipient.dsnOriginal !== "") put("A", `dsn_orig_rcpt=${recipient.dsnOriginal}`);
    put("O", recipient.original);
    put(recipient.done ? "D" : "R", recipient.address);
  }
  put("M", "");
  const body = contentRecords(content);
  const sizeRecordBytes = 2 + 6 * sizeFieldWidth + 5;
  const contentOffset = sizeRecordBytes + head.reduce((sum, part) => sum + part.length, 0);
  const size = record(
    "C",
    sizeFields(reportedSizeBytes ?? body.length, contentOffset, envelope.recipients.length, 0, body.length, envelope.utf8 === true ? 1 : 0),
  );
  const extracted = envelope.contentFilter === undefined ? [] : [record("f", envelope.contentFilter)];
  return Buffer.concat([size, ...head, body, record("X", ""), ...extracted, record("E", "")]);
}

/**
 * Writes a file as postdrop(1) leaves it in `maildrop`: sizes, original recipients and what cleanup adds are not in it yet.
 * @param recipientsFromHeader true for `sendmail -t`: the recipients stand behind the content
 */
export function writeDropFile(envelope: Envelope, content: Uint8Array, recipientsFromHeader: boolean): Buffer {
  const whole = Math.floor(envelope.arrivedAtMs / 1000);
  const recipients = envelope.recipients.flatMap(({ address, notify }) => [
    ...(notify === 0 ? [] : [record("A", `notify_flags=${notify}`)]),
    record("R", address),
  ]);
  return Buffer.concat([
    record("T", `${whole} ${(envelope.arrivedAtMs - whole * 1000) * 1000}`),
    ...envelope.attributes.map(([name, value]) => record("A", `${name}=${value}`)),
    ...(envelope.senderFullName === undefined ? [] : [record("F", envelope.senderFullName)]),
    record("S", envelope.sender),
    ...(recipientsFromHeader ? [] : recipients),
    record("M", ""),
    contentRecords(content),
    record("X", ""),
    ...(recipientsFromHeader ? recipients : []),
    record("E", ""),
  ]);
}

function sizeFields(...numbers: readonly number[]): string {
  return numbers.map((number) => String(number).padStart(sizeFieldWidth)).join(" ");
}

function record(type: string, text: string): Buffer {
  const data = Buffer.from(text, "latin1");
  return Buffer.concat([Buffer.from(type), lengthBytes(data.length), data]);
}

function lengthBytes(length: number): Buffer {
  const bytes: number[] = [];
  let rest = length;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return Buffer.from(bytes);
}

/** The content as `N` and `L` records. */
export function contentRecords(content: Uint8Array): Buffer {
  const source = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  // A line of n bytes with its line end becomes n + 2 or n + 3; the shortest line (a bare LF) grows by one byte.
  const out = Buffer.allocUnsafe(source.length * 2 + 16);
  let at = 0;
  const put = (type: number, from: number, to: number): void => {
    const length = to - from;
    out[at++] = type;
    if (length < 0x80) {
      out[at++] = length;
    } else {
      out[at++] = (length & 0x7f) | 0x80;
      out[at++] = length >>> 7;
    }
    source.copy(out, at, from, to);
    at += length;
  };
  let from = 0;
  while (from < source.length) {
    const lineFeed = source.indexOf(0x0a, from);
    const next = lineFeed === -1 ? source.length : lineFeed + 1;
    let to = lineFeed === -1 ? source.length : lineFeed;
    if (lineFeed > from && source[lineFeed - 1] === 0x0d) to -= 1;
    while (to - from > recordLimit) {
      put(0x4c, from, from + recordLimit);
      from += recordLimit;
    }
    put(0x4e, from, to);
    from = next;
  }
  return out.subarray(0, at);
}

/** A pointer record, which leads a reader to another place in the file: two bytes and fifteen digits. */
const pointerBytes = 17;
const pointerDigits = 15;
/** The shortest padding record. */
const paddingBytes = 3;

/**
 * How large a message is stored where mail filters may change it: room for a pointer behind the header and behind the body, and
 * header fields that are shorter than a pointer padded to its length.
 * @param fields of the header, and of the parts of the body
 */
export function editableSize(fields: readonly string[], content: Uint8Array): number {
  const short = fields.filter((field) => field.length < pointerDigits);
  const padding = short.reduce((sum, field) => sum + Math.max(paddingBytes, pointerDigits - field.length), 0);
  return contentRecords(content).length + 2 * pointerBytes + padding;
}

export interface QueueFileRecord {
  readonly type: string;
  readonly offset: number;
  readonly data: Buffer;
}

/** Every record from `offset` on. Ends where a record is cut off. */
export function* recordsOf(bytes: Buffer, offset = 0): Generator<QueueFileRecord> {
  let at = offset;
  while (at < bytes.length) {
    const start = at;
    const type = String.fromCharCode(bytes[at++] as number);
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined || shift > 28) return;
      length |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) break;
    }
    if (at + length > bytes.length) return;
    yield { type, offset: start, data: bytes.subarray(at, at + length) };
    at += length;
  }
}

/** Reads a queue file, or one of `maildrop`. @returns undefined when it is damaged */
export function readQueueFile(bytes: Buffer): StoredMessage | undefined {
  const span = contentSpan(bytes);
  if (span === undefined) return undefined;
  const { sizeBytes, contentOffset, extractedOffset, utf8 } = span;
  const reader = new EnvelopeReader();
  for (const piece of recordsOf(bytes)) {
    if (piece.offset >= contentOffset) break;
    reader.take(piece);
  }
  let ended = false;
  for (const piece of recordsOf(bytes, extractedOffset)) {
    reader.take(piece);
    ended ||= piece.type === "E";
  }
  return ended ? { ...reader.envelope(), utf8, bytes, sizeBytes, contentOffset, extractedOffset } : undefined;
}

interface ContentSpan {
  readonly sizeBytes: number;
  readonly contentOffset: number;
  readonly extractedOffset: number;
  readonly utf8: boolean;
}

/** Where the content stands, by the size record, or by the marks around it where there is none yet. */
function contentSpan(bytes: Buffer): ContentSpan | undefined {
  const first = recordsOf(bytes).next().value as QueueFileRecord | undefined;
  if (first?.type === "C") {
    const [sizeBytes, contentOffset, , , contentBytes, flags] = first.data.toString("latin1").trim().split(/ +/).map(Number);
    if (sizeBytes === undefined || contentOffset === undefined || contentBytes === undefined) return undefined;
    if (Number.isNaN(contentOffset + contentBytes)) return undefined;
    return { sizeBytes, contentOffset, extractedOffset: contentOffset + contentBytes, utf8: flags === 1 };
  }
  let contentOffset: number | undefined;
  for (const piece of recordsOf(bytes)) {
    if (piece.type === "M") contentOffset = piece.offset + 2;
    if (piece.type === "X" && contentOffset !== undefined)
      return { sizeBytes: bytes.length, contentOffset, extractedOffset: piece.offset, utf8: false };
  }
  return undefined;
}

class EnvelopeReader {
  #arrivedAtMs = 0;
  #createdAtMs = 0;
  readonly #attributes: (readonly [string, string])[] = [];
  #contentFilter: string | undefined;
  #fullName: string | undefined;
  #sender = "";
  #warnAtMs: number | undefined;
  readonly #recipients: QueueRecipient[] = [];
  #original: string | undefined;
  #dsnOriginal = "";
  #notify = 0;

  take(piece: QueueFileRecord): void {
    const text = piece.data.toString("latin1");
    switch (piece.type) {
      case "T": {
        const [seconds, microseconds] = text.split(" ").map(Number);
        this.#arrivedAtMs = (seconds ?? 0) * 1000 + Math.floor((microseconds ?? 0) / 1000);
        break;
      }
      case "A":
        this.#attribute(text.slice(0, text.indexOf("=")), text.slice(text.indexOf("=") + 1));
        break;
      case "f":
        this.#contentFilter = text;
        break;
      case "F":
        this.#fullName = text;
        break;
      case "S":
        this.#sender = text;
        break;
      case "W":
        this.#warnAtMs = Number(text) * 1000;
        break;
      case "O":
        this.#original = text;
        break;
      case "R":
      case "D":
        this.#recipient(text, piece);
        break;
    }
  }

  envelope(): Envelope {
    return {
      arrivedAtMs: this.#arrivedAtMs,
      createdAtMs: this.#createdAtMs,
      attributes: this.#attributes,
      ...(this.#fullName !== undefined && { senderFullName: this.#fullName }),
      sender: this.#sender,
      ...(this.#warnAtMs !== undefined && { warnAtMs: this.#warnAtMs }),
      recipients: this.#recipients,
      ...(this.#contentFilter !== undefined && { contentFilter: this.#contentFilter }),
    };
  }

  #attribute(name: string, value: string): void {
    if (name === "create_time") this.#createdAtMs = Number(value) * 1000;
    else if (name === "dsn_orig_rcpt") this.#dsnOriginal = value;
    else if (name === "notify_flags") this.#notify = Number(value);
    else this.#attributes.push([name, value]);
  }

  #recipient(address: string, piece: QueueFileRecord): void {
    this.#recipients.push({
      address,
      original: this.#original ?? address,
      offset: piece.offset,
      done: piece.type === "D",
      dsnOriginal: this.#dsnOriginal,
      notify: this.#notify,
    });
    this.#original = undefined;
    this.#dsnOriginal = "";
    this.#notify = 0;
  }
}

/** The value of a named attribute of the envelope. */
export function attributeOf(envelope: Envelope, name: string): string | undefined {
  return envelope.attributes.find(([key]) => key === name)?.[1];
}

/** Header and body with the given line end after every line. */
export function contentOf(message: StoredMessage, lineEnd: "\n" | "\r\n"): Buffer {
  const { bytes, contentOffset, extractedOffset } = message;
  const out = Buffer.allocUnsafe(extractedOffset - contentOffset + 2);
  let at = 0;
  let from = contentOffset;
  while (from < extractedOffset) {
    const type = bytes[from++];
    let length = bytes[from++] as number;
    if (length >= 0x80) length = (length & 0x7f) | ((bytes[from++] as number) << 7);
    if (type === 0x4e || type === 0x4c) {
      bytes.copy(out, at, from, from + length);
      at += length;
    }
    if (type === 0x4e) {
      if (lineEnd === "\r\n") out[at++] = 0x0d;
      out[at++] = 0x0a;
    }
    from += length;
  }
  return out.subarray(0, at);
}

/** A copy that no longer asks for a delay warning: the record is killed in its place, as qmgr does it. */
export function withoutWarning(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (const piece of recordsOf(bytes)) {
    if (piece.type === "W") copy[piece.offset] = 0x2f;
    if (piece.type === "M") break;
  }
  return copy;
}

/** A copy in which the recipients at these offsets are marked as done. */
export function withDone(bytes: Buffer, offsets: Iterable<number>): Buffer {
  const copy = Buffer.from(bytes);
  for (const offset of offsets) copy[offset] = 0x44;
  return copy;
}
