import ipaddr from "ipaddr.js";
import { canonicalName, isWithin, plainName } from "../../mail/dns.ts";
import { generateEntries } from "./generate.ts";
import { type MasterEntry, type MasterToken, readEntries } from "./master-lexer.ts";
import { isHostName, parseName, parseTtl } from "./names.ts";
import { isRecordType, isUnderstood, parseRdata } from "./rdata.ts";
import {
  addRecord,
  chooseTtl,
  commit,
  fail,
  limitTtl,
  type MasterFile,
  type MasterFileOptions,
  type Reading,
  say,
  stop,
} from "./zone-reading.ts";

/** Types whose owner must be a host name, and where in the data a host name stands. */
const hostOwners = new Set(["A", "AAAA", "MX"]);
const hostField: Readonly<Record<string, number>> = { NS: 0, SOA: 0, MX: 1, SRV: 3 };

/** One file's own state; $INCLUDE opens another. */
interface Place {
  readonly path: string;
  origin: string;
  owner: string | undefined;
}

/** Reads a zone's master file as BIND 9.18 does, with its messages (lib/dns/master.c). */
export function readMasterFile(options: MasterFileOptions): MasterFile {
  const reading: Reading = {
    options,
    records: [],
    byOwner: new Map(),
    pending: undefined,
    messages: [],
    unknownTypes: new Set(),
    failure: undefined,
    over: false,
    defaultTtl: undefined,
    lastTtl: undefined,
    warnedOldTtl: false,
  };
  const text = options.read(options.path);
  if (text === undefined) reading.failure = "file not found";
  else readText(reading, { path: options.path, origin: options.origin, owner: undefined }, text);
  commit(reading);
  const { records, messages, unknownTypes, failure } = reading;
  return { records, messages, unknownTypes: [...unknownTypes].sort(), ...(failure === undefined ? {} : { failure }) };
}

function readText(reading: Reading, place: Place, text: string): void {
  let skipLine: number | undefined;
  for (const entry of readEntries(text)) {
    if (reading.over) return;
    if (entry.tokens[0]?.line === skipLine) continue;
    const lost = readEntry(reading, place, entry);
    skipLine = lost ? entry.endLine + 1 : undefined;
    if (lost && text.split("\n").length <= entry.endLine + 1 && !reading.over) {
      say(reading, "warning", `${place.path}: file does not end with newline`);
    }
  }
}

/** @returns true when BIND has lost its place and reads over the next line as well. */
function readEntry(reading: Reading, place: Place, entry: MasterEntry): boolean {
  const [first, ...others] = entry.tokens;
  if (first === undefined) {
    fail(reading, `dns_master_load: ${place.path}:${entry.endLine}: ${entry.failure}`, entry.failure as string);
    return false;
  }
  if (!entry.blankOwner && first.text.startsWith("$")) {
    if (readDirective(reading, place, entry, first, others)) return false;
    fail(reading, `dns_master_load: ${place.path}:${first.line}: unknown $ directive '${first.text}'`, "syntax error");
    return reading.over ? false : readRecord(reading, place, entry, others);
  }
  if (entry.blankOwner) {
    if (place.owner !== undefined) return readRecord(reading, place, entry, entry.tokens);
    fail(reading, `${place.path}:${first.line}: no current owner name`, "no owner");
    return false;
  }
  const owner = parseName(first.text, place.origin);
  if (typeof owner !== "string") {
    fail(reading, `dns_master_load: ${place.path}:${first.line}: ${owner.error}`, owner.error);
    return false;
  }
  place.owner = owner;
  if (!isWithin(owner, reading.options.origin)) {
    say(reading, "warning", `${place.path}:${first.line}: ignoring out-of-zone data (${plainName(owner)})`);
    return false;
  }
  return readRecord(reading, place, entry, others);
}

function readDirective(
  reading: Reading,
  place: Place,
  entry: MasterEntry,
  directive: MasterToken,
  values: readonly MasterToken[],
): boolean {
  const where = `${place.path}:${directive.line}`;
  const value = values[0];
  const keyword = directive.text.toUpperCase();
  if (!["$TTL", "$ORIGIN", "$INCLUDE", "$GENERATE"].includes(keyword)) return false;
  if (value === undefined) {
    fail(reading, `dns_master_load: ${where}: unexpected end of line`, "unexpected end of input");
    say(reading, "error", `dns_master_load: ${where}: unexpected end of input`);
    return true;
  }
  if (keyword === "$TTL") {
    const seconds = parseTtl(value.text);
    if (seconds === undefined) stop(reading, "bad ttl");
    else reading.defaultTtl = limitTtl(reading, where, seconds);
  } else if (keyword === "$ORIGIN") {
    const origin = parseName(value.text, place.origin);
    if (typeof origin === "string") place.origin = origin;
    else fail(reading, `dns_master_load: ${where}: ${origin.error}`, origin.error);
  } else if (keyword === "$INCLUDE") {
    const text = reading.options.read(value.text);
    const origin = values[1] === undefined ? place.origin : parseName(values[1].text, place.origin);
    if (text === undefined) {
      say(reading, "error", `dns_master_load: ${where}: ${value.text}: file not found`);
      stop(reading, "file not found");
    } else if (typeof origin === "string") readText(reading, { path: value.text, origin, owner: place.owner }, text);
  } else generate(reading, place, entry, values);
  return true;
}

