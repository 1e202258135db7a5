import type { ZoneLoading } from "../../../../../daemons/bind/load-zone.ts";
import type { ForeignName } from "../../../../../daemons/bind/zone-checks.ts";
import { plainName } from "../../../../../mail/dns.ts";
import { createStubResolver } from "../../../dns/stub-resolver.ts";
import type { Machine } from "../../../machine.ts";

/**
 * What named-checkzone and named-checkconf -z print about a zone: BIND's own messages, and what the host's resolver says
 * about names of other zones.
 */
export async function reportZone(machine: Machine, zone: string, loading: ZoneLoading): Promise<readonly string[]> {
  const lines: string[] = [];
  for (const [index, message] of loading.messages.entries()) {
    for (const name of loading.foreign.filter(({ after }) => after === index)) lines.push(...(await reportForeign(machine, zone, name)));
    lines.push(message.text);
  }
  return lines;
}

async function reportForeign(machine: Machine, zone: string, { owner, type, target }: ForeignName): Promise<readonly string[]> {
  const answer = await createStubResolver(machine).addresses(target);
  const subject = `zone ${plainName(zone)}/IN: ${plainName(owner)}/${type} '${plainName(target)}' (out of zone)`;
  if (answer.addresses.length > 0) {
    const alias = answer.canonicalName.toLowerCase() !== plainName(target).toLowerCase();
    return alias ? [`${subject} is a CNAME '${answer.canonicalName}' (illegal)`] : [];
  }
  if (answer.status === "NOERROR" || answer.status === "NXDOMAIN") return [`${subject} has no addresses records (A or AAAA)`];
  return [`zone ${plainName(zone)}/IN: getaddrinfo(${plainName(target)}) failed: Temporary failure in name resolution`];
}
