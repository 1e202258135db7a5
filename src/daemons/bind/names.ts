/** A name as a master file writes it → absolute. `@` is the origin; without a final dot the origin is appended. Errors in BIND's words. */
export function parseName(text: string, origin: string): string | { readonly error: string } {
  if (text === "@") return origin;
  if (text === ".") return ".";
  if (/\\(?:[3-9]\d\d|2[6-9]\d|25[6-9]|$)/.test(text)) return { error: "bad escape" };
  const absolute = /(?:^|[^\\])(?:\\\\)*\.$/.test(text) ? text : origin === "." ? `${text}.` : `${text}.${origin}`;
  const labels = absolute.slice(0, -1).match(/(?:\\\d{3}|\\.|[^.\\])+|(?<=\.|^)(?=\.|$)/gs) ?? [];
  const sizes = labels.map((label) => label.replace(/\\(\d{3}|.)/gs, "x").length);
  if (sizes.some((size) => size === 0)) return { error: "empty label" };
  if (sizes.some((size) => size > 63)) return { error: "label too long" };
  const sizeBytes = sizes.reduce((total, size) => total + size + 1, 1);
  return sizeBytes > 255
    ? { error: "ran out of space" }
    : absolute.replace(/[^!-~]/g, (byte) => `\\${String(byte.charCodeAt(0)).padStart(3, "0")}`);
}

const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `3600`, `1h30m`, `1W` → seconds; undefined for text that is no TTL or does not fit 32 bits. */
export function parseTtl(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) < 2 ** 32 ? Number(text) : undefined;
  if (!/^(\d+[smhdw])+$/i.test(text)) return undefined;
  const seconds = [...text.matchAll(/(\d+)([smhdw])/gi)].reduce(
    (total, [, count, unit]) => total + Number(count) * (unitSeconds[(unit as string).toLowerCase()] as number),
    0,
  );
  return seconds < 2 ** 32 ? seconds : undefined;
}

/** Letters, digits and hyphens, as host names are (RFC 952, RFC 1123); a leading `*` label where `wildcard` says so. */
export function isHostName(name: string, wildcard: boolean): boolean {
  if (name === ".") return true;
  const labels = name.replace(/\.$/, "").split(".");
  return labels.every((label, index) => (wildcard && index === 0 && label === "*") || /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/i.test(label));
}