function generate(reading: Reading, place: Place, entry: MasterEntry, values: readonly MasterToken[]): void {
  const generated = generateEntries(values);
  if ("error" in generated) {
    fail(reading, `$GENERATE: ${place.path}:${entry.endLine}: ${generated.error}`, "syntax error");
    return;
  }
  const owner = place.owner;
  for (const tokens of generated.entries) readEntry(reading, place, { ...entry, blankOwner: false, tokens });
  place.owner = owner;
}

/** `[TTL] [class] type data`, TTL and class in either order. */
function readRecord(reading: Reading, place: Place, entry: MasterEntry, tokens: readonly MasterToken[]): boolean {
  const owner = place.owner ?? place.origin;
  const line = entry.tokens[0]?.line ?? entry.endLine;
  const head = readHead(tokens);
  if (head.type === undefined) {
    fail(reading, `dns_master_load: ${place.path}:${entry.endLine}: unexpected end of line`, "unexpected end of input");
    if (reading.options.manyErrors || reading.failure !== undefined) {
      say(reading, "error", `dns_master_load: ${place.path}:${entry.endLine}: unexpected end of input`);
    }
    return true;
  }
  const where = `${place.path}:${head.type.line}`;
  if (head.class !== undefined && head.class !== "IN") {
    fail(reading, `${where}: class '${head.class}' != zone class 'IN'`, "bad class");
    return false;
  }
  const type = head.type.text.toUpperCase();
  if (!isRecordType(type)) {
    fail(reading, `${where}: unknown RR type '${head.type.text}'`, "unknown class/type", "warning");
    return false;
  }
  if (type === "SOA" && canonicalName(owner) !== canonicalName(reading.options.origin)) {
    fail(reading, `${where}: SOA record not at top of zone (${plainName(owner)})`, "not at top of zone");
    return true;
  }
  const data = readData(reading, place, entry, type, head.type, head.data);
  if (data === undefined) return false;
  const ttl = chooseTtl(reading, `${place.path}:${line}`, type, data, head.ttl);
  if (ttl === undefined || !checkOwner(reading, where, type, owner)) return false;
  addRecord(reading, `${place.path}:${entry.endLine}`, { name: owner, type, ttlSeconds: ttl, data });
  return false;
}

interface Head {
  readonly ttl?: number;
  readonly class?: string;
  readonly type?: MasterToken;
  readonly data: readonly MasterToken[];
}

function readHead(tokens: readonly MasterToken[]): Head {
  let ttl: number | undefined;
  let klass: string | undefined;
  let index = 0;
  for (; index < tokens.length; index++) {
    const { text } = tokens[index] as MasterToken;
    const seconds: number | undefined = ttl === undefined ? parseTtl(text) : undefined;
    if (seconds !== undefined) ttl = seconds;
    else if (klass === undefined && /^(IN|CH|HS|CHAOS|HESIOD)$/i.test(text)) klass = text.toUpperCase();
    else break;
  }
  const type = tokens[index];
  return {
    data: tokens.slice(index + 1),
    ...(ttl === undefined ? {} : { ttl }),
    ...(klass === undefined ? {} : { class: klass }),
    ...(type === undefined ? {} : { type }),
  };
}

function readData(
  reading: Reading,
  place: Place,
  entry: MasterEntry,
  type: string,
  typeToken: MasterToken,
  tokens: readonly MasterToken[],
): string | undefined {
  if (!isUnderstood(type) && tokens[0]?.text !== "\\#") {
    reading.unknownTypes.add(type);
    return undefined;
  }
  const end = entry.endsFile ? "eof" : "eol";
  const parsed = parseRdata(type, tokens, place.origin, typeToken, end);
  const cut = entry.failure !== undefined && ("data" in parsed || parsed.near === end);
  if (cut || !("data" in parsed)) {
    const error = "data" in parsed || cut ? { line: entry.endLine, near: undefined, text: entry.failure as string } : parsed;
    const near = error.near === undefined ? "" : `near ${error.near}: `;
    fail(reading, `dns_rdata_fromtext: ${place.path}:${error.line}: ${near}${error.text}`, error.text);
    return undefined;
  }
  if (entry.endsFile) say(reading, "warning", `${place.path}:${entry.endLine}: file does not end with newline`);
  return checkHostInData(reading, place, type, parsed.data, tokens) ? parsed.data : undefined;
}

/** check-names and check-mx on the data; the record is kept unless named would fail. */
function checkHostInData(reading: Reading, place: Place, type: string, data: string, tokens: readonly MasterToken[]): boolean {
  const field = hostField[type];
  const token = field === undefined ? undefined : tokens[field];
  const name = field === undefined ? undefined : data.split(" ")[field];
  if (token === undefined || name === undefined) return true;
  const where = `${place.path}:${token.line}`;
  if (type === "MX" && ipaddr.isValid(plainName(token.text)))
    say(reading, "warning", `${where}: warning: '${token.text}': MX is an address`);
  if (isHostName(name, false) || reading.options.checkNames === "ignore") return true;
  if (reading.options.checkNames === "warn") {
    say(reading, "warning", `${where}: warning: ${plainName(name)}: bad name (check-names)`);
    return true;
  }
  fail(reading, `dns_rdata_fromtext: ${where}: near '${token.text}': bad name (check-names)`, "bad name (check-names)");
  return false;
}

function checkOwner(reading: Reading, where: string, type: string, owner: string): boolean {
  if (!hostOwners.has(type) || isHostName(owner, true) || reading.options.checkNames === "ignore") return true;
  const text = `${where}: ${plainName(owner)}: bad owner name (check-names)`;
  if (reading.options.checkNames === "warn") say(reading, "warning", text);
  else fail(reading, text, "bad owner name (check-names)");
  return reading.options.checkNames === "warn";
}
