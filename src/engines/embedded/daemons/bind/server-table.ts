import type { Random } from "../../../../base/random.ts";
import { plainName } from "../../../../mail/dns.ts";
import { type Asker, askOverTcp, askOverUdp, type Outcome } from "../../dns/exchange.ts";
import { type DnsMessage, type DnsQuestion, queryMessage } from "../../dns/message.ts";
import type { Cookies } from "./cookies.ts";

/** What named remembers of other servers. A value that `structuredClone` accepts. */
export interface ServerMemory {
  /** address → smoothed round trip in milliseconds */
  readonly roundTrips: readonly (readonly [address: string, roundTripMs: number])[];
  /** address → the cookie it gave us */
  readonly cookies: readonly (readonly [address: string, cookie: string])[];
}

export interface ServerTable {
  /**
   * Asks these servers until one gives a usable answer; undefined when none did before the deadline, or all refused.
   * @param question what to ask; `zone` is the delegation that the servers stand for
   */
  ask(
    addresses: readonly string[],
    question: DnsQuestion,
    options: { readonly zone: string; readonly deadlineMs: number; readonly checkingDisabled: boolean },
  ): Promise<DnsMessage | undefined>;
  forget(): void;
  memory(): ServerMemory;
}

export interface ServerTableParts extends Asker {
  readonly random: Random;
  readonly cookies: Cookies;
  log(category: "lame-servers", severity: "info", text: string): void;
}

/** lib/dns/resolver.c: the first tries wait this long, later ones twice as long each time. */
const FIRST_TIMEOUT_MS = 800;
const TRIES_WITHOUT_BACKOFF = 3;
const LONGEST_TIMEOUT_MS = 9000;
const UDP_SIZE_BYTES = 1232;

export function createServerTable(parts: ServerTableParts, from?: ServerMemory): ServerTable {
  const roundTrips = new Map(from?.roundTrips);
  const cookies = new Map(from?.cookies);

  const queryFor = (address: string, question: DnsQuestion, checkingDisabled: boolean): DnsMessage =>
    queryMessage(parts.random.below(65_536), question, {
      recursionDesired: false,
      checkingDisabled,
      edns: { udpSizeBytes: UDP_SIZE_BYTES, dnssecOk: true, cookie: cookies.get(address) ?? parts.cookies.client(address) },
    });

  const exchange = async (address: string, question: DnsQuestion, checkingDisabled: boolean, timeoutMs: number): Promise<Outcome> => {
    const query = queryFor(address, question, checkingDisabled);
    const server = { address, port: 53 };
    const sentAtMs = parts.clock.now();
    const outcome = await askOverUdp(parts, server, query, timeoutMs);
    if (outcome.outcome === "answer") {
      const tookMs = parts.clock.now() - sentAtMs;
      roundTrips.set(address, 0.7 * (roundTrips.get(address) ?? tookMs) + 0.3 * tookMs);
      const cookie = outcome.message.edns?.cookie;
      if (cookie !== undefined) cookies.set(address, cookie);
      if (outcome.message.truncated) return askOverTcp(parts, server, query, timeoutMs);
    } else if (outcome.outcome === "timeout") roundTrips.set(address, 2 * (roundTrips.get(address) ?? timeoutMs) + 200);
    return outcome;
  };

  /** Fast ones first; those not met yet before all others, in a drawn order. */
  const inOrder = (addresses: readonly string[]): readonly string[] => {
    const drawn = addresses.length > 1 ? parts.random.shuffle([...new Set(addresses)]) : addresses;
    return [...drawn].sort((left, right) => (roundTrips.get(left) ?? -1) - (roundTrips.get(right) ?? -1));
  };

  return {
    async ask(addresses, question, { zone, deadlineMs, checkingDisabled }) {
      const bad = new Set<string>();
      for (let round = 1; ; round++) {
        const usable = inOrder(addresses.filter((address) => !bad.has(address)));
        if (usable.length === 0) return undefined;
        for (const address of usable) {
          const leftMs = deadlineMs - parts.clock.now();
          if (leftMs <= 0) return undefined;
          const outcome = await exchange(address, question, checkingDisabled, Math.min(leftMs, timeoutOf(round)));
          const complaint = complaintAbout(outcome, zone, question);
          if (complaint === undefined && outcome.outcome === "answer") return outcome.message;
          if (complaint !== undefined)
            parts.log("lame-servers", "info", `${complaint} '${plainName(question.name)}/${question.type}/IN': ${address}#53`);
          if (outcome.outcome !== "timeout") bad.add(address);
        }
      }
    },
    forget() {
      roundTrips.clear();
      cookies.clear();
    },
    memory: () => ({ roundTrips: [...roundTrips], cookies: [...cookies] }),
  };
}

function timeoutOf(round: number): number {
  const doublings = Math.max(0, Math.min(6, round - TRIES_WITHOUT_BACKOFF));
  return Math.min(LONGEST_TIMEOUT_MS, FIRST_TIMEOUT_MS * 2 ** doublings);
}

/** What named says about an answer that it cannot use; undefined where it can. */
function complaintAbout(outcome: Outcome, zone: string, question: DnsQuestion): string | undefined {
  switch (outcome.outcome) {
    case "timeout":
      return undefined;
    case "refused":
      return "connection refused resolving";
    case "unreachable":
      return `${outcome.error} resolving`;
    case "answer": {
      const { status, authoritative, answers, authority } = outcome.message;
      if (status !== "NOERROR" && status !== "NXDOMAIN") return `${status} unexpected RCODE resolving`;
      const refers = authority.some((record) => record.type === "NS" && record.name.toLowerCase() !== zone.toLowerCase());
      const useless = !authoritative && answers.length === 0 && !refers && question.name !== ".";
      return useless ? "lame server resolving" : undefined;
    }
  }
}
