import { ProblemError } from "../../base/problem.ts";
import { absoluteName, canonicalName, plainName, sameName } from "../../mail/dns.ts";
import type { RecordEdit, RecordText } from "../../world/effect.ts";
import { type MasterEntry, type MasterToken, readEntries } from "./master-lexer.ts";
import { nameFields } from "./rdata.ts";

/** A record as it stands in the text: where its parts are, and what they mean. */
interface PlacedRecord {
  readonly entry: MasterEntry;
  /** Start of the entry's line, in the text. */
  readonly start: number;
  /** Absolute. */
  readonly owner: string;
  readonly type: string;
  readonly origin: string;
  readonly ttl: MasterToken | undefined;
  readonly typeToken: MasterToken;
  readonly data: readonly MasterToken[];
}

/**
 * Edits records of a master file in place and raises the serial by one; comments, layout and everything else stay.
 * @param zone with or without the final dot
 * @param edits names relative to the zone, `@`, or absolute with a final dot; data as it would stand in the file
 * @returns the new text. An edit that sets the SOA record itself decides the serial.
 * @throws ProblemError `record-missing` when a record that an edit names is not there, or the zone has no SOA record
 */
export function editZone(text: string, zone: string, edits: readonly RecordEdit[]): string {
  const origin = absoluteName(zone);
  const edited = edits.reduce((current, edit) => applyEdit(current, origin, edit), text);
  const setsSoa = edits.some((edit) => "set" in edit && edit.set.type === "SOA");
  return setsSoa ? edited : raiseSerial(edited, origin);
}

function applyEdit(text: string, zone: string, edit: RecordEdit): string {
  if ("add" in edit) return addRecord(text, zone, edit.add);
  if ("remove" in edit) return removeRecord(text, zone, findRecord(text, zone, edit.remove));
  const found = findRecord(text, zone, edit.was);
  const staysPut = sameName(ownerOf(edit.set, zone), found.owner) && edit.set.type.toUpperCase() === found.type;
  if (!staysPut) return addRecord(removeRecord(text, zone, found), zone, edit.set);
  const withData = replaceData(text, found, edit.set.data);
  return edit.set.ttlSeconds === undefined ? withData : setTtl(withData, found, edit.set.ttlSeconds);
}

/** A comment behind the record stays; those inside a record that spreads over lines go with the lines. */
function replaceData(text: string, record: PlacedRecord, data: string): string {
  const { typeToken, entry } = record;
  const last = record.data.at(-1) ?? typeToken;
  const first = record.data[0];
  if (first !== undefined && !/[()\n]/.test(text.slice(typeToken.end, first.start) + text.slice(last.end, entry.end).replace(/;.*/, "")))
    return splice(text, first.start, last.end, data);
  return splice(text, typeToken.end, entry.end, `\t${data}`);
}

/** Written before the type, because offsets before the data are those of the old text. */
function setTtl(text: string, record: PlacedRecord, ttlSeconds: number): string {
  if (record.ttl !== undefined) return splice(text, record.ttl.start, record.ttl.end, String(ttlSeconds));
  return splice(text, record.typeToken.start, record.typeToken.start, `${ttlSeconds}\t`);
}

function removeRecord(text: string, zone: string, record: PlacedRecord): string {
  const records = placedRecords(text, zone);
  const next = records[records.findIndex((other) => other.start === record.start) + 1];
  const owner = record.entry.tokens[0];
  const heir = !record.entry.blankOwner && next?.entry.blankOwner === true && owner !== undefined ? next : undefined;
  const named = heir === undefined ? text : splice(text, heir.start, heir.start, (owner as MasterToken).text);
  return splice(named, record.start, Math.min(record.entry.end + 1, text.length), "");
}

