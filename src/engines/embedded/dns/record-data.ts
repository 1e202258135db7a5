import type { Packet } from "dns-packet";
import { absoluteName, characterStrings, type DnsRecord, plainName, quoteText } from "../../../mail/dns.ts";

export type WireRecord = NonNullable<Packet["answers"]>[number];

/** Types that dns-packet has no codec for, by number. */
const numbers: Readonly<Record<string, number>> = { SPF: 99, ANY: 255 };

/** dns-packet writes types it does not know as `UNKNOWN_n`. */
export function wireType(type: string): string {
  const number = numbers[type] ?? /^TYPE(\d+)$/.exec(type)?.[1];
  return number === undefined ? type : `UNKNOWN_${number}`;
}

export function plainType(type: string): string {
  const number = /^UNKNOWN_(\d+)$/.exec(type)?.[1];
  if (number === undefined) return type;
  return Object.keys(numbers).find((name) => numbers[name] === Number(number)) ?? `TYPE${number}`;
}

/** A record as dns-packet encodes it. */
export function toWire(record: DnsRecord): WireRecord {
  const wire = { name: plainName(record.name), type: wireType(record.type), ttl: record.ttlSeconds, class: "IN", data: dataToWire(record) };
  return wire as unknown as WireRecord;
}

function dataToWire(record: DnsRecord): unknown {
  const fields = record.data.split(" ");
  const [first = "", second = "", third = "", fourth = ""] = fields;
  if (first === "\\#") return Buffer.from(fields.slice(2).join(""), "hex");
  switch (record.type) {
    case "NS":
    case "CNAME":
    case "PTR":
    case "DNAME":
      return plainName(first);
    case "MX":
      return { preference: Number(first), exchange: plainName(second) };
    case "SRV":
      return { priority: Number(first), weight: Number(second), port: Number(third), target: plainName(fourth) };
    case "SOA": {
      const [, , serial, refresh, retry, expire, minimum] = fields.map(Number);
      return { mname: plainName(first), rname: plainName(second), serial, refresh, retry, expire, minimum };
    }
    case "TXT":
      return characterStrings(record.data).map((text) => Buffer.from(text, "latin1"));
    case "SPF":
      return Buffer.concat(
        characterStrings(record.data).map((text) => Buffer.concat([Buffer.from([text.length]), Buffer.from(text, "latin1")])),
      );
    case "CAA":
      return { flags: Number(first), tag: second, value: characterStrings(record.data)[2] ?? "" };
    case "HINFO": {
      const [cpu = "", os = ""] = characterStrings(record.data);
      return { cpu, os };
    }
    case "TLSA":
      return {
        usage: Number(first),
        selector: Number(second),
        matchingType: Number(third),
        certificate: Buffer.from(fields.slice(3).join(""), "hex"),
      };
    case "DS":
      return { keyTag: Number(first), algorithm: Number(second), digestType: Number(third), digest: Buffer.from(fourth, "hex") };
    case "RP":
      return { mbox: plainName(first), txt: plainName(second) };
    case "NAPTR": {
      const [order, preference, flags, services, regexp, replacement] = characterStrings(record.data);
      return { order: Number(order), preference: Number(preference), flags, services, regexp, replacement: plainName(replacement ?? ".") };
    }
    default:
      return record.data;
  }
}

/** A record out of dns-packet, its data in presentation format. */
export function fromWire(record: WireRecord): DnsRecord {
  const wire = record as unknown as { name: string; type: string; ttl?: number; data: unknown };
  const type = plainType(wire.type);
  return { name: absoluteName(wire.name), type, ttlSeconds: wire.ttl ?? 0, data: dataFromWire(type, wire.data) };
}

/** dns-packet's value of each type → presentation format. */
function dataFromWire(type: string, value: unknown): string {
  const fields = value as Readonly<Record<string, string | number | Buffer>>;
  const hex = (field: unknown): string =>
    (
      (field as Buffer)
        .toString("hex")
        .toUpperCase()
        .match(/.{1,56}/g) ?? []
    ).join(" ");
  switch (type) {
    case "A":
    case "AAAA":
      return value as string;
    case "NS":
    case "CNAME":
    case "PTR":
    case "DNAME":
      return absoluteName(value as string);
    case "MX":
      return `${fields.preference ?? 0} ${absoluteName(fields.exchange as string)}`;
    case "SRV":
      return `${fields.priority} ${fields.weight} ${fields.port} ${absoluteName(fields.target as string)}`;
    case "SOA": {
      const names = [absoluteName(fields.mname as string), absoluteName(fields.rname as string)];
      return [...names, fields.serial, fields.refresh, fields.retry, fields.expire, fields.minimum].join(" ");
    }
    case "TXT":
      return (value as readonly Buffer[]).map((text) => quoteText(text.toString("latin1"))).join(" ");
    case "SPF":
      return lengthPrefixed(value as Buffer)
        .map(quoteText)
        .join(" ");
    case "CAA":
      return `${fields.flags} ${fields.tag} ${quoteText(fields.value as string)}`;
    case "HINFO":
      return `${quoteText(fields.cpu as string)} ${quoteText(fields.os as string)}`;
    case "TLSA":
      return `${fields.usage} ${fields.selector} ${fields.matchingType} ${hex(fields.certificate)}`;
    case "DS":
      return `${fields.keyTag} ${fields.algorithm} ${fields.digestType} ${hex(fields.digest)}`;
    case "RP":
      return `${absoluteName(fields.mbox as string)} ${absoluteName(fields.txt as string)}`;
    case "NAPTR": {
      const texts = [fields.flags, fields.services, fields.regexp].map((text) => quoteText(String(text)));
      return [fields.order, fields.preference, ...texts, absoluteName(fields.replacement as string)].join(" ");
    }
    default: {
      const raw = value as Buffer;
      return raw.length === 0 ? "\\# 0" : `\\# ${raw.length} ${hex(raw)}`;
    }
  }
}

function lengthPrefixed(bytes: Buffer): readonly string[] {
  const texts: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += 1 + bytes.readUInt8(offset)) {
    texts.push(bytes.toString("latin1", offset + 1, offset + 1 + bytes.readUInt8(offset)));
  }
  return texts;
}
