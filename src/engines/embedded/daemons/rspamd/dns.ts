import type { DnsRecord } from "../../../../mail/dns.ts";
import { absoluteName } from "../../../../mail/dns.ts";
import { askOverTcp, askOverUdp } from "../../dns/exchange.ts";
import { queryMessage } from "../../dns/message.ts";
import type { Machine } from "../../machine.ts";

/** What came of a question, in the words of Rspamd's resolver. */
export type DnsReply =
  | { readonly reply: "records"; readonly records: readonly DnsRecord[] }
  /** The name or the record does not exist. */
  | { readonly reply: "none"; readonly why: "no records with this name" | "requested record is not found" }
  | { readonly reply: "failure"; readonly why: "query timed out" | "server fail" | "query refused" | "not implemented" };

/** `dns { timeout = 1s; retransmits = 5; }`, the defaults. */
const TIMEOUT_MS = 1000;
const ATTEMPTS = 5;

/** Rspamd's own resolver. It knows the name servers that resolv.conf named when the worker started. */
export class ScanDns {
  readonly #machine: Pick<Machine, "net" | "clock" | "random">;
  readonly #nameservers: readonly string[];
  readonly #deadlineMs: number;
  #requests = 0;

  /** @param deadlineMs when the scan must be over; questions end then without an answer */
  constructor(machine: Pick<Machine, "net" | "clock" | "random">, nameservers: readonly string[], deadlineMs: number) {
    this.#machine = machine;
    this.#nameservers = nameservers;
    this.#deadlineMs = deadlineMs;
  }

  /** Questions asked so far, as the log counts them. */
  get requests(): number {
    return this.#requests;
  }

  async query(name: string, type: string): Promise<DnsReply> {
    this.#requests++;
    const question = { name: absoluteName(name), type };
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const server = { address: this.#nameservers[attempt % this.#nameservers.length] as string, port: 53 };
      const waitMs = Math.min(TIMEOUT_MS, this.#deadlineMs - this.#machine.clock.now());
      if (waitMs <= 0) break;
      const message = queryMessage(this.#machine.random.below(65_536), question, { recursionDesired: true });
      let outcome = await askOverUdp(this.#machine, server, message, waitMs);
      if (outcome.outcome === "answer" && outcome.message.truncated) outcome = await askOverTcp(this.#machine, server, message, waitMs);
      if (outcome.outcome === "answer") return replyOf(outcome.message.status, outcome.message.answers, type);
      const startedMs = this.#machine.clock.now();
      // A refused datagram is noticed at once; the next attempt still waits for its turn.
      if (outcome.outcome !== "timeout") await this.#pause(Math.min(waitMs, this.#deadlineMs - startedMs));
    }
    return { reply: "failure", why: "query timed out" };
  }

  #pause(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.#machine.clock.setTimeout(resolve, Math.max(0, delayMs));
    });
  }
}

function replyOf(status: string, answers: readonly DnsRecord[], type: string): DnsReply {
  switch (status) {
    case "NOERROR": {
      const records = answers.filter((record) => record.type === type);
      return records.length > 0 ? { reply: "records", records } : { reply: "none", why: "requested record is not found" };
    }
    case "NXDOMAIN":
      return { reply: "none", why: "no records with this name" };
    case "REFUSED":
      return { reply: "failure", why: "query refused" };
    case "NOTIMP":
      return { reply: "failure", why: "not implemented" };
    default:
      return { reply: "failure", why: "server fail" };
  }
}
