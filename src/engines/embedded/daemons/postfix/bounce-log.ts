import { quoteAddress } from "../../../../mail/address.ts";
import type { Outcome } from "./outcome.ts";

/** One recipient's entry in `defer/` or `bounce/`. */
export interface LoggedFailure {
  readonly recipient: string;
  readonly original: string;
  readonly offset: number;
  readonly dsnOriginal: string;
  readonly notify: number;
  readonly status: string;
  readonly action: "failed" | "delayed" | "delivered" | "relayed";
  /** The other server's reply, where it was the one to refuse. */
  readonly diagnostic?: string;
  readonly remoteHost?: string;
  readonly reason: string;
}

/** What bounce(8) appends to its log for one recipient. @param action as the sender is told */
export function logEntry(outcome: Outcome, action: LoggedFailure["action"] = outcome.status === "bounced" ? "failed" : "delayed"): string {
  const { recipient, dsn, text, reply, remoteHost } = outcome;
  const rewritten = recipient.original !== "" && recipient.original.toLowerCase() !== recipient.address.toLowerCase();
  const attributes: readonly (readonly [string, string | number])[] = [
    ["recipient", recipient.address === "" ? "<>" : quoteAddress(recipient.address)],
    ...(rewritten ? [["original_recipient", recipient.original] as const] : []),
    ...(recipient.offset > 0 ? [["offset", recipient.offset] as const] : []),
    ...(recipient.dsnOriginal === "" ? [] : [["dsn_orig_rcpt", recipient.dsnOriginal] as const]),
    ...(recipient.notify === 0 ? [] : [["notify_flags", recipient.notify] as const]),
    ["status", dsn],
    ["action", action],
    ...(reply === undefined ? [] : [["diag_type", "smtp"] as const, ["diag_text", reply] as const]),
    ...(remoteHost === undefined ? [] : [["mta_type", "dns"] as const, ["mta_mname", remoteHost] as const]),
    ["reason", text],
  ];
  const lines = attributes.map(([name, value]) => `${name}=${String(value).replaceAll("\n", " ")}\n`).join("");
  return `\n<${recipient.address === "" ? "" : quoteAddress(recipient.address)}>: ${text.replaceAll("\n", " ")}\n${lines}\n`;
}

const actions = ["failed", "delayed", "delivered", "relayed"] as const;

/** Reads a log back, in the order of its entries. */
export function readLog(text: string): readonly LoggedFailure[] {
  return text.split(/\n\n+/).flatMap((entry) => {
    const attributes = new Map(
      entry
        .split("\n")
        .filter((line) => /^[a-z_]+=/.test(line))
        .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)] as const),
    );
    const recipient = attributes.get("recipient");
    if (recipient === undefined) return [];
    const diagnostic = attributes.get("diag_text");
    const remoteHost = attributes.get("mta_mname");
    return [
      {
        recipient,
        original: attributes.get("original_recipient") ?? recipient,
        offset: Number(attributes.get("offset") ?? "0"),
        dsnOriginal: attributes.get("dsn_orig_rcpt") ?? "",
        notify: Number(attributes.get("notify_flags") ?? "0"),
        status: attributes.get("status") ?? "4.0.0",
        action: actions.find((action) => action === attributes.get("action")) ?? "delayed",
        ...(diagnostic !== undefined && { diagnostic }),
        ...(remoteHost !== undefined && { remoteHost }),
        reason: attributes.get("reason") ?? "unknown error",
      },
    ];
  });
}
