import ipaddr from "ipaddr.js";
import { type MapRule, SIMULATED_MAP_TYPES } from "../../../../daemons/rspamd/multimap.ts";
import { splitAddress } from "../../../../mail/address.ts";
import { headerValues } from "../../../../mail/message.ts";
import { headerAddresses, type ScanTask, unfolded } from "./message.ts";

/** What a rule found: the values that stand in its list, as the symbol's options. */
export function matchMap(rule: MapRule, task: ScanTask): readonly string[] {
  if (!SIMULATED_MAP_TYPES.includes(rule.type)) return [];
  return valuesOf(rule, task).filter((value) => (rule.type === "ip" ? isInNetworks(value, rule.entries) : isListed(value, rule)));
}

function valuesOf(rule: MapRule, task: ScanTask): readonly string[] {
  switch (rule.type) {
    case "ip":
      return task.clientAddress === undefined ? [] : [task.clientAddress];
    case "header":
      return rule.headers.flatMap((name) => headerValues(task.message.fields, name).map(unfolded));
    case "helo":
      return task.helo === undefined ? [] : [task.helo];
    case "rcpt":
      return withParts(task.recipients.length > 0 ? task.recipients : headerAddresses(task.message, "To", "Cc"));
    case "from": {
      const sender = task.sender === undefined || task.sender === "" ? headerAddresses(task.message, "From").slice(0, 1) : [task.sender];
      return withParts(sender);
    }
    default:
      return [];
  }
}

/** Addresses, then their domains, then their local parts: each may be listed. */
function withParts(addresses: readonly string[]): readonly string[] {
  const parts = addresses.map(splitAddress);
  return [...addresses, ...parts.flatMap(({ domain }) => domain ?? []), ...parts.map(({ localPart }) => localPart)];
}

function isListed(value: string, rule: MapRule): boolean {
  return rule.entries.some((entry) => {
    if (rule.match === "regexp") return regularExpression(entry)?.test(value) ?? false;
    // A list's line may carry a value behind the key.
    const key = entry.split(/\s+/)[0]?.toLowerCase() ?? "";
    if (rule.match === "glob") return glob(key).test(value);
    return key === value.toLowerCase();
  });
}

/** `/invoice/i` */
function regularExpression(entry: string): RegExp | undefined {
  const [, pattern, flags = ""] = /^\/([^]*)\/([a-zA-Z]*)/.exec(entry) ?? [undefined, entry];
  try {
    return new RegExp(pattern as string, flags.replace(/[^imsu]/g, ""));
  } catch {
    return undefined;
  }
}

function glob(pattern: string): RegExp {
  const text = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", "[^]*")
    .replaceAll("?", "[^]");
  return new RegExp(`^${text}$`, "i");
}

/** True where the address lies in one of the networks: `203.0.113.20`, `198.51.100.0/26`. */
export function isInNetworks(address: string, networks: readonly string[]): boolean {
  const client = ipaddr.process(address);
  return networks.some((entry) => {
    const [network = "", bits] = (entry.split(/\s+/)[0] ?? "").split("/");
    if (!ipaddr.isValid(network)) return false;
    const other = ipaddr.parse(network);
    return other.kind() === client.kind() && client.match(other, Number(bits ?? (other.kind() === "ipv4" ? 32 : 128)));
  });
}
