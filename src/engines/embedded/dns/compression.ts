/** Types whose data BIND compresses (RFC 3597, 4), by number: how many bytes stand before the names, and how many names. */
const namesInData: Readonly<Record<number, { readonly before: number; readonly names: number }>> = {
  2: { before: 0, names: 1 },
  5: { before: 0, names: 1 },
  6: { before: 0, names: 2 },
  12: { before: 0, names: 1 },
  15: { before: 2, names: 1 },
};

const pointerMark = 0xc000;
/** BIND looks for, and remembers, the whole name and the name without its first label, no shorter ends (measured on 9.18.49). */
const SUFFIXES = 2;

/**
 * Rewrites an uncompressed DNS message with compressed names (RFC 1035, 4.1.4), as BIND sends it: dns-packet does not
 * compress, and dig shows the size. Suffixes are matched with their case, so that a name keeps its spelling.
 */
export function compressMessage(message: Uint8Array): Uint8Array {
  const input = Buffer.from(message);
  const output: Buffer[] = [input.subarray(0, 12)];
  const seen = new Map<string, number>();
  let [read, written] = [12, 12];

  const emit = (bytes: Buffer): void => {
    output.push(bytes);
    written += bytes.length;
  };
  const copy = (count: number): void => {
    emit(input.subarray(read, read + count));
    read += count;
  };
  const name = (): void => {
    for (let label = 0; input.readUInt8(read) !== 0; label++) {
      if (label >= SUFFIXES) {
        copy(endOfName(input, read) - read);
        return;
      }
      const suffix = input.toString("latin1", read, endOfName(input, read));
      const known = seen.get(suffix);
      if (known !== undefined) {
        const pointer = Buffer.alloc(2);
        pointer.writeUInt16BE(pointerMark | known);
        emit(pointer);
        read = endOfName(input, read);
        return;
      }
      if (written < 0x4000) seen.set(suffix, written);
      copy(1 + input.readUInt8(read));
    }
    copy(1);
  };
  const record = (): void => {
    name();
    const type = input.readUInt16BE(read);
    copy(8);
    const end = read + 2 + input.readUInt16BE(read);
    read += 2;
    const length = Buffer.alloc(2);
    emit(length);
    const start = written;
    const form = namesInData[type];
    if (form !== undefined) {
      copy(form.before);
      for (let count = 0; count < form.names; count++) name();
    }
    copy(end - read);
    length.writeUInt16BE(written - start);
  };

  for (let count = input.readUInt16BE(4); count > 0; count--) {
    name();
    copy(4);
  }
  for (let count = input.readUInt16BE(6) + input.readUInt16BE(8) + input.readUInt16BE(10); count > 0; count--) record();
  return Buffer.concat(output);
}

function endOfName(bytes: Buffer, from: number): number {
  let offset = from;
  while (bytes.readUInt8(offset) !== 0) offset += 1 + bytes.readUInt8(offset);
  return offset + 1;
}
