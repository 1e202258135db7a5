import { isFailure } from "../tables/table.ts";
import { blockListReply, filterMatches, parseBlockList, reversedAddress } from "./block-list.ts";
import type { Evaluation } from "./evaluation.ts";
import { dunno, fitStatus, type ReplyClass, reject, type Verdict } from "./verdict.ts";

/** Refuses a client whose address is listed; for a list of welcome clients a refusal means "listed". */
export async function askBlockList(e: Evaluation, list: string, purpose: "client" | "welcome"): Promise<Verdict> {
  const { zone, filter } = parseBlockList(list);
  const { address } = e.facts.client;
  const answer = await e.askList(`${reversedAddress(address)}.${zone}`);
  if (answer === undefined || !filterMatches(filter, answer.addresses)) return dunno;
  return purpose === "welcome" ? reject(554, "5.7.1", "") : listed(e, zone, address, "Client host", answer.text);
}

/** Refuses a domain that is listed. @param what what the reply names: the address, the client, the HELO name */
export async function askDomainList(e: Evaluation, list: string, domain: string, what: string, replyClass: ReplyClass): Promise<Verdict> {
  if (domain === "unknown" || domain.startsWith("[")) return dunno;
  const { zone, filter } = parseBlockList(list);
  const answer = await e.askList(`${domain}.${zone}`);
  return answer === undefined || !filterMatches(filter, answer.addresses) ? dunno : listed(e, zone, what, replyClass, answer.text);
}

function listed(e: Evaluation, zone: string, what: string, replyClass: ReplyClass, text: string | undefined): Verdict {
  const maps = e.policy.list("rbl_reply_maps");
  const own = maps.map((name) => e.table(name).lookup(zone)).find((result) => result !== undefined && !isFailure(result));
  const template = typeof own === "string" ? own : (e.policy.raw("default_rbl_reply") ?? "");
  const code = e.policy.int("maps_rbl_reject_code");
  const reply = blockListReply(template, { code, what, replyClass, zone, ...(text === undefined ? {} : { text }) });
  const [, given, status = "5.7.1", rest = reply] = /^(\d{3})\s+([245]\.\d+\.\d+)?\s*(.*)$/s.exec(reply) ?? [];
  return reject(Number(given ?? code), fitStatus(status, replyClass), rest);
}
