import { loadZone, type ZoneLoading } from "../../../../daemons/bind/load-zone.ts";
import type { BindPolicy, ZonePolicy } from "../../../../daemons/bind/policy.ts";
import { canonicalName, type DnsRecord, labelsOf } from "../../../../mail/dns.ts";
import type { FileTree } from "../../files/file-tree.ts";
import { createZoneData, type ZoneData } from "./zone-data.ts";

/** A configured primary zone, served or not. A value that `structuredClone` accepts. */
export interface ServedZone {
  readonly policy: ZonePolicy;
  /** The file as it was when it was read; undefined when it was not there. */
  readonly path: string;
  readonly fileModifiedAtMs: number | undefined;
  /** Two changes within a millisecond are told apart by the text. */
  readonly fileText: string | undefined;
  /** The last reading failed: the next reload reads again, touched or not. */
  readonly isBroken: boolean;
  /** Undefined while no version of the zone could be loaded. */
  readonly loaded?: { readonly serial: number; readonly records: readonly DnsRecord[]; readonly atMs: number };
}

/** The zones of one name server: what is loaded, and how it changes. */
export interface ZoneTable {
  /** The zone that a name belongs to: the longest match. `data` is undefined where it could not be loaded. */
  find(name: string): { readonly zone: ServedZone; readonly data: ZoneData | undefined } | undefined;
  get(zone: string): ServedZone | undefined;
  all(): readonly ServedZone[];
  data(zone: ServedZone): ZoneData | undefined;
  /**
   * Loads zones of the configuration from their files. A zone that is broken keeps what it served before.
   * @param which `changed`: files touched since, and new zones; `new`: new zones only
   * @returns what happened to each zone that was read
   */
  load(policy: BindPolicy, which: "changed" | "new"): readonly ZoneOutcome[];
  /** Loads one zone; undefined when its file was not touched since. */
  reload(zone: ServedZone, policy: BindPolicy): ZoneOutcome | undefined;
  /** Forgets the zones that the configuration has no more. @returns their names */
  prune(policy: BindPolicy): readonly string[];
  memory(): readonly ServedZone[];
}

export interface ZoneOutcome {
  readonly zone: ServedZone;
  readonly loading: ZoneLoading;
}

export function createZoneTable(files: FileTree, now: () => number, from: readonly ServedZone[] = []): ZoneTable {
  const zones = new Map<string, { zone: ServedZone; data: ZoneData | undefined }>();
  const put = (zone: ServedZone): void => {
    const { loaded, policy } = zone;
    const data = loaded === undefined ? undefined : createZoneData(policy.name, loaded.serial, loaded.records);
    zones.set(canonicalName(policy.name), { zone, data });
  };
  for (const zone of from) put(zone);

  const readZone = (policy: BindPolicy, zone: ZonePolicy): ZoneOutcome => {
    const path = absolutePath(policy, zone.file ?? "");
    const earlier = zones.get(canonicalName(zone.name))?.zone;
    const read = (file: string): string | undefined => files.read(absolutePath(policy, file));
    const checkNames = zone.checkNames ?? policy.checkNames;
    const loading = loadZone({ zone: zone.name, path: zone.file ?? "", read, manyErrors: false, checkNames }, earlier?.loaded?.serial);
    const loaded =
      loading.zone === undefined ? earlier?.loaded : { serial: loading.zone.serial, records: loading.zone.records, atMs: now() };
    const served: ServedZone = {
      policy: zone,
      path,
      fileModifiedAtMs: modifiedAt(files, path),
      fileText: files.read(path),
      isBroken: loading.zone === undefined,
      ...(loaded === undefined ? {} : { loaded }),
    };
    put(served);
    return { zone: served, loading };
  };
  const isTouched = (zone: ServedZone): boolean => {
    if (zone.isBroken) return true;
    const modifiedAtMs = modifiedAt(files, zone.path);
    if (modifiedAtMs === undefined || zone.fileModifiedAtMs === undefined || modifiedAtMs > zone.fileModifiedAtMs) return true;
    return modifiedAtMs === zone.fileModifiedAtMs && files.read(zone.path) !== zone.fileText;
  };

  return {
    find(name) {
      const labels = labelsOf(canonicalName(name));
      for (let from = 0; from <= labels.length; from++) {
        const found = zones.get(`${labels.slice(from).join(".")}.`);
        if (found !== undefined) return found;
      }
      return undefined;
    },
    get: (zone) => zones.get(canonicalName(zone))?.zone,
    all: () => [...zones.values()].map(({ zone }) => zone),
    data: (zone) => zones.get(canonicalName(zone.policy.name))?.data,
    load: (policy, which) =>
      primaries(policy).flatMap((zone) => {
        const earlier = zones.get(canonicalName(zone.name))?.zone;
        if (earlier !== undefined) {
          put({ ...earlier, policy: zone });
          if (which === "new" || !isTouched(earlier)) return [];
        }
        return readZone(policy, zone);
      }),
    reload: (zone, policy) => (isTouched(zone) ? readZone(policy, zone.policy) : undefined),
    prune(policy) {
      // A zone with another file is another zone.
      const kept = new Map(primaries(policy).map((zone) => [canonicalName(zone.name), absolutePath(policy, zone.file ?? "")]));
      const gone = [...zones.values()]
        .filter(({ zone }) => kept.get(canonicalName(zone.policy.name)) !== zone.path)
        .map(({ zone }) => zone.policy.name);
      for (const name of gone) zones.delete(canonicalName(name));
      return gone;
    },
    memory: () => [...zones.values()].map(({ zone }) => zone),
  };
}

export function primaries(policy: BindPolicy): readonly ZonePolicy[] {
  return policy.zones.filter((zone) => zone.type === "primary");
}

/** A file name of the configuration: relative ones start in named's working directory. */
export function absolutePath(policy: BindPolicy, file: string): string {
  return file.startsWith("/") ? file : `${policy.directory}/${file}`;
}

function modifiedAt(files: FileTree, path: string): number | undefined {
  return files.exists(path) ? files.stat(path).modifiedAtMs : undefined;
}
