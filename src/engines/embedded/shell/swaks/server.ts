import { createStubResolver } from "../../dns/stub-resolver.ts";
import type { Machine } from "../../machine.ts";

/** Where mail for an address goes when no server is named: the best MX, else the domain itself, else this host. */
export async function mailServerFor(machine: Machine, address: string): Promise<string> {
  const literal = /@?\[(\d+\.\d+\.\d+\.\d+)\]$/.exec(address);
  if (literal !== null) return literal[1] as string;
  const domain = address.replace(/^.*@([^@]*)$/, "$1");
  if (domain === "") return "localhost";
  const { answers } = await createStubResolver(machine).query(domain, "MX");
  const exchanges = answers
    .filter((record) => record.type === "MX")
    .map((record) => {
      const [preference = "0", host = ""] = record.data.split(" ");
      return { preference: Number(preference), host: host.replace(/\.$/, "") };
    })
    .sort((left, right) => left.preference - right.preference);
  return exchanges[0]?.host ?? domain;
}
