import { canonicalName, type DnsRecord, plainName } from "../../mail/dns.ts";

/** Something BIND says while it loads a zone. */
export interface LoadMessage {
  /** The log category that named writes it under. */
  readonly category: "general" | "zoneload";
  readonly severity: "info" | "warning" | "error";
  readonly text: string;
}

export interface MasterFile {
  readonly records: readonly DnsRecord[];
  readonly messages: readonly LoadMessage[];
  /** Why the file cannot be loaded, in BIND's words: `bad dotted quad`. Undefined when it can. */
  readonly failure?: string;
  /** Types of records that are real, but not understood here; such records were left out. */
  readonly unknownTypes: readonly string[];
}

export interface MasterFileOptions {
  readonly path: string;
  /** The zone's name, absolute. */
  readonly origin: string;
  /** A file's text; undefined where there is none. */
  readonly read: (path: string) => string | undefined;
  /** named-checkzone goes on after an error, named stops at the first. */
  readonly manyErrors: boolean;
  /** What becomes of owner and host names that are no host names: named fails (check-names), named-checkzone warns. */
  readonly checkNames: "fail" | "warn" | "ignore";
}

const MAX_TTL_SECONDS = 0x7fff_ffff;
const singletons = new Set(["CNAME", "DNAME", "SOA"]);

/** What the lines read so far have set. */
export interface Reading {
  readonly options: MasterFileOptions;
  readonly records: DnsRecord[];
  /** The same by canonical owner. */
  readonly byOwner: Map<string, DnsRecord[]>;
  /** Records of one owner in a row; BIND takes them into the zone when the owner changes. */
  pending: { readonly records: readonly DnsRecord[]; readonly where: string } | undefined;
  readonly messages: LoadMessage[];
  readonly unknownTypes: Set<string>;
  failure: string | undefined;
  /** Set when loading ends here whatever `manyErrors` says. */
  over: boolean;
  defaultTtl: number | undefined;
  lastTtl: number | undefined;
  warnedOldTtl: boolean;
}

/** The TTL of a record that names none, or the one it names. */
export function chooseTtl(reading: Reading, where: string, type: string, data: string, explicit: number | undefined): number | undefined {
  if (explicit !== undefined) {
    reading.lastTtl = limitTtl(reading, where, explicit);
    return reading.lastTtl;
  }
  if (reading.defaultTtl !== undefined) return reading.defaultTtl;
  if (reading.lastTtl !== undefined) {
    if (!reading.warnedOldTtl) say(reading, "warning", `${where}: using RFC1035 TTL semantics`);
    reading.warnedOldTtl = true;
    return reading.lastTtl;
  }
  if (type !== "SOA") {
    fail(reading, `dns_master_load: ${where}: no TTL specified`, "no ttl");
    return undefined;
  }
  say(reading, "warning", `${where}: no TTL specified; using SOA MINTTL instead`);
  reading.defaultTtl = Number(data.split(" ")[6]);
  return reading.defaultTtl;
}

export function limitTtl(reading: Reading, where: string, seconds: number): number {
  if (seconds <= MAX_TTL_SECONDS) return seconds;
  say(reading, "warning", `dns_master_load: ${where}: $TTL ${seconds} > MAXTTL, setting $TTL to 0`);
  return 0;
}

/** Adds a record to those of its owner; those of the owner before are taken into the zone. */
export function addRecord(reading: Reading, where: string, record: DnsRecord): void {
  const first = reading.pending?.records[0];
  if (first !== undefined && canonicalName(first.name) !== canonicalName(record.name)) commit(reading);
  if (reading.over) return;
  const records = reading.pending?.records ?? [];
  const prior = [...(reading.byOwner.get(canonicalName(record.name)) ?? []), ...records].find(
    (other) => other.type === record.type,
  )?.ttlSeconds;
  if (prior !== undefined && prior !== record.ttlSeconds) say(reading, "warning", `${where}: TTL set to prior TTL (${prior})`);
  const added = prior === undefined ? record : { ...record, ttlSeconds: prior };
  reading.pending = { records: [...records, added], where };
}

/** Takes the pending records into the zone, the type that came last first, and says what cannot stand together. */
export function commit(reading: Reading): void {
  const { pending } = reading;
  reading.pending = undefined;
  const first = pending?.records[0];
  if (pending === undefined || first === undefined) return;
  const owner = canonicalName(first.name);
  const taken = withoutRepeats(pending.records, reading.byOwner.get(owner) ?? []);
  const types = [...new Set(pending.records.map((record) => record.type))].reverse();
  for (const type of types) {
    if (reading.over) return;
    const node = reading.byOwner.get(owner) ?? [];
    const fresh = taken.filter((record) => record.type === type);
    reading.byOwner.set(owner, [...node, ...fresh]);
    const clash = clashOf(type, [...node, ...fresh]);
    if (clash !== undefined) fail(reading, `dns_master_load: ${pending.where}: ${plainName(first.name)}: ${clash}`, clash);
  }
  reading.records.push(...taken);
}

function withoutRepeats(records: readonly DnsRecord[], known: readonly DnsRecord[]): readonly DnsRecord[] {
  const key = ({ name, type, data }: DnsRecord): string => `${name} ${type} ${data}`.toLowerCase();
  const seen = new Set(known.map(key));
  return records.filter((record) => {
    const isNew = !seen.has(key(record));
    seen.add(key(record));
    return isNew;
  });
}

function clashOf(type: string, node: readonly DnsRecord[]): string | undefined {
  if (singletons.has(type) && node.filter((record) => record.type === type).length > 1) return "multiple RRs of singleton type";
  const aliases = node.filter((record) => record.type === "CNAME").length;
  return aliases > 0 && aliases < node.length ? "CNAME and other data" : undefined;
}

/** What named writes under the category `general`. */
export function say(reading: Reading, severity: "warning" | "error", text: string): void {
  reading.messages.push({ category: "general", severity, text });
}

/** The first failure is the one that is told at the end. */
export function fail(reading: Reading, text: string, failure: string, severity: "warning" | "error" = "error"): void {
  say(reading, severity, text);
  reading.failure ??= failure;
  if (!reading.options.manyErrors) reading.over = true;
}

/** Loading ends here, whatever else is wrong. */
export function stop(reading: Reading, failure: string): void {
  reading.failure ??= failure;
  reading.over = true;
}
