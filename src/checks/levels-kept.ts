import { z } from "zod";
import type { FileAnswer, ResolveAnswer } from "../world/question.ts";
import type { HostKey } from "../world/world.ts";
import type { Check, Evidence } from "./check.ts";

export interface LevelsKeptParams {
  /** The host that asks for the published policies. */
  readonly from: HostKey;
  /** Domains whose SPF and DMARC must not get weaker, and what they publish when all is well. */
  readonly domains: readonly { readonly name: string; readonly dmarc?: string; readonly spf?: string }[];
  /** Postfix parameters that decide who must encrypt or log in, as they stand when all is well ("" when not set). */
  readonly parameters: readonly { readonly host: HostKey; readonly name: string; readonly value: string }[];
}

/** No TLS, AUTH, SPF or DMARC level was lowered to get mail through. */
export const levelsKept: Check<LevelsKeptParams> = {
  id: "levels-kept",
  summary: "No TLS, AUTH, SPF or DMARC level is lower than before.",
  params: z.strictObject({
    from: z.string(),
    domains: z.array(z.strictObject({ name: z.string(), dmarc: z.string().exactOptional(), spf: z.string().exactOptional() })).readonly(),
    parameters: z.array(z.strictObject({ host: z.string(), name: z.string(), value: z.string() })).readonly(),
  }),
  needs: ({ from, domains, parameters }) => [
    ...domains.flatMap(({ name }) => [
      { ask: "resolve", from, name: `_dmarc.${name}`, type: "TXT" } as const,
      { ask: "resolve", from, name, type: "TXT" } as const,
    ]),
    ...parameters.map(({ host }) => ({ ask: "file", host, path: "/etc/postfix/main.cf" }) as const),
  ],
  judge: ({ domains, parameters }, answers) => {
    const published = domains.flatMap(({ name, dmarc, spf }, index) => {
      const policies = texts(answers[2 * index] as ResolveAnswer);
      const senders = texts(answers[2 * index + 1] as ResolveAnswer);
      return [
        dmarc !== undefined && !policies.some((text) => dmarcRank(text) >= dmarcRank(dmarc))
          ? `DMARC of ${name} is weaker than ${dmarc}.`
          : undefined,
        spf !== undefined && !senders.some((text) => spfRank(text) >= spfRank(spf)) ? `SPF of ${name} is weaker than ${spf}.` : undefined,
      ];
    });
    const set = parameters.map(({ host, name, value }, index) => {
      const { text } = answers[2 * domains.length + index] as FileAnswer;
      const now = parameterIn(text ?? "", name);
      return now === value ? undefined : `${name} on ${host} was ${value || "not set"} and is ${now || "not set"}.`;
    });
    const complaints = [...published, ...set].filter((complaint) => complaint !== undefined);
    const evidence: Evidence[] = complaints.map((text) => ({ kind: "answer", text }));
    const first = complaints[0];
    if (first !== undefined) return { status: "fail", says: first, evidence };
    return { status: "pass", says: "No level was lowered.", evidence };
  },
};

function texts(answer: ResolveAnswer): string[] {
  return answer.records.filter(({ type }) => type === "TXT").map(({ data }) => data.replaceAll(/"\s*"|"/g, ""));
}

/** How much a DMARC record asks for: none 0, quarantine 1, reject 2; -1 where it is none (RFC 7489, section 6.3). */
function dmarcRank(text: string): number {
  const policy = /^v=DMARC1\s*;.*?\bp=(none|quarantine|reject)/.exec(text)?.[1];
  return policy === undefined ? -1 : ["none", "quarantine", "reject"].indexOf(policy);
}

/** How much an SPF record asks for: +all 0, ?all 1, ~all 2, -all 3; -1 where it is none (RFC 7208, section 5.1). */
function spfRank(text: string): number {
  if (!text.startsWith("v=spf1")) return -1;
  const qualifier = /\s([+?~-]?)all\b/.exec(text)?.[1];
  return qualifier === undefined ? 1 : ["+", "?", "~", "-"].indexOf(qualifier === "" ? "+" : qualifier);
}

/** The last assignment in main.cf, with continuation lines folded; "" when there is none. */
function parameterIn(mainCf: string, name: string): string {
  const logical = mainCf.replaceAll(/^#.*\n/gm, "").replaceAll(/\n[ \t]+/g, " ");
  const assignments = [...logical.matchAll(/^([\w-]+)[ \t]*=[ \t]*(.*)$/gm)].filter((match) => match[1] === name);
  return assignments.at(-1)?.[2]?.trim() ?? "";
}
