import { createHash } from "node:crypto";
import { type HeaderField, headerValues } from "../../../../mail/message.ts";

/** One message with its envelope, as the milter (or rspamc) hands it over. */
export interface ScanTask {
  /** The client's address; undefined when nobody named one. */
  readonly clientAddress: string | undefined;
  readonly helo: string | undefined;
  /** "" for a bounce; undefined when no envelope was given. */
  readonly sender: string | undefined;
  readonly recipients: readonly string[];
  readonly queueId: string | undefined;
  /** How the mail server calls itself, for Authentication-Results; undefined: this host. */
  readonly serverName: string | undefined;
  readonly message: ScannedMessage;
  /** `stdin`, where a file was given to rspamc. */
  readonly fileName?: string;
}

/** A message as bytes in latin1 text, header and body apart. */
export interface ScannedMessage {
  readonly fields: readonly HeaderField[];
  /** The whole text: fields, blank line, body. */
  readonly text: string;
  readonly body: string;
}

/** From a milter's header commands: the filter ends each field by CRLF, folds inside keep the LF that the protocol carries. */
export function messageOf(fields: readonly HeaderField[], body: string): ScannedMessage {
  const header = fields.map(({ name, value }) => `${name}: ${value}\r\n`).join("");
  return { fields, text: `${header}\r\n${body}`, body };
}

/** Without angle brackets; undefined where the message has none. */
export function messageIdOf({ fields }: ScannedMessage): string | undefined {
  const [value] = headerValues(fields, "Message-ID");
  return value === undefined
    ? undefined
    : unfolded(value)
        .trim()
        .replace(/^<([^]*)>$/, "$1");
}

/** A field's value on one line. */
export function unfolded(value: string): string {
  return value.replace(/\r?\n(?=[ \t])/g, "");
}

/** The addresses of all fields of these names, in order. */
export function headerAddresses({ fields }: ScannedMessage, ...names: readonly string[]): readonly string[] {
  return names.flatMap((name) => headerValues(fields, name).flatMap((value) => addressesIn(unfolded(value))));
}

/** `"Smith, Dana" <dana@brook.example>, x@y.example` → both addresses. Comments and names are dropped. */
export function addressesIn(list: string): readonly string[] {
  const plain = list.replace(/"(?:\\.|[^"\\])*"(?!@)/g, "").replace(/\([^()]*\)/g, "");
  return plain.split(/[,;]/).flatMap((part) => {
    const address = /<([^<>]*)>/.exec(part)?.[1] ?? part.split(":").at(-1) ?? "";
    return address.includes("@") ? [address.trim()] : [];
  });
}

/** 32 hexadecimal digits that stay the same for the same text and subject. */
export function digestOf({ fields, body }: ScannedMessage): string {
  const [subject = ""] = headerValues(fields, "Subject");
  return createHash("md5")
    .update(`${body}\0${unfolded(subject)}`, "latin1")
    .digest("hex");
}
