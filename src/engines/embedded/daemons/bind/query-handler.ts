import { admits } from "../../../../daemons/bind/address-list.ts";
import type { BindPolicy } from "../../../../daemons/bind/policy.ts";
import { inZoneOrder } from "../../../../daemons/bind/zone-order.ts";
import { plainName } from "../../../../mail/dns.ts";
import { type DnsMessage, encodeMessage } from "../../dns/message.ts";
import { type AnswerGround, answer, mayRecurse, type Response, shuffledRecords } from "./answer.ts";
import type { Cookies } from "./cookies.ts";
import type { Arrival } from "./endpoints.ts";
import type { NamedLog } from "./named-log.ts";

export interface QueryParts {
  readonly ground: AnswerGround;
  readonly policy: () => BindPolicy;
  readonly queryLog: () => boolean;
  readonly cookies: Cookies;
  readonly log: NamedLog;
  readonly now: () => number;
  readonly shuffle: (data: readonly string[]) => readonly string[];
}

const UDP_SIZE_BYTES = 1232;
/** Extended DNS error 18 (RFC 8914): the client may not ask this. */
const PROHIBITED = 18;
/** Types that ask for something else than records. */
const transfers = new Set(["AXFR", "IXFR"]);

/** What named does with a question: logs it, answers it, dresses the answer. */
export function createQueryHandler(parts: QueryParts): (arrival: Arrival) => Promise<DnsMessage> {
  return async (arrival) => {
    const { query, clientAddress } = arrival;
    const { question } = query;
    const bare = blank(parts, arrival);
    if (query.opcode !== "QUERY") return { ...bare, status: "NOTIMP" };
    if (question === undefined) return { ...bare, status: "FORMERR" };
    if (parts.queryLog()) logQuery(parts, arrival);
    if (transfers.has(question.type)) return transfer(parts, arrival, bare);
    const response = await answer(parts.ground, { question, clientAddress, recursionDesired: query.recursionDesired });
    if (response.failure !== undefined) logFailure(parts, arrival, response);
    return {
      ...bare,
      ...(response.denied === true && bare.edns !== undefined ? { edns: { ...bare.edns, errorCode: PROHIBITED } } : {}),
      status: response.status,
      authoritative: response.authoritative,
      answers: shuffledRecords(response.answers, parts.shuffle),
      authority: shuffledRecords(response.authority, parts.shuffle),
      additional: shuffledRecords(response.additional, parts.shuffle),
    };
  };
}

/** The response's frame: the question, and what both sides can do. */
function blank(parts: QueryParts, { query, clientAddress }: Arrival): DnsMessage {
  const { edns } = query;
  const cookie = edns?.cookie === undefined ? undefined : parts.cookies.answer(edns.cookie, clientAddress, parts.now());
  return {
    ...query,
    response: true,
    authoritative: false,
    truncated: false,
    authenticData: false,
    recursionAvailable: mayRecurse(parts.ground, clientAddress),
    answers: [],
    authority: [],
    additional: [],
    ...(edns === undefined
      ? {}
      : { edns: { udpSizeBytes: UDP_SIZE_BYTES, dnssecOk: edns.dnssecOk, ...(cookie === undefined ? {} : { cookie }) } }),
  };
}

function logQuery(parts: QueryParts, { query, clientAddress, clientPort, serverAddress, transport }: Arrival): void {
  const { edns, question } = query;
  if (question === undefined) return;
  const cookie = edns?.cookie;
  const flags = [
    query.recursionDesired ? "+" : "-",
    edns === undefined ? "" : "E(0)",
    transport === "tcp" ? "T" : "",
    edns?.dnssecOk === true ? "D" : "",
    query.checkingDisabled ? "C" : "",
    cookie === undefined ? "" : parts.cookies.verify(cookie, clientAddress) ? "V" : "K",
  ];
  const name = plainName(question.name);
  parts.log.query({ event: "looked-up", clientAddress, clientPort, name, type: question.type, flags: flags.join(""), serverAddress });
}

/** `query failed (REFUSED) for brook.example/IN/MX at query.c:5708`: what BIND tells at its usual level. */
function logFailure(parts: QueryParts, { query, clientAddress, clientPort }: Arrival, response: Response): void {
  const { question } = query;
  if (question === undefined) return;
  const name = plainName(question.name);
  const client = `client @0x7f636c06d098 ${clientAddress}#${clientPort} (${name})`;
  if (response.denied === true) {
    const text = `query (cache) '${name}/${question.type}/IN' denied (allow-query-cache did not match)`;
    parts.log.say("security", "info", `${client}: ${text}`);
  }
  const line = response.status === "REFUSED" ? 5708 : response.failure === "zone not loaded" ? 5713 : 7916;
  parts.log.say("query-errors", "info", `${client}: query failed (${response.failure}) for ${name}/IN/${question.type} at query.c:${line}`);
}

/** A zone transfer, as one message; only over TCP, only to whom `allow-transfer` lets. */
function transfer(parts: QueryParts, { query, clientAddress, clientPort, transport }: Arrival, bare: DnsMessage): DnsMessage {
  const { question } = query;
  if (question === undefined || transport === "udp") return { ...bare, status: "FORMERR" };
  const { zones, own } = parts.ground;
  const zone = zones.get(question.name);
  const name = plainName(question.name);
  const client = `client @0x7f636c06d098 ${clientAddress}#${clientPort} (${name})`;
  const list = zone?.policy.allowTransfer ?? parts.policy().allowTransfer;
  if (zone?.loaded === undefined || !admits(list, clientAddress, own)) {
    parts.log.say("security", "error", `${client}: zone transfer '${name}/${question.type}/IN' denied`);
    return { ...bare, status: zone === undefined ? "NOTAUTH" : "REFUSED" };
  }
  const { serial } = zone.loaded;
  const records = inZoneOrder(zone.loaded.records);
  const response: DnsMessage = { ...bare, authoritative: true, answers: [...records, ...records.slice(0, 1)] };
  const sizeBytes = encodeMessage(response).length;
  const subject = `${client}: transfer of '${name}/IN'`;
  parts.log.say("xfer-out", "info", `${subject}: AXFR started (serial ${serial})`);
  const sum = `1 messages, ${records.length + 1} records, ${sizeBytes} bytes, 0.001 secs (${sizeBytes * 1000} bytes/sec)`;
  parts.log.say("xfer-out", "info", `${subject}: AXFR ended: ${sum} (serial ${serial})`);
  return response;
}
