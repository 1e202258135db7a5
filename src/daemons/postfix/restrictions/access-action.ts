import type { Act } from "./verdict.ts";

/** The right-hand side of an access table, read. */
export type AccessAction =
  | { readonly action: "permit" | "dunno" }
  | { readonly action: "reject" | "defer"; readonly code?: number; readonly status?: string; readonly text: string }
  | { readonly action: "defer-if-permit" | "defer-if-reject"; readonly status?: string; readonly text: string }
  | { readonly action: "act"; readonly kind: Act["action"]; readonly text: string }
  | { readonly action: "restrictions"; readonly text: string };

const acts: Readonly<Record<string, Act["action"]>> = {
  HOLD: "hold",
  DISCARD: "discard",
  FILTER: "filter",
  REDIRECT: "redirect",
  PREPEND: "prepend",
  BCC: "bcc",
  WARN: "warn",
  INFO: "info",
};

/** Reads `REJECT text`, `450 4.7.1 text`, `OK`, `DUNNO`, `permit_mynetworks, reject` ... as access(5) describes. */
export function readAction(value: string): AccessAction {
  const [, word = "", rest = ""] = /^(\S+)\s*(.*)$/s.exec(value.trim()) ?? [];
  const upper = word.toUpperCase();
  const { status, text } = splitStatus(rest);
  const withStatus = { ...(status === undefined ? {} : { status }), text };
  if (/^[45]\d\d$/.test(word) && rest !== "")
    return { action: word.startsWith("4") ? "defer" : "reject", code: Number(word), ...withStatus };
  if (/^\d+$/.test(word) || upper === "OK" || upper === "RELAY") return { action: "permit" };
  if (upper === "DUNNO") return { action: "dunno" };
  if (upper === "REJECT") return { action: "reject", ...withStatus };
  if (upper === "DEFER") return { action: "defer", ...withStatus };
  if (upper === "DEFER_IF_PERMIT") return { action: "defer-if-permit", ...withStatus };
  if (upper === "DEFER_IF_REJECT") return { action: "defer-if-reject", ...withStatus };
  const act = acts[upper];
  return act === undefined ? { action: "restrictions", text: value.trim() } : { action: "act", kind: act, text: rest };
}

/** An enhanced status in front of a text. */
function splitStatus(text: string): { readonly status?: string; readonly text: string } {
  const match = /^([245]\.\d{1,3}\.\d{1,3})\s+(.*)$/s.exec(text);
  return match === null ? { text } : { status: match[1] ?? "", text: match[2] ?? "" };
}