function addRecord(text: string, zone: string, wanted: RecordText): string {
  const owner = ownerOf(wanted, zone);
  const ttl = wanted.ttlSeconds === undefined ? "" : `${wanted.ttlSeconds}\t`;
  const record = `${ttl}IN\t${wanted.type}\t${wanted.data}`;
  const ofOwner = placedRecords(text, zone).filter((other) => sameName(other.owner, owner));
  const neighbour = ofOwner.findLast((other) => other.type === wanted.type.toUpperCase()) ?? ofOwner.at(-1);
  if (neighbour !== undefined && sameName(neighbour.origin, zone))
    return splice(text, neighbour.entry.end, neighbour.entry.end, `\n\t${record}`);
  const body = text.endsWith("\n") || text === "" ? text : `${text}\n`;
  const back = sameName(placedRecords(text, zone).at(-1)?.origin ?? zone, zone) ? "" : `$ORIGIN ${zone}\n`;
  return `${body}${back}${wanted.name}\t${record}\n`;
}

function raiseSerial(text: string, zone: string): string {
  const soa = placedRecords(text, zone).find((record) => record.type === "SOA");
  const serial = soa?.data[2];
  if (serial === undefined || !/^\d+$/.test(serial.text)) {
    throw new ProblemError({
      code: "record-missing",
      message: `The zone ${plainName(zone)} has no SOA record whose serial could be raised.`,
    });
  }
  return splice(text, serial.start, serial.end, String((Number(serial.text) + 1) % 2 ** 32));
}

function findRecord(text: string, zone: string, wanted: RecordText): PlacedRecord {
  const owner = ownerOf(wanted, zone);
  const type = wanted.type.toUpperCase();
  const data = comparable(readEntries(` ${wanted.data}`)[0]?.tokens ?? [], type, zone);
  const records = placedRecords(text, zone);
  const found = records.find(
    (record) => record.type === type && sameName(record.owner, owner) && comparable(record.data, type, record.origin) === data,
  );
  if (found !== undefined) return found;
  const near = records.filter((record) => record.type === type && sameName(record.owner, owner));
  const shown = near.map((record) => record.data.map((token) => token.text).join(" ")).join(", ");
  throw new ProblemError({
    code: "record-missing",
    message: `The zone ${plainName(zone)} has no record ${wanted.name} ${type} ${wanted.data}.`,
    hint: near.length === 0 ? `It has no ${type} record of that name at all.` : `Its ${type} data of that name: ${shown}.`,
  });
}

function ownerOf(record: RecordText, zone: string): string {
  return resolveName(record.name, zone);
}

function resolveName(name: string, origin: string): string {
  if (name === "@") return origin;
  if (name.endsWith(".")) return name;
  return origin === "." ? `${name}.` : `${name}.${origin}`;
}

/** One spelling for the same data: names absolute and without case. */
function comparable(tokens: readonly MasterToken[], type: string, origin: string): string {
  const names = nameFields(type);
  return tokens.map((token, index) => (names.includes(index) ? canonicalName(resolveName(token.text, origin)) : token.text)).join("\n");
}

/** Every record of the text in order. What a directive generates or includes is not of this text. */
function placedRecords(text: string, zone: string): readonly PlacedRecord[] {
  const records: PlacedRecord[] = [];
  let [origin, owner] = [zone, zone];
  for (const entry of readEntries(text)) {
    const [first, second] = entry.tokens;
    if (first === undefined) continue;
    if (!entry.blankOwner && first.text.startsWith("$")) {
      if (first.text.toUpperCase() === "$ORIGIN" && second !== undefined) origin = resolveName(second.text, origin);
      continue;
    }
    if (!entry.blankOwner) owner = resolveName(first.text, origin);
    const fields = entry.blankOwner ? entry.tokens : entry.tokens.slice(1);
    const typeAt = fields.findIndex((token) => !/^(IN|CH|HS|(\d+[smhdw]?)+)$/i.test(token.text));
    const typeToken = fields[typeAt];
    if (typeToken === undefined) continue;
    records.push({
      entry,
      start: text.lastIndexOf("\n", first.start - 1) + 1,
      owner,
      type: typeToken.text.toUpperCase(),
      origin,
      ttl: fields.slice(0, typeAt).find((token) => /^\d/.test(token.text)),
      typeToken,
      data: fields.slice(typeAt + 1),
    });
  }
  return records;
}

function splice(text: string, start: number, end: number, insert: string): string {
  return text.slice(0, start) + insert + text.slice(end);
}
