/** What one restriction says. */
export type Verdict = Dunno | Permit | Reject | Act;

/** No opinion: the next restriction decides. */
export interface Dunno {
  readonly verdict: "dunno";
}

/** Ends this list; the next list is evaluated. */
export interface Permit {
  readonly verdict: "permit";
}

export interface Reject {
  readonly verdict: "reject";
  readonly code: number;
  /** `5.7.1`, already fitting to the code's class. */
  readonly status: string;
  readonly text: string;
  /** A fault of this server's configuration: the text stands alone, and the postmaster is told (notify_classes: software). */
  readonly softwareFault?: boolean;
}

/** An access table or policy service asks for something beside yes and no. The next restriction is evaluated. */
export interface Act {
  readonly verdict: "act";
  readonly action: "hold" | "discard" | "filter" | "redirect" | "prepend" | "bcc" | "warn" | "info";
  /** `<dana@brook.example>: Sender address triggers HOLD action` */
  readonly logText: string;
  readonly argument: string;
}

export const dunno: Dunno = { verdict: "dunno" };
export const permit: Permit = { verdict: "permit" };

export function reject(code: number, status: string, text: string): Reject {
  return { verdict: "reject", code, status: `${code < 500 ? 4 : 5}${status.slice(1)}`, text };
}

/** The reply as the client and the log see it: `554 5.7.1 <x@y>: Relay access denied`. */
export function replyText(verdict: Reject): string {
  return `${verdict.code} ${verdict.status} ${verdict.text}`;
}

/** soft_bounce: every 5xx becomes 4xx. */
export function soften(verdict: Reject): Reject {
  return verdict.code < 500 ? verdict : { ...verdict, code: verdict.code - 100, status: `4${verdict.status.slice(1)}` };
}

/** Who is refused: the words of the reply. */
export type ReplyClass = "Client host" | "Helo command" | "Sender address" | "Recipient address" | "Data command" | "End-of-data";

/** An enhanced status about an address fitted to the class it is used for: a sender is never `5.1.1` (smtpd_dsn_fix). */
export function fitStatus(status: string, replyClass: ReplyClass): string {
  const detail = /^([245]\.)1\.(\d+)$/.exec(status);
  if (detail === null) return status;
  const [, prefix = "", number = ""] = detail;
  const known = addressDetails[number];
  if (replyClass === "Sender address") return `${prefix}1.${known?.[0] ?? "0"}`;
  if (replyClass === "Recipient address") return `${prefix}1.${known?.[1] ?? "0"}`;
  return `${prefix}0.0`;
}

/** Detail → for a sender, for a recipient. */
const addressDetails: Readonly<Record<string, readonly [string, string]>> = {
  "0": ["0", "0"],
  "1": ["7", "1"],
  "2": ["8", "2"],
  "3": ["7", "3"],
  "4": ["7", "4"],
  "5": ["0", "5"],
  "6": ["7", "6"],
  "7": ["7", "3"],
  "8": ["8", "2"],
};
