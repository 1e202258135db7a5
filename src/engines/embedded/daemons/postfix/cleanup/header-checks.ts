import { isTroubled } from "../../../../../daemons/postfix/tables/maps.ts";
import { quoteAddress } from "../../../../../mail/address.ts";
import type { Tables } from "../tables.ts";

/** What `header_checks` made of a header. */
export interface CheckedHeader {
  readonly fields: readonly string[];
  /** The reply's enhanced status code and text; nothing behind the field that was refused is looked at. */
  readonly rejected?: string;
  readonly discard: boolean;
  readonly hold: boolean;
  /** Everybody's mail goes there instead. */
  readonly redirect?: string;
  /** Log lines, by the field that they are about: the message id is logged when cleanup meets its field. */
  readonly remarks: readonly { readonly field: number; readonly text: string }[];
}

/** As much of a field is shown in the log. */
const shownLength = 200;

/**
 * Holds each header field against the patterns of `header_checks` (header_checks(5)). FILTER, BCC and DELAY are not simulated.
 * @param about who sent it, for whom: the end of the log lines
 */
export function checkHeader(tables: Tables, fields: readonly string[], about: string, notSimulated: (what: string) => void): CheckedHeader {
  const kept: string[] = [];
  const remarks: { field: number; text: string }[] = [];
  let [discard, hold] = [false, false];
  let redirect: string | undefined;
  for (const [index, field] of fields.entries()) {
    const found = tables.find("header_checks", field);
    const value = found === undefined || isTroubled(found) ? "" : found.value;
    const [action = "", text = ""] = splitAction(value);
    const say = (what: string, detail = text): void => {
      const shown = field.slice(0, shownLength).replace(/[\x00-\x1f\x7f]/g, "?");
      remarks.push({ field: index, text: `${what}: header ${shown} ${about}${detail === "" ? "" : `: ${detail}`}` });
    };
    switch (action) {
      case "REJECT": {
        const rejected = /^5\.\d+\.\d+/.test(text) ? text : `5.7.1 ${text === "" ? "message content rejected" : text}`;
        say("reject", rejected);
        return { fields: kept, rejected, discard, hold, remarks };
      }
      case "DISCARD":
        say("discard");
        return { fields: [...kept, ...fields.slice(index)], discard: true, hold, remarks };
      case "HOLD":
        say("hold");
        hold = true;
        break;
      case "WARN":
        say("warning");
        break;
      case "INFO":
        say("info");
        break;
      case "REDIRECT":
        say("redirect");
        redirect = text;
        break;
      case "PREPEND":
        say("prepend");
        kept.push(text);
        break;
      case "REPLACE":
        say("replace");
        kept.push(text);
        continue;
      case "IGNORE":
        continue;
      case "STRIP":
        say("strip");
        continue;
      case "FILTER":
      case "BCC":
      case "DELAY":
        notSimulated(`the action ${action} of header_checks`);
        break;
      default:
        break;
    }
    kept.push(field);
  }
  return { fields: kept, discard, hold, remarks, ...(redirect !== undefined && { redirect }) };
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
