import { quoteWord } from "../../../base/shell-words.ts";
import type { ResolveAnswer, ResolveQuestion } from "../../../world/question.ts";
import type { LiveRange } from "../live-range.ts";

/** Resolves a name from a host with dig, by its own resolver or at a named server. */
export async function answerResolve(range: LiveRange, { from, server, name, type }: ResolveQuestion): Promise<ResolveAnswer> {
  const at = server === undefined ? "" : `@${server} `;
  const { stdout } = await range
    .host(from)
    .run(`dig +noall +comments +answer ${at}${quoteWord(`${name.replace(/\.$/, "")}.`)} ${quoteWord(type)}`);
  return readDig(stdout);
}

const statuses = ["NOERROR", "NXDOMAIN", "SERVFAIL", "REFUSED"] as const;

/** What `dig +noall +comments +answer` printed. Without a header nobody has answered. */
export function readDig(output: string): ResolveAnswer {
  const status = /^;; ->>HEADER<<- .*status: (\w+)/m.exec(output)?.[1];
  const flags = /^;; flags: ([\w ]*);/m.exec(output)?.[1]?.split(" ") ?? [];
  const records = output.split("\n").flatMap((line) => {
    const [, owner, ttl, type, data] = /^([^\s;]\S*)\s+(\d+)\s+IN\s+(\S+)\s+(.+)$/.exec(line) ?? [];
    return owner === undefined || ttl === undefined || type === undefined || data === undefined
      ? []
      : [{ name: owner, type, ttlSeconds: Number(ttl), data }];
  });
  const known = statuses.find((candidate) => candidate === status);
  return { ask: "resolve", status: status === undefined ? "TIMEOUT" : (known ?? "SERVFAIL"), authoritative: flags.includes("aa"), records };
}
