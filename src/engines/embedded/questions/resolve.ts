import type { ResolveAnswer, ResolveQuestion } from "../../../world/question.ts";
import { askOverTcp, askOverUdp, type Outcome } from "../dns/exchange.ts";
import { queryMessage } from "../dns/message.ts";
import { createStubResolver } from "../dns/stub-resolver.ts";
import type { LiveRange } from "../live-range.ts";
import type { Machine } from "../machine.ts";

/** How long a named server may take: dig's own patience. */
const serverTimeoutMs = 5000;

/** Resolves a name from a host, by its own resolver or at a named server. */
export async function answerResolve(range: LiveRange, { from, server, name, type }: ResolveQuestion): Promise<ResolveAnswer> {
  const machine = range.machine(from);
  const found = server === undefined ? createStubResolver(machine).query(name, type) : askServer(machine, server, name, type);
  const { status, authoritative, answers } = await range.clock.runUntil(found);
  const known = knownStatuses.find((candidate) => candidate === status);
  return { ask: "resolve", status: known ?? "SERVFAIL", authoritative, records: answers };
}

const knownStatuses = ["NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED", "TIMEOUT"] as const;

type Found = { readonly status: string; readonly authoritative: boolean; readonly answers: ResolveAnswer["records"] };

async function askServer(machine: Machine, address: string, name: string, type: string): Promise<Found> {
  const server = { address, port: 53 };
  const query = queryMessage(machine.random.below(65_536), { name, type }, { recursionDesired: true });
  const first = await askOverUdp(machine, server, query, serverTimeoutMs);
  const truncated = first.outcome === "answer" && first.message.truncated;
  return foundIn(truncated ? await askOverTcp(machine, server, query, serverTimeoutMs) : first);
}

function foundIn(outcome: Outcome): Found {
  if (outcome.outcome !== "answer") return { status: "TIMEOUT", authoritative: false, answers: [] };
  const { status, authoritative, answers } = outcome.message;
  return { status, authoritative, answers };
}
