import { ProblemError } from "../base/problem.ts";
import { readEntries } from "../daemons/bind/master-lexer.ts";
import { zoneFileOf } from "../daemons/bind/zone-file-of.ts";
import { filesOf } from "../daemons/effects.ts";
import { absoluteName, sameName } from "../mail/dns.ts";
import type { Host, World } from "../world/world.ts";

/** The host that holds a zone's master file, and the file's text. */
export interface ZoneHolder {
  readonly host: Host;
  readonly path: string;
  readonly text: string;
}

/** Finds the primary name server of a zone. @throws ProblemError when no host of the world holds it */
export function zoneHolder(world: World, zone: string): ZoneHolder {
  for (const host of world.hosts) {
    const path = zoneFileOf(filesOf(host), zone);
    const text = path === undefined ? undefined : host.files[path];
    if (path !== undefined && text !== undefined) return { host, path, text };
  }
  const message = `No name server of this world holds the zone ${zone}.`;
  throw new ProblemError({ code: "no-such-zone", message, hint: "Name a zone that a host of the world serves as primary." });
}

/** An MX record of a zone's apex as it stands in the master file: `10 mx1`. */
export interface ApexExchange {
  readonly preference: string;
  /** As written, relative or absolute. */
  readonly target: string;
}

/** The MX record whose target is the host called `name`. @throws ProblemError when the zone has none */
export function exchangeTo({ text, path, host }: ZoneHolder, zone: string, name: string): ApexExchange {
  for (const { tokens } of readEntries(text)) {
    const words = tokens.map((token) => token.text);
    const [preference, target] = words.slice(words.findIndex((word) => word.toUpperCase() === "MX") + 1);
    const absolute = target?.endsWith(".") === true ? target : `${target}.${absoluteName(zone)}`;
    if (preference !== undefined && target !== undefined && /^\d+$/.test(preference) && sameName(absolute, name))
      return { preference, target };
  }
  const message = `The zone ${zone} has no MX record that points at ${name}.`;
  throw new ProblemError({
    code: "no-such-record",
    message,
    where: { host: host.key, file: path },
    hint: "Name a host that the zone has as an MX.",
  });
}
