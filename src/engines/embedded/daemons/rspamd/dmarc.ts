import { textOf } from "../../../../mail/dns.ts";
import type { DnsReply } from "./dns.ts";

export type Disposition = "reject" | "quarantine" | "softfail" | "na";

/** The symbol with its options, and what the domain asks for. */
export interface DmarcResult {
  readonly symbol: string;
  readonly options: readonly string[];
  readonly disposition?: Disposition;
}

/** What SPF and DKIM have found, as far as DMARC asks. */
export interface DmarcEvidence {
  /** Domain of the envelope sender, the HELO name for a bounce. */
  readonly spfDomain: string;
  readonly spf: "pass" | "temporary" | "fail";
  /** Signing domains with their outcome: `+` verified, `-` did not, `?` and `~` could not be judged; undefined without a signature. */
  readonly dkim: readonly { readonly domain: string; readonly mark: "+" | "-" | "?" | "~" }[] | undefined;
}

interface DmarcPolicy {
  readonly domain: string;
  readonly policy: "none" | "quarantine" | "reject";
  readonly isStrictSpf: boolean;
  readonly isStrictDkim: boolean;
  /** How many of a hundred failing messages the policy is for. */
  readonly percent: number;
}

/** No policy, and why. `isFinal`: a policy of the organisation does not help. */
interface NoPolicy {
  readonly symbol: string;
  readonly reason: string;
  readonly isFinal: boolean;
}

/**
 * The module dmarc: looks for the policy of the domain in the From field, then of its organisation.
 * @param fromAddresses every address of every From field
 * @param draw a number from 0 to 99, for policies with `pct`
 */
export async function checkDmarc(
  fromAddresses: readonly string[],
  evidence: DmarcEvidence,
  query: (name: string, type: "TXT") => Promise<DnsReply>,
  draw: () => number,
): Promise<DmarcResult> {
  const [address] = fromAddresses;
  if (address === undefined) return { symbol: "DMARC_NA", options: ["No From header"], disposition: "na" };
  if (fromAddresses.length > 1) return { symbol: "DMARC_NA", options: ["Duplicate From header"], disposition: "na" };
  const domain = address.slice(address.lastIndexOf("@") + 1).toLowerCase();
  if (domain === "") return { symbol: "DMARC_NA", options: ["No domain in From header"], disposition: "na" };
  const organisation = organisationOf(domain);
  const lookUp = async (name: string, isOrganisation: boolean): Promise<DmarcPolicy | NoPolicy> =>
    policyOf(name, isOrganisation, await query(`_dmarc.${name}`, "TXT"));
  const [own, parent] = await Promise.all([lookUp(domain, false), domain === organisation ? undefined : lookUp(organisation, true)]);
  const policy = decisive(own, parent);
  if ("policy" in policy) return judge(policy, domain, organisation, evidence, draw);
  return { symbol: policy.symbol, options: [policy.reason], ...(policy.symbol === "DMARC_NA" && { disposition: "na" as const }) };
}

/** The organisational domain: one label below the public suffix; the suffixes of the lab's list are single labels. */
export function organisationOf(domain: string): string {
  return domain.toLowerCase().split(".").slice(-2).join(".");
}

function decisive(own: DmarcPolicy | NoPolicy, parent: DmarcPolicy | NoPolicy | undefined): DmarcPolicy | NoPolicy {
  if ("policy" in own || own.isFinal || parent === undefined) return own;
  return parent;
}

function policyOf(domain: string, isOrganisation: boolean, reply: DnsReply): DmarcPolicy | NoPolicy {
  if (reply.reply === "failure") return { symbol: "DMARC_DNSFAIL", reason: `${domain} : ${reply.why}`, isFinal: false };
  if (reply.reply === "none") return { symbol: "DMARC_NA", reason: domain, isFinal: false };
  const bad = (reason: string): NoPolicy => ({ symbol: "DMARC_BAD_POLICY", reason: `${domain} : ${reason}`, isFinal: true });
  const policies: DmarcPolicy[] = [];
  for (const record of reply.records) {
    const tags = tagsOf(textOf(record));
    if (tags === undefined) continue;
    const wrong = wrongTag(tags, isOrganisation);
    if (wrong !== undefined) return bad(`${wrong} tag has invalid value: ${tags.get(wrong)}`);
    policies.push(policyFrom(domain, tags, isOrganisation));
  }
  const [policy] = policies;
  if (policies.length > 1) return bad("Multiple policies defined in DNS");
  return policy ?? { symbol: "DMARC_NA", reason: `${domain}: no valid DMARC record`, isFinal: false };
}

