import ipaddr from "ipaddr.js";
import type { FileReader } from "../../daemon.ts";
import { logicalLines, strayLineText } from "../logical-lines.ts";
import type { PostfixProblem } from "../postfix-problem.ts";
import { unavailable } from "./stored-table.ts";
import { type LookupTable, tableWarning } from "./table.ts";

interface CidrRule {
  readonly block: AddressBlock;
  readonly negated: boolean;
  /** Undefined for an IF. */
  readonly result: string | undefined;
  /** For an IF: the index of the rule after its ENDIF. */
  next: number;
}

/** A network with its prefix length. */
export interface AddressBlock {
  readonly address: ipaddr.IPv4 | ipaddr.IPv6;
  readonly prefixLength: number;
}

/** `cidr:`: the first network that holds the address gives the result. Keys that are no addresses are not found. */
export function openCidrTable(path: string, files: FileReader): LookupTable {
  const name = `cidr:${path}`;
  const text = files.read(path);
  if (text === undefined) return unavailable(name, false, `open ${path}: No such file or directory`, path);
  const { rules, problems } = parseCidrTable(text, path);
  return { name, fixedKeys: false, lookup: (key) => firstMatch(rules, key), problems };
}

function firstMatch(rules: readonly CidrRule[], key: string): string | undefined {
  if (!ipaddr.isValid(key)) return undefined;
  for (let index = 0; index < rules.length; index++) {
    const rule = rules[index] as CidrRule;
    // A rule about the other address family says nothing, negated or not.
    const applies = sameFamily(rule.block, key) && blockHolds(rule.block, key) !== rule.negated;
    if (rule.result === undefined) {
      if (!applies) index = rule.next - 1;
    } else if (applies) {
      return rule.result;
    }
  }
  return undefined;
}

function parseCidrTable(text: string, path: string): { readonly rules: readonly CidrRule[]; readonly problems: readonly PostfixProblem[] } {
  const problems: PostfixProblem[] = [];
  const rules: CidrRule[] = [];
  const open: { readonly rule: CidrRule; readonly line: number }[] = [];
  for (const { text: line, first } of logicalLines(text, (stray) =>
    problems.push(tableWarning("stray-line", path, stray.first, strayLineText(path, stray))),
  )) {
    const warn = (message: string) =>
      problems.push(tableWarning("bad-rule", path, first, `cidr map ${path}, line ${first}: ${message}: skipping this rule`));
    const [, word = "", not = "", pattern = "", result = ""] = /^(if\b|endif\b)?\s*(!*)\s*(\S*)\s*(.*)$/is.exec(line.trim()) ?? [];
    if (/^endif$/i.test(word)) {
      const block = open.pop();
      if (block === undefined) warn("ENDIF without IF");
      else block.rule.next = rules.length;
      continue;
    }
    const isCondition = word !== "";
    const block = parseBlock(pattern);
    if (!isCondition && result === "") warn("no lookup result");
    else if (typeof block === "string") warn(block);
    else {
      const rule: CidrRule = { block, negated: not.length % 2 === 1, result: isCondition ? undefined : result.trim(), next: 0 };
      rules.push(rule);
      if (isCondition) open.push({ rule, line: first });
    }
  }
  for (const block of open.reverse()) {
    problems.push(tableWarning("bad-rule", path, block.line, `cidr map ${path}, line ${block.line}: IF has no matching ENDIF`));
    block.rule.next = rules.length;
  }
  return { rules, problems };
}

/** `192.0.2.0/24`, `[2001:db8::]/32`, `192.0.2.1`; or what Postfix says is wrong with it. */
export function parseBlock(pattern: string): AddressBlock | string {
  const [, bare = "", length] = /^([^/]*)(?:\/(.*))?$/.exec(pattern) ?? [];
  const host = bare.replace(/^\[(.*)\]$/, "$1");
  const valid = ipaddr.IPv4.isValidFourPartDecimal(host) || ipaddr.IPv6.isValid(host);
  if (!valid) return length === undefined ? `bad address pattern: "${pattern}"` : `bad network value in "${pattern}"`;
  const address = ipaddr.parse(host);
  const bits = address.kind() === "ipv4" ? 32 : 128;
  if (length === undefined) return { address, prefixLength: bits };
  if (!/^\d+$/.test(length) || Number(length) > bits) return `bad mask length in "${pattern}"`;
  const prefixLength = Number(length);
  const network = networkOf(address, prefixLength);
  if (network.toNormalizedString() !== address.toNormalizedString()) {
    return `non-null host address bits in "${pattern}", perhaps you should use "${network.toString()}/${prefixLength}" instead`;
  }
  return { address, prefixLength };
}

/** True when the address lies in the block; false for text that is no address. */
export function blockHolds(block: AddressBlock, address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.kind() !== block.address.kind()) return false;
  return networkOf(parsed, block.prefixLength).toNormalizedString() === networkOf(block.address, block.prefixLength).toNormalizedString();
}

function sameFamily(block: AddressBlock, address: string): boolean {
  return ipaddr.parse(address).kind() === block.address.kind();
}

function networkOf(address: ipaddr.IPv4 | ipaddr.IPv6, prefixLength: number): ipaddr.IPv4 | ipaddr.IPv6 {
  const bytes = address.toByteArray().map((byte, index) => {
    const kept = Math.min(8, Math.max(0, prefixLength - index * 8));
    return byte & (0xff << (8 - kept)) & 0xff;
  });
  return ipaddr.fromByteArray(bytes);
}
