import { isTroubled } from "../../../../../daemons/postfix/tables/maps.ts";
import { quoteAddress } from "../../../../../mail/address.ts";
import type { Tables } from "../tables.ts";

/** What `header_checks` and `body_checks` want done with a message. */
export interface CheckedMessage {
  /** The reply's enhanced status code and text; nothing behind what was refused is looked at. */
  rejected?: string;
  discard: boolean;
  hold: boolean;
  /** Everybody's mail goes there instead. */
  redirect?: string;
  /** `transport:nexthop`: everybody's mail goes by there. */
  filter?: string;
  /** Who gets a copy. */
  readonly bcc: string[];
}

/** What `header_checks` made of a header. */
export interface CheckedHeader {
  readonly fields: readonly string[];
  /** Log lines, by the field that they are about: the message id is logged when cleanup meets its field. */
  readonly remarks: readonly { readonly field: number; readonly text: string }[];
}

/** As much of a field or line is shown in the log. */
const shownLength = 200;

/** Holds a message's header fields and lines against patterns (header_checks(5)). DELAY is not simulated. */
export class ContentChecks {
  readonly message: CheckedMessage = { discard: false, hold: false, bcc: [] };
  readonly #tables: Tables;
  readonly #about: string;
  readonly #notSimulated: (what: string) => void;
  readonly #warn: (text: string) => void;

  /**
   * @param about who sent it, for whom: the end of the log lines
   * @param warn writes a warning that names no message
   */
  constructor(tables: Tables, about: string, notSimulated: (what: string) => void, warn: (text: string) => void) {
    this.#tables = tables;
    this.#about = about;
    this.#notSimulated = notSimulated;
    this.#warn = warn;
  }

  /** Holds each field against `header_checks`. */
  header(fields: readonly string[]): CheckedHeader {
    const kept: string[] = [];
    const remarks: { field: number; text: string }[] = [];
    for (const [index, field] of fields.entries()) {
      kept.push(...this.#judge("header", field, (text) => remarks.push({ field: index, text })));
      if (this.message.rejected !== undefined) break;
      if (this.message.discard) return { fields: [...kept, ...fields.slice(index)], remarks };
    }
    return { fields: kept, remarks };
  }

  /**
   * Holds each line of a body against `body_checks`; the header of a part of a multipart message is none.
   * @param boundary of the message's parts; undefined where it has none
   * @param say writes a line of the log
   */
  body(body: Buffer, boundary: string | undefined, say: (text: string) => void): Buffer {
    const kept: string[] = [];
    let partHeader = false;
    for (const line of body.toString("latin1").split(/(?<=\n)/)) {
      const text = line.replace(/\r?\n$/, "");
      if (boundary !== undefined && text.startsWith(`--${boundary}`)) partHeader = true;
      else if (text === "") partHeader = false;
      if (partHeader) kept.push(line);
      else kept.push(...this.#judge("body", text, say).map((each) => (each === text ? line : `${each}\n`)));
      if (this.message.rejected !== undefined || this.message.discard) return body;
    }
    return Buffer.from(kept.join(""), "latin1");
  }

  /** @returns what stands in its place */
  #judge(kind: "header" | "body", content: string, log: (text: string) => void): readonly string[] {
    const map = `${kind}_checks`;
    const found = this.#tables.find(map, content);
    if (found === undefined || isTroubled(found)) return [content];
    const [action, text] = splitAction(found.value);
    const say = (what: string, detail = text): void => {
      const shown = content.slice(0, shownLength).replace(/[\x00-\x1f\x7f]/g, "?");
      log(`${what}: ${kind} ${shown} ${this.#about}${detail === "" ? "" : `: ${detail}`}`);
    };
    switch (action) {
      case "REJECT":
        this.message.rejected = /^5\.\d+\.\d+/.test(text) ? text : `5.7.1 ${text === "" ? "message content rejected" : text}`;
        say("reject", this.message.rejected);
        return [];
      case "DISCARD":
        say("discard");
        this.message.discard = true;
        return [];
      case "HOLD":
        say("hold");
        this.message.hold = true;
        return [content];
      case "WARN":
        say("warning");
        return [content];
      case "INFO":
        say("info");
        return [content];
      case "REDIRECT":
        say("redirect");
        this.message.redirect = text;
        return [content];
      case "FILTER":
        say("filter");
        this.message.filter = text;
        return [content];
      case "BCC":
        say("bcc");
        this.message.bcc.push(text);
        return [content];
      case "PREPEND":
        say("prepend");
        return [text, content];
      case "REPLACE":
        say("replace");
        return [text];
      case "IGNORE":
        return [];
      case "STRIP":
        say("strip");
        return [];
      case "DELAY":
        this.#notSimulated(`the action ${action} of ${map}`);
        return [content];
      case "DUNNO":
      case "OK":
        return [content];
      default:
        this.#warn(`unknown command in ${map} map: ${found.value}`);
        return [content];
    }
  }
}

/** `from mail.brook.example[203.0.113.10]; from=<...> to=<...> proto=ESMTP helo=<...>`, out of the queue file's attributes. */
export function messageFacts(attribute: (name: string) => string | undefined, sender: string, recipient: string | undefined): string {
  const to = recipient === undefined ? "" : ` to=<${quoteAddress(recipient)}>`;
  const [protocol, helo] = [attribute("log_protocol_name"), attribute("log_helo_name")];
  const how = `${protocol === undefined ? "" : ` proto=${protocol}`}${helo === undefined ? "" : ` helo=<${helo}>`}`;
  return `from ${attribute("log_message_origin") ?? "unknown"}; from=<${quoteAddress(sender)}>${to}${how}`;
}

/** An action's name, upper case, and what follows it. */
function splitAction(value: string): readonly [string, string] {
  const [, name = "", text = ""] = /^(\S*)\s*([^]*)$/.exec(value) ?? [];
  return [name.toUpperCase(), text.trim()];
}
