import { addressRestrictions, loginRestrictions, relayRestrictions } from "./address-restrictions.ts";
import type { Restriction } from "./restriction.ts";
import { clientRestrictions, generalRestrictions, heloRestrictions } from "./session-restrictions.ts";

/** Names of earlier versions that Postfix 3.7 still takes. */
const olderNames: Readonly<Record<string, readonly string[]>> = {
  reject_invalid_helo_hostname: ["reject_invalid_hostname"],
  reject_non_fqdn_helo_hostname: ["reject_non_fqdn_hostname"],
  reject_unknown_client_hostname: ["reject_unknown_client"],
  reject_unknown_helo_hostname: ["reject_unknown_hostname"],
};

/** Every restriction that is simulated, by name; older names of the same ones included. */
export const restrictions: ReadonlyMap<string, Restriction> = new Map(
  Object.entries({
    ...generalRestrictions,
    ...clientRestrictions,
    ...heloRestrictions,
    ...addressRestrictions("sender", "Sender address", { unknown: "4.1.8", nullMx: [550, "5.7.27"] }),
    ...addressRestrictions("recipient", "Recipient address", { unknown: "4.1.2", nullMx: [556, "5.1.10"] }),
    ...relayRestrictions,
    ...loginRestrictions,
  }).flatMap(([name, restriction]) => [name, ...(olderNames[name] ?? [])].map((known) => [known, restriction] as const)),
);
