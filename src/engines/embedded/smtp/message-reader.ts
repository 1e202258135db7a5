const LF = 0x0a;
const CR = 0x0d;
const DOT = 0x2e;

/**
 * Finds the end of a message after DATA in bytes that come in pieces: a line with a single dot. Lines may end in a bare LF, as
 * Postfix takes them too.
 */
export class MessageReader {
  readonly #limitBytes: number;
  readonly #pieces: Buffer[] = [];
  /** The last line as far as it has come; only its first bytes matter once it is long. */
  #line: Buffer = Buffer.alloc(0);
  #keptBytes = 0;
  #sizeBytes = 0;

  /** @param limitBytes how much content is kept; the rest is counted and thrown away */
  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  /** Content bytes in whole lines so far, dots unstuffed. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Takes the next piece. @returns what follows the end of the message, or undefined while it has not come */
  feed(piece: Buffer): Buffer | undefined {
    let bytes = this.#line.length === 0 ? piece : Buffer.concat([this.#line, piece]);
    this.#line = Buffer.alloc(0);
    // Long runs of lines without a dot at their start are kept as they are.
    for (;;) {
      const dot = leadingDot(bytes);
      const whole = dot === -1 ? bytes.lastIndexOf(LF) + 1 : dot;
      this.#keep(bytes.subarray(0, whole));
      bytes = bytes.subarray(whole);
      if (dot === -1) break;
      const end = bytes.indexOf(LF);
      if (end === -1) break;
      const isEnd = end === 1 || (end === 2 && bytes[1] === CR);
      if (isEnd) return bytes.subarray(end + 1);
      this.#keep(bytes.subarray(1, end + 1));
      bytes = bytes.subarray(end + 1);
    }
    this.#line = bytes;
    return undefined;
  }

  /** What was kept, lines with the end they came with. */
  content(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  #keep(bytes: Buffer): void {
    if (bytes.length === 0) return;
    this.#sizeBytes += bytes.length;
    if (this.#keptBytes >= this.#limitBytes) return;
    this.#keptBytes += bytes.length;
    this.#pieces.push(bytes);
  }
}

/** Where the first line that begins with a dot begins; `bytes` begins with a line. */
function leadingDot(bytes: Buffer): number {
  if (bytes[0] === DOT) return 0;
  const at = bytes.indexOf("\n.");
  return at === -1 ? -1 : at + 1;
}
