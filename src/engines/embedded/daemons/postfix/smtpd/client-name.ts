import type { NameStatus } from "../../../../../daemons/postfix/restrictions/facts.ts";
import { isHostName } from "../../../../../mail/host-name.ts";
import type { StubResolver } from "../../../dns/stub-resolver.ts";
import { noAddressText } from "../../../dns/stub-resolver.ts";

/** A client as smtpd(8) knows it by its address. */
export interface ClientName {
  /** Verified both ways, or `unknown`. */
  readonly name: string;
  readonly nameStatus: NameStatus;
  /** What the address's PTR record says, verified or not. */
  readonly reverseName: string;
  readonly reverseNameStatus: NameStatus;
  readonly address: string;
  readonly port: number;
  /** What smtpd warns about: `hostname wrong.example does not resolve to address 203.0.113.10`. */
  readonly warnings: readonly string[];
}

/** smtpd_peer(3): the client's name, believed only when it leads back to the address. */
export async function nameClient(dns: StubResolver, address: string, port: number): Promise<ClientName> {
  const unknown = { name: "unknown", address, port };
  const reverse = await dns.reverse(address);
  const [reverseName] = reverse.names;
  if (reverseName === undefined || !isHostName(reverseName)) {
    const status = reverse.status === "NXDOMAIN" || reverse.status === "NOERROR" ? "permanent" : "temporary";
    return { ...unknown, nameStatus: status, reverseName: "unknown", reverseNameStatus: status, warnings: [] };
  }
  const known = { reverseName, reverseNameStatus: "ok" as const };
  const forward = await dns.addresses(reverseName, [address.includes(":") ? "AAAA" : "A"]);
  if (forward.addresses.includes(address)) {
    return { name: reverseName, nameStatus: "ok", ...known, address, port, warnings: [] };
  }
  const warning = `hostname ${reverseName} does not resolve to address ${address}`;
  if (forward.addresses.length > 0) return { ...unknown, nameStatus: "permanent", ...known, warnings: [warning] };
  const nameStatus = forward.status === "NXDOMAIN" || forward.status === "NOERROR" ? "permanent" : "temporary";
  return { ...unknown, nameStatus, ...known, warnings: [`${warning}: ${noAddressText(forward.status)}`] };
}
