/** A part given by --attach or --attach-body. */
export interface MessagePart {
  readonly kind: "body" | "attachment";
  /** Latin-1 text: one character a byte. */
  readonly content: string;
  /** Undefined: text/plain for a body, application/octet-stream for an attachment. */
  readonly type?: string | undefined;
  readonly name?: string | undefined;
}

/** What a message is made from. */
export interface MessagePlan {
  /** --data, or undefined for swaks's own template. */
  readonly template: string | undefined;
  readonly body: string;
  readonly parts: readonly MessagePart[];
  readonly addedHeaders: readonly string[];
  readonly replacedHeaders: readonly string[];
  readonly from: string;
  readonly to: string;
  /** `Tue, 24 Nov 2026 05:51:50 +0000` */
  readonly date: string;
  readonly messageId: string;
  readonly pid: number;
  readonly fixUp: boolean;
  readonly stripFrom: boolean;
}

export const swaksVersion = "20201014.0";

/** The text that goes over the wire after DATA, the final dot included: swaks's own steps, in its order. */
export function messageData(plan: MessagePlan): string {
  const boundary = plan.parts.length === 0 ? "" : `----=_MIME_BOUNDARY_000_${plan.pid}`;
  const { text: body, type } = plan.parts.length === 0 ? { text: plan.body, type: "" } : mimeBody(plan, boundary);
  const mime = boundary === "" ? "" : `MIME-Version: 1.0\\nContent-Type: ${type}; boundary="${boundary}"\\n`;
  const template =
    plan.template ??
    `Date: %DATE%\\nTo: %TO_ADDRESS%\\nFrom: %FROM_ADDRESS%\\nSubject: test %DATE%\\nMessage-Id: <%MESSAGEID%>\n` +
      `X-Mailer: swaks v%SWAKS_VERSION% jetmore.org/john/code/swaks/\\n${mime}%NEW_HEADERS%\\n%BODY%\\n`;
  if (!plan.fixUp) return template;
  const filled = template.replaceAll("%BODY%", () => body).replaceAll("\\n", "\r\n");
  const withHeaders = headed(filled, plan);
  const values: Readonly<Record<string, string>> = {
    ...{
      NEWLINE: "\r\n",
      FROM_ADDRESS: plan.from,
      TO_ADDRESS: plan.to,
      MESSAGEID: plan.messageId,
      SWAKS_VERSION: swaksVersion,
      DATE: plan.date,
    },
  };
  const named = withHeaders
    .replaceAll("\\n", "\r\n")
    .replace(/%(NEWLINE|FROM_ADDRESS|TO_ADDRESS|MESSAGEID|SWAKS_VERSION|DATE)%/g, (whole, name: string) => values[name] ?? whole);
  const stripped = plan.stripFrom ? named.replace(/^From [^\n]*\n/, "") : named;
  const dotted = stripped.replace(/\r?\n\.\r?\n?$/, "").replaceAll("\n.", "\n..");
  return `${dotted.replace(/(?<!\r)\n/g, "\r\n")}\r\n.`;
}

/**
 * Replaces and adds header fields. The template has no empty line before %BODY%: the line of %NEW_HEADERS% becomes it, so a body
 * without an empty line of its own is taken for header lines here, as in the original.
 */
function headed(data: string, plan: MessagePlan): string {
  const cut = /^([^]*?)\r?\n\r?\n/.exec(data);
  const header = cut === null ? data : (cut[1] ?? "");
  const rest = cut === null ? "" : data.slice(cut[0].length);
  const fields: string[][] = [];
  const byName = new Map<string, string[]>();
  for (const line of withoutTrailingEmpty(header.split(/\r?\n/))) {
    const last = fields.at(-1);
    if (/^\s/.test(line) && last !== undefined) {
      last.push(line);
      continue;
    }
    const field = [line];
    fields.push(field);
    if (!/^\s/.test(line)) byName.set(/^(\S[^:]+):/.exec(line)?.[1] ?? line, field);
  }
  const added = [...plan.addedHeaders];
  for (const line of plan.replacedHeaders.flatMap((given) => given.split("\\n"))) {
    const field = byName.get(/^([^:]+):/.exec(line)?.[1] ?? "");
    if (field === undefined) added.push(line);
    else field.splice(0, field.length, line);
  }
  const lines = fields
    .flat()
    .map((line) => `${line}\r\n`)
    .join("");
  const more = added.map((line) => `${line}\r\n`).join("");
  const complete = lines.includes("%NEW_HEADERS%") ? lines.replaceAll("%NEW_HEADERS%", () => more) : lines + more;
  return `${complete}\r\n${rest}`;
}

/** Perl's split drops empty fields at the end. */
function withoutTrailingEmpty(lines: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((line) => line !== "");
  return lines.slice(0, last + 1);
}

function mimeBody(plan: MessagePlan, boundary: string): { readonly text: string; readonly type: string } {
  const given = plan.parts.filter((part) => part.kind === "body");
  const bodies: readonly MessagePart[] = given.length === 0 ? [{ kind: "body", content: plan.body }] : given;
  const rest = plan.parts.filter((part) => part.kind === "attachment");
  const inner = bodies.map(
    (part) =>
      (within: string): string =>
        encodedPart(part, within),
  );
  const end = `--${boundary}--\n`;
  if (rest.length === 0) {
    const type = bodies.length > 1 ? "multipart/alternative" : "multipart/mixed";
    return { text: inner.map((part) => part(boundary)).join("") + end, type };
  }
  const alternative = `----=_MIME_BOUNDARY_004_${plan.pid}`;
  const first =
    bodies.length > 1
      ? `--${boundary}\nContent-Type: multipart/alternative; boundary="${alternative}"\n\n${inner.map((part) => part(alternative)).join("")}--${alternative}--\n`
      : (inner[0]?.(boundary) ?? "");
  return { text: first + rest.map((part) => encodedPart(part, boundary)).join("") + end, type: "multipart/mixed" };
}

function encodedPart(part: MessagePart, boundary: string): string {
  const type = part.type ?? (part.kind === "body" ? "text/plain" : "application/octet-stream");
  if (/^text\/plain$/i.test(type) && part.name === undefined) return `--${boundary}\nContent-Type: ${type}\n\n${part.content}\n`;
  const named =
    part.name === undefined
      ? `Content-Type: ${type}\n${/^text\//i.test(type) && part.kind === "body" ? "" : "Content-Disposition: attachment\n"}`
      : `Content-Type: ${type}; name="${part.name}"\nContent-Description: ${part.name}\nContent-Disposition: attachment; filename="${part.name}"\n`;
  const encoded = Buffer.from(part.content, "latin1")
    .toString("base64")
    .replace(/.{76}(?=.)/g, "$&\n");
  return `--${boundary}\n${named}Content-Transfer-Encoding: BASE64\n\n${encoded}\n\n`;
}
