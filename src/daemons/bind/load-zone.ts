import { absoluteName, type DnsRecord } from "../../mail/dns.ts";
import { readMasterFile } from "./master-file.ts";
import { checkZone, type ForeignName, zoneMessage } from "./zone-checks.ts";
import type { LoadMessage, MasterFileOptions } from "./zone-reading.ts";

/** A zone as it came out of its file. */
export interface ZoneLoading {
  /** Everything BIND says, in order, up to and with `loaded serial N` or `not loaded due to errors.` */
  readonly messages: readonly LoadMessage[];
  /** Undefined when the zone cannot be served. */
  readonly zone?: { readonly origin: string; readonly serial: number; readonly records: readonly DnsRecord[] };
  /** Why it cannot, as `rndc reload` prints it. */
  readonly failure?: string;
  readonly foreign: readonly ForeignName[];
  /** Record types that were left out because their data is not understood here. */
  readonly unknownTypes: readonly string[];
}

/**
 * Loads a zone from its master file with all of BIND's checks and messages.
 * @param previousSerial of the version served until now: named remarks on one that did not grow
 */
export function loadZone(options: Omit<MasterFileOptions, "origin"> & { readonly zone: string }, previousSerial?: number): ZoneLoading {
  const origin = absoluteName(options.zone);
  const file = readMasterFile({ ...options, origin });
  const rejected = (messages: readonly LoadMessage[], failure: string, foreign: readonly ForeignName[] = []): ZoneLoading => ({
    messages: [...file.messages, ...messages, zoneMessage(origin, "zoneload", "error", "not loaded due to errors.")],
    failure,
    foreign,
    unknownTypes: file.unknownTypes,
  });
  if (file.failure !== undefined) {
    const text = `loading from master file ${options.path} failed: ${file.failure}`;
    return rejected([zoneMessage(origin, "zoneload", "error", text)], file.failure);
  }
  const verdict = checkZone(origin, file.records);
  if (verdict.broken) return rejected(verdict.messages, "bad zone", verdict.foreign);
  const serial = Number(file.records.find((record) => record.type === "SOA")?.data.split(" ")[2]);
  const remark = previousSerial === undefined ? undefined : serialRemark(serial, previousSerial);
  return {
    messages: [
      ...file.messages,
      ...verdict.messages,
      ...(remark === undefined ? [] : [zoneMessage(origin, "zoneload", "error", remark)]),
      zoneMessage(origin, "zoneload", "info", `loaded serial ${serial}`),
    ],
    zone: { origin, serial, records: file.records },
    foreign: verdict.foreign.map((name) => ({ ...name, after: name.after + file.messages.length })),
    unknownTypes: file.unknownTypes,
  };
}

/** Serial numbers go round (RFC 1982). */
function serialRemark(serial: number, previous: number): string | undefined {
  if (serial === previous) return `zone serial (${serial}) unchanged. zone may fail to transfer to secondaries.`;
  const grown = (serial - previous + 2 ** 32) % 2 ** 32;
  return grown < 2 ** 31 ? undefined : `zone serial (${serial}/${previous}) has gone backwards`;
}
