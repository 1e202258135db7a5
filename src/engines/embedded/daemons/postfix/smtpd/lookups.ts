import type { SessionLookups } from "../../../../../daemons/postfix/restrictions/facts.ts";
import type { DnsAnswer } from "../../../../../mail/dns.ts";
import { mailExchangeOf, textOf } from "../../../../../mail/dns.ts";
import type { ClientSession } from "./client-session.ts";
import { askPolicyService } from "./policy-service.ts";

/** Questions that restrictions ask of DNS. */
export function sessionLookups(session: ClientSession): SessionLookups {
  const { dns } = session.system;
  const has = async (name: string, types: readonly string[]): Promise<"found" | "not-found" | "temporary"> => {
    let result: "not-found" | "temporary" = "not-found";
    for (const type of types) {
      const answer = await dns.query(name, type);
      if (answer.status === "NOERROR" && answer.answers.some((record) => record.type === type)) return "found";
      if (failed(answer)) result = "temporary";
    }
    return result;
  };
  return {
    async mailDomain(domain) {
      const answer = await dns.query(domain, "MX");
      const exchanges = answer.answers.flatMap((record) => mailExchangeOf(record) ?? []);
      if (exchanges.length === 1 && exchanges[0]?.exchange === ".") return "null-mx";
      if (exchanges.length > 0) return "found";
      if (failed(answer)) return "temporary";
      return has(domain, ["A", "AAAA"]);
    },
    policyService: (service, facts) => askPolicyService(session, service, facts),
    hostName: (name) => has(name, ["A", "AAAA", "MX"]),
    async blockList(name) {
      const answer = await dns.query(name, "A");
      if (failed(answer)) return "temporary";
      const addresses = answer.answers.filter((record) => record.type === "A").map((record) => record.data);
      if (addresses.length === 0) return undefined;
      const texts = (await dns.query(name, "TXT")).answers.filter((record) => record.type === "TXT").map(textOf);
      return texts[0] === undefined ? { addresses } : { addresses, text: texts.join(" ") };
    },
  };
}

function failed(answer: DnsAnswer): boolean {
  return answer.status !== "NOERROR" && answer.status !== "NXDOMAIN";
}
