import ipaddr from "ipaddr.js";
import { labelsOf, plainName } from "../../../mail/dns.ts";
import type { FileTree } from "../files/file-tree.ts";

/** What /etc/resolv.conf says to programs that look names up. */
export interface ResolverSettings {
  /** At most three, in order; glibc asks this host itself where none is named. */
  readonly nameservers: readonly string[];
  readonly search: readonly string[];
  readonly ndots: number;
  readonly timeoutSeconds: number;
  readonly attempts: number;
  readonly rotate: boolean;
}

/** Reads /etc/resolv.conf as glibc does (resolv.conf(5)): unknown words are skipped, limits are applied. */
export function readResolverSettings(files: FileTree): ResolverSettings {
  const nameservers: string[] = [];
  let search: readonly string[] = [];
  const options = new Map<string, number>();
  for (const line of (files.read("/etc/resolv.conf") ?? "").split("\n")) {
    const [keyword, ...values] = line.trim().split(/\s+/);
    const first = values[0];
    if (keyword === "nameserver" && first !== undefined && ipaddr.isValid(first)) nameservers.push(first);
    else if (keyword === "search") search = values.map(plainName);
    else if (keyword === "domain" && first !== undefined) search = [plainName(first)];
    else if (keyword === "options") for (const option of values) options.set(option.split(":")[0] ?? "", Number(option.split(":")[1] ?? 1));
  }
  return {
    nameservers: nameservers.length === 0 ? ["127.0.0.1"] : nameservers.slice(0, 3),
    search,
    ndots: Math.min(options.get("ndots") ?? 1, 15),
    timeoutSeconds: Math.min(options.get("timeout") ?? 5, 30),
    attempts: Math.min(options.get("attempts") ?? 2, 5),
    rotate: options.has("rotate"),
  };
}

/** The names to ask for in turn: a name with few dots goes through the search list first. */
export function searchNames(name: string, settings: ResolverSettings): readonly string[] {
  if (name.endsWith(".")) return [name];
  const listed = settings.search.map((domain) => `${name}.${domain}.`);
  return labelsOf(name).length - 1 >= settings.ndots ? [`${name}.`, ...listed] : [...listed, `${name}.`];
}

/** One line of /etc/hosts. */
export interface HostsEntry {
  readonly address: string;
  readonly names: readonly string[];
}

export function readHosts(files: FileTree): readonly HostsEntry[] {
  return (files.read("/etc/hosts") ?? "").split("\n").flatMap((line) => {
    const [address, ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    return address !== undefined && ipaddr.isValid(address) && names.length > 0 ? [{ address, names }] : [];
  });
}
