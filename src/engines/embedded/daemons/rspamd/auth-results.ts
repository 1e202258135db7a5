import type { DkimSignature } from "./dkim.ts";
import type { ScanTask } from "./message.ts";
import type { Symbols } from "./symbols.ts";

const SPF: Readonly<Record<string, string>> = {
  R_SPF_ALLOW: "pass",
  R_SPF_FAIL: "fail",
  R_SPF_SOFTFAIL: "softfail",
  R_SPF_NEUTRAL: "neutral",
  R_SPF_DNSFAIL: "temperror",
  R_SPF_NA: "none",
  R_SPF_PERMFAIL: "permerror",
};

const DMARC: Readonly<Record<string, string>> = {
  DMARC_POLICY_ALLOW: "pass",
  DMARC_BAD_POLICY: "permerror",
  DMARC_DNSFAIL: "temperror",
  DMARC_NA: "none",
  DMARC_POLICY_REJECT: "reject",
  DMARC_POLICY_SOFTFAIL: "softfail",
  DMARC_POLICY_QUARANTINE: "quarantine",
};

const DKIM: Readonly<Record<DkimSignature["result"], string>> = { allow: "pass", reject: "fail", tempfail: "temperror", permfail: "none" };

/** The value of Authentication-Results as lua_auth_results.lua builds it, folded after each part. */
export function authenticationResults(symbols: Symbols, signatures: readonly DkimSignature[], task: ScanTask, hostName: string): string {
  const server = task.serverName ?? hostName;
  const parts = [
    server,
    ...signatures.map(dkimPart),
    ...(symbols.has("R_DKIM_NA") ? ["dkim=none"] : []),
    ...spfPart(symbols, task, server),
    ...dmarcPart(symbols),
  ];
  return (parts.length === 1 ? [...parts, "none"] : parts).join(";\n\t");
}

function dkimPart({ domain, selector, result, reason, signature }: DkimSignature): string {
  const words = [
    `dkim=${DKIM[result]}`,
    ...(reason === undefined ? [] : [`(${quoted(reason)})`]),
    `header.d=${quoted(domain)}`,
    `header.s=${quoted(selector)}`,
    `header.b=${quoted(signature.slice(0, 8))}`,
  ];
  return words.join(" ");
}

function spfPart(symbols: Symbols, task: ScanTask, server: string): readonly string[] {
  const [, result] = Object.entries(SPF).find(([symbol]) => symbols.has(symbol)) ?? [];
  if (result === undefined) return [];
  const isBounce = task.sender === undefined || task.sender === "";
  const named = isBounce ? task.helo : task.sender;
  if (named === undefined) return [`spf=${result}`];
  const sender = quoted(named);
  const comment = spfComment(result, sender, task.clientAddress ?? "unknown");
  return [`spf=${result} (${server}: ${comment}) ${isBounce ? "smtp.helo" : "smtp.mailfrom"}=${sender}`];
}

function spfComment(result: string, sender: string, address: string): string {
  switch (result) {
    case "pass":
      return `domain of ${sender} designates ${address} as permitted sender`;
    case "fail":
      return `domain of ${sender} does not designate ${address} as permitted sender`;
    case "neutral":
    case "softfail":
      return `${address} is neither permitted nor denied by domain of ${sender}`;
    case "permerror":
      return `domain of ${sender} uses mechanism not recognized by this client`;
    case "temperror":
      return `error in processing during lookup of ${sender}: DNS error`;
    default:
      return `domain of ${sender} has no SPF policy when checking ${address}`;
  }
}

function dmarcPart(symbols: Symbols): readonly string[] {
  const [symbol, result] = Object.entries(DMARC).find(([name]) => symbols.has(name)) ?? [];
  if (symbol === undefined || result === undefined) return [];
  const options = symbols.options(symbol);
  if (result === "none") return ["dmarc=none"];
  if (result === "pass") return [`dmarc=pass (policy=${quoted(options[1] ?? "")}) header.from=${quoted(options[0] ?? "")}`];
  const failed = ["reject", "quarantine", "softfail"].includes(result);
  const [, domain, reason] = /^(\S+) : ([^]*)$/.exec(options[0] ?? "") ?? [];
  const words = [
    `dmarc=${failed ? "fail" : result}`,
    ...(reason === undefined ? [] : [`reason=${quoted(reason)}`]),
    ...(domain === undefined ? [] : [`header.from=${quoted(domain)}`]),
    `(policy=${result === "softfail" ? "none" : result})`,
  ];
  return [words.join(" ")];
}

/** As maybe_smtp_quote_value: quotes where a special character stands. */
function quoted(text: string): string {
  return /[()<>,;:\\"/[\]?= \t\v]/.test(text) ? `"${text.replaceAll('"', '\\"')}"` : text;
}