/** `v=DMARC1; p=reject` → its tags, names and values in small letters; undefined for other text. */
function tagsOf(text: string): ReadonlyMap<string, string> | undefined {
  const rest = /^v\s*=\s*DMARC1(?:[;\\]\s*|\s+)([^]*)$/.exec(text)?.[1];
  if (rest === undefined) return undefined;
  const tags = new Map<string, string>();
  for (const [, name = "", value = ""] of rest.matchAll(/([A-Za-z]+)\s*=\s*([^\s;\\]+)/g))
    tags.set(name.toLowerCase(), value.toLowerCase());
  return tags;
}

function wrongTag(tags: ReadonlyMap<string, string>, isOrganisation: boolean): string | undefined {
  const allowed: readonly (readonly [string, readonly string[]])[] = [
    ["adkim", ["r", "s"]],
    ["aspf", ["r", "s"]],
    ["p", ["none", "quarantine", "reject"]],
    ...(isOrganisation ? [["sp", ["none", "quarantine", "reject"]] as const] : []),
  ];
  return allowed.find(([tag, values]) => tags.has(tag) && !values.includes(tags.get(tag) as string))?.[0];
}

function policyFrom(domain: string, tags: ReadonlyMap<string, string>, isOrganisation: boolean): DmarcPolicy {
  const policy = (isOrganisation ? tags.get("sp") : undefined) ?? tags.get("p") ?? "none";
  const percent = Number(tags.get("pct") ?? 100);
  return {
    domain,
    policy: policy as DmarcPolicy["policy"],
    isStrictSpf: tags.get("aspf") === "s",
    isStrictDkim: tags.get("adkim") === "s",
    percent: Number.isFinite(percent) ? percent : 100,
  };
}

function judge(policy: DmarcPolicy, domain: string, organisation: string, evidence: DmarcEvidence, draw: () => number): DmarcResult {
  const isAligned = (other: string, isStrict: boolean): boolean =>
    isStrict ? other.toLowerCase() === domain : organisationOf(other) === organisation;
  const isSpfAligned = isAligned(evidence.spfDomain, policy.isStrictSpf);
  const signers = evidence.dkim ?? [];
  const isSigned = signers.some((signer) => signer.mark === "+" && isAligned(signer.domain, policy.isStrictDkim));
  if ((evidence.spf === "pass" && isSpfAligned) || isSigned) {
    return { symbol: "DMARC_POLICY_ALLOW", options: [policy.domain, policy.policy] };
  }
  const isSignerUnclear = signers.some((signer) => signer.mark === "?" && isAligned(signer.domain, policy.isStrictDkim));
  if ((evidence.spf === "temporary" && isSpfAligned) || isSignerUnclear) {
    return { symbol: "DMARC_DNSFAIL", options: [`${policy.domain} : SPF/DKIM temp error`, policy.policy] };
  }
  const word = (isStrict: boolean): string => (isStrict ? "strict" : "relaxed");
  const reasons = [
    evidence.spf === "pass" ? `SPF not aligned (${word(policy.isStrictSpf)})` : "No valid SPF",
    ...(evidence.dkim === undefined ? ["No valid DKIM"] : []),
    ...(signers.some(({ mark }) => mark === "+") ? [`DKIM not aligned (${word(policy.isStrictDkim)})`] : []),
  ];
  const options = [`${policy.domain} : ${reasons.join(", ")}`, policy.policy];
  if (policy.policy === "none") return { symbol: "DMARC_POLICY_SOFTFAIL", options };
  if (policy.percent < 100 && draw() + 1 > policy.percent) {
    const milder = policy.policy === "reject" ? "quarantine" : "softfail";
    const symbol = milder === "quarantine" ? "DMARC_POLICY_QUARANTINE" : "DMARC_POLICY_SOFTFAIL";
    return { symbol, options: [...options, "sampled_out"], disposition: milder };
  }
  const symbol = policy.policy === "reject" ? "DMARC_POLICY_REJECT" : "DMARC_POLICY_QUARANTINE";
  return { symbol, options, disposition: policy.policy };
}
