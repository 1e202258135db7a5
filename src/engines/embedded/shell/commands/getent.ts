import { readHosts } from "../../dns/resolv-conf.ts";
import { createStubResolver } from "../../dns/stub-resolver.ts";
import { accountsOf } from "../accounts.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";

const services: readonly (readonly [string, string])[] = [
  ...([
    ["smtp", "25/tcp mail"],
    ["domain", "53/tcp"],
    ["pop3", "110/tcp pop-3"],
    ["imap2", "143/tcp imap"],
    ["submissions", "465/tcp ssmtp smtps urd"],
  ] as const),
  ...([
    ["submission", "587/tcp"],
    ["imaps", "993/tcp"],
    ["pop3s", "995/tcp"],
  ] as const),
];

/** getent: names and addresses as programs of this host see them (files, then DNS), accounts and services. */
export const getent: Command = {
  name: "getent",
  run: async (call) => {
    const [database, ...keys] = call.args;
    if (database === undefined)
      return {
        stdout: "",
        stderr: "getent: wrong number of arguments\nTry `getent --help' or `getent --usage' for more information.\n",
        code: 1,
      };
    const accounts = accountsOf(call.machine.files);
    switch (database) {
      case "hosts":
      case "ahosts":
      case "ahostsv4":
        return hosts(call, database, keys);
      case "passwd":
        return lookedUp(accounts.passwd, keys);
      case "group":
        return lookedUp(accounts.group, keys);
      case "services":
        return found(
          services
            .filter(([name, rest]) => keys.length === 0 || keys.includes(name) || keys.includes(rest.split("/")[0] ?? ""))
            .map(([name, rest]) => `${name.padEnd(21)} ${rest}`),
        );
      default:
        return {
          stdout: "",
          stderr: `Unknown database: ${database}\nTry \`getent --help' or \`getent --usage' for more information.\n`,
          code: 1,
        };
    }
  },
};

async function hosts(call: CommandCall, database: string, keys: readonly string[]): Promise<CommandResult> {
  const resolver = createStubResolver(call.machine);
  const lines: string[] = [];
  if (keys.length === 0) {
    lines.push(...readHosts(call.machine.files).map(({ address, names }) => `${address.padEnd(15)} ${names.join(" ")}`));
  }
  for (const key of keys) {
    if (/^[\d.]+$/.test(key) || key.includes(":")) {
      const { names } = await resolver.reverse(key);
      if (names[0] !== undefined) lines.push(`${key.padEnd(15)} ${names.join(" ")}`);
      continue;
    }
    const local = readHosts(call.machine.files).find((entry) => entry.names.includes(key));
    if (local !== undefined && database === "hosts") {
      lines.push(`${local.address.padEnd(15)} ${local.names.join(" ")}`);
      continue;
    }
    const { addresses, canonicalName } = await resolver.addresses(key, ["A"]);
    if (database === "hosts") lines.push(...addresses.map((address) => `${address.padEnd(15)} ${canonicalName}`));
    else {
      const kinds = (address: string, first: boolean): string[] => [
        `${address.padEnd(15)} STREAM ${first ? canonicalName : ""}`,
        `${address.padEnd(15)} DGRAM  `,
        `${address.padEnd(15)} RAW    `,
      ];
      lines.push(...addresses.flatMap((address, index) => kinds(address, index === 0)));
    }
  }
  return found(lines);
}

function lookedUp(list: readonly string[], keys: readonly string[]): CommandResult {
  const byKey = (key: string): readonly string[] => list.filter((line) => line.startsWith(`${key}:`) || line.split(":")[2] === key);
  return found(keys.length === 0 ? list : keys.flatMap(byKey));
}

/** getent's exit code 2: a key was not found. */
function found(lines: readonly string[]): CommandResult {
  return { stdout: lines.map((line) => `${line}\n`).join(""), stderr: "", code: lines.length === 0 ? 2 : 0 };
}
