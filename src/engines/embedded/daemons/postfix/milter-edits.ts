import type { MilterReply } from "../../../../mail/milter.ts";
import { fieldName } from "./cleanup/content.ts";

/** A message while filters look at it. */
export interface FilteredContent {
  readonly fields: readonly string[];
  readonly body: Buffer;
  readonly separated: boolean;
}

/** The body as a filter gets it: without the blank line before it, lines ended by CRLF. */
export function bodyForFilter({ body, separated }: FilteredContent): Buffer {
  const text = body.toString("latin1").replace(/\r?\n/g, "\r\n");
  return Buffer.from(separated ? text.replace(/^\r\n/, "") : text, "latin1");
}

/**
 * A filter's changes applied to a message, in order. Indexes count from the field after our own Received, which filters do not see:
 * 0 and 1 both mean "right behind it".
 */
export function applyEdits(content: FilteredContent, edits: readonly MilterReply[]): FilteredContent {
  let fields = [...content.fields];
  let { body, separated } = content;
  const replaced: Uint8Array[] = [];
  for (const edit of edits) {
    if (edit.reply === "addheader") fields.push(fieldOf(edit.name, edit.value));
    else if (edit.reply === "insheader") fields.splice(Math.min(Math.max(edit.index, 1), fields.length), 0, fieldOf(edit.name, edit.value));
    else if (edit.reply === "chgheader") fields = changed(fields, edit.name, edit.index, edit.value);
    else if (edit.reply === "replbody") replaced.push(edit.chunk);
  }
  if (replaced.length > 0) {
    body = Buffer.concat([Buffer.from("\r\n"), ...replaced]);
    separated = true;
  }
  return { fields, body, separated };
}

function fieldOf(name: string, value: string): string {
  const text = value.replaceAll("\r\n", "\n");
  return /^[ \t]/.test(text) ? `${name}:${text}` : `${name}: ${text}`;
}

/** The index-th field of a name (from 1) gets another value, or goes when it is empty; beyond the last one it is added. */
function changed(fields: readonly string[], name: string, index: number, value: string): string[] {
  let seen = 0;
  const at = fields.findIndex((field, position) => position > 0 && fieldName(field) === name.toLowerCase() && ++seen === index);
  if (at === -1) return value === "" ? [...fields] : [...fields, fieldOf(name, value)];
  return value === "" ? fields.filter((_, position) => position !== at) : fields.with(at, fieldOf(name, value));
}
