import type { Machine } from "../machine.ts";
import { askOverTcp, askOverUdp } from "./exchange.ts";
import { type DnsMessage, type DnsQuestion, type Edns, queryMessage } from "./message.ts";

/** How dig, host and nslookup ask. */
export interface ToolQuery {
  readonly question: DnsQuestion;
  /** In order; each is tried, then the first again. */
  readonly servers: readonly string[];
  readonly port: number;
  readonly timeoutMs: number;
  readonly tries: number;
  readonly overTcp: boolean;
  readonly recursionDesired: boolean;
  readonly authenticData?: boolean;
  readonly checkingDisabled?: boolean;
  readonly edns?: Edns;
  /** A truncated answer is taken as it is. */
  readonly ignoreTruncation?: boolean;
}

export interface ToolAnswer {
  readonly message: DnsMessage;
  readonly server: string;
  readonly transport: "UDP" | "TCP";
  readonly sizeBytes: number;
  readonly tookMs: number;
  readonly atMs: number;
}

export interface ToolOutcome {
  /** Undefined when no server answered. */
  readonly answer?: ToolAnswer;
  /** `;; communications error to 203.0.113.10#53: connection refused` and the like, with newlines. */
  readonly complaints: string;
}

/** Asks as BIND's tools do (bin/dig/dighost.c). Stops early when the signal is aborted. */
export async function askAsTool(
  machine: Pick<Machine, "net" | "clock" | "random">,
  query: ToolQuery,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  let complaints = "";
  const { port, timeoutMs } = query;
  for (let attempt = 0; attempt < query.tries; attempt++) {
    for (const address of query.servers) {
      if (signal.aborted) return { complaints };
      const message = queryMessage(machine.random.below(65_536), query.question, query);
      const sentAtMs = machine.clock.now();
      let transport: ToolAnswer["transport"] = query.overTcp ? "TCP" : "UDP";
      let outcome = await (query.overTcp ? askOverTcp : askOverUdp)(machine, { address, port }, message, timeoutMs);
      if (outcome.outcome === "answer" && outcome.message.truncated && query.ignoreTruncation !== true && !query.overTcp) {
        complaints += ";; Truncated, retrying in TCP mode.\n";
        transport = "TCP";
        outcome = await askOverTcp(machine, { address, port }, message, timeoutMs);
      }
      if (outcome.outcome === "answer") {
        const atMs = machine.clock.now();
        const tookMs = atMs - sentAtMs;
        return { complaints, answer: { message: outcome.message, server: address, transport, sizeBytes: outcome.sizeBytes, tookMs, atMs } };
      }
      const words = outcome.outcome === "unreachable" ? outcome.error : outcome.outcome === "refused" ? "connection refused" : "timed out";
      complaints += `;; communications error to ${address}#${port}: ${words}\n`;
    }
  }
  return { complaints };
}
