import { readMasterFile } from "../../../../daemons/bind/master-file.ts";
import type { BindPolicy } from "../../../../daemons/bind/policy.ts";
import { plainName } from "../../../../mail/dns.ts";
import type { FileTree } from "../../files/file-tree.ts";
import { absolutePath } from "./zone-table.ts";

/** Where the search begins: names of root servers and their addresses. A value that `structuredClone` accepts. */
export interface RootHints {
  readonly servers: readonly string[];
  readonly addresses: Readonly<Record<string, readonly string[]>>;
}

/** What BIND has built in; nobody answers at these addresses in a range. */
const builtIn: RootHints = {
  servers: ["a.root-servers.net.", "b.root-servers.net.", "c.root-servers.net."],
  addresses: {
    "a.root-servers.net.": ["198.41.0.4"],
    "b.root-servers.net.": ["170.247.170.2"],
    "c.root-servers.net.": ["192.33.4.12"],
  },
};

/** The root hints of the configuration, or the message with which named refuses them. */
export function readRootHints(policy: BindPolicy, files: FileTree): RootHints | { readonly failure: string; readonly message: string } {
  const zone = policy.zones.find((candidate) => candidate.type === "hint" && plainName(candidate.name) === ".");
  if (zone?.file === undefined) return builtIn;
  const read = (path: string): string | undefined => files.read(absolutePath(policy, path));
  const file = readMasterFile({ path: zone.file, origin: ".", read, manyErrors: false, checkNames: "ignore" });
  if (file.failure !== undefined) {
    return { failure: file.failure, message: `could not configure root hints from '${zone.file}': ${file.failure}` };
  }
  const addresses: Record<string, readonly string[]> = {};
  for (const record of file.records.filter(({ type }) => type === "A")) {
    const name = record.name.toLowerCase();
    addresses[name] = [...(addresses[name] ?? []), record.data];
  }
  return {
    servers: file.records.filter(({ name, type }) => name === "." && type === "NS").map(({ data }) => data.toLowerCase()),
    addresses,
  };
}
