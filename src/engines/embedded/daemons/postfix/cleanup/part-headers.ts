import { Buffer } from "node:buffer";
import { fieldName, fieldValue, splitContent } from "./content.ts";

/** Deeper than this cleanup(8) reads no structure (`mime_nesting_limit`). */
const nestingLimit = 100;

/** The boundary of a multipart message's parts; undefined for a message of one part. */
export function boundaryOf(fields: readonly string[]): string | undefined {
  return /^multipart\/[^]*?;\s*boundary="?([^";\s]+)"?/i.exec(contentTypeOf(fields))?.[1];
}

/** The header fields inside a body: those of its parts, and of messages that are parts. */
export function partHeaderFields(fields: readonly string[], body: Buffer, depth = 0): readonly string[] {
  if (depth >= nestingLimit) return [];
  const boundary = boundaryOf(fields);
  const inner = boundary === undefined ? messageIn(fields, body) : partsOf(body.toString("latin1"), boundary);
  return inner.flatMap((text) => {
    const part = splitContent(Buffer.from(text, "latin1"));
    return [...part.fields, ...partHeaderFields(part.fields, part.body, depth + 1)];
  });
}

function messageIn(fields: readonly string[], body: Buffer): readonly string[] {
  return /^message\/rfc822/i.test(contentTypeOf(fields)) ? [body.toString("latin1").replace(/^\r?\n/, "")] : [];
}

/** What stands between the boundary lines. */
function partsOf(body: string, boundary: string): readonly string[] {
  const parts: string[][] = [];
  for (const line of body.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (line.startsWith(`--${boundary}--`)) break;
    if (line.startsWith(`--${boundary}`)) parts.push([]);
    else parts.at(-1)?.push(line);
  }
  return parts.map((lines) => lines.join(""));
}

function contentTypeOf(fields: readonly string[]): string {
  const type = fields.find((field) => fieldName(field) === "content-type");
  return type === undefined ? "" : fieldValue(type);
}
