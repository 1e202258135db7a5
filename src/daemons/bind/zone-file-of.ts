import { absoluteName, sameName } from "../../mail/dns.ts";
import type { FileReader } from "../daemon.ts";
import { readPolicy } from "./policy.ts";

/** The master file of a zone that this host is primary for, by its named.conf; undefined where there is none. */
export function zoneFileOf(files: FileReader, zone: string): string | undefined {
  const { policy } = readPolicy((path) => files.read(path));
  const found = policy.zones.find((each) => each.type === "primary" && sameName(each.name, absoluteName(zone)));
  if (found?.file === undefined) return undefined;
  return found.file.startsWith("/") ? found.file : `${policy.directory}/${found.file}`;
}
