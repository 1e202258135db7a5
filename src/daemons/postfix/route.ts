import type { AddressClass } from "./address-class.ts";
import type { PostfixPolicy } from "./policy.ts";
import { findInMaps, isTroubled, type TroubledLookup, withoutExtension } from "./tables/maps.ts";
import type { LookupTable } from "./tables/table.ts";

/** A transport and its destination. */
export interface Route {
  readonly transport: string;
  readonly nexthop: string;
}

/** What the choice of a route depends on. */
export interface RouteContext {
  readonly policy: PostfixPolicy;
  readonly transportMaps: readonly LookupTable[];
  /** transport_maps stands in parent_domain_matches_subdomains: parents are keys without their dot. */
  readonly transportSubdomains: boolean;
}

/** Where mail for a recipient goes: by its class, unless transport_maps say otherwise. */
export function routeOf(context: RouteContext, addressClass: AddressClass, recipient: string, domain: string): Route | TroubledLookup {
  const usual = usualRoute(context, addressClass, domain);
  if (addressClass === "virtual-alias" || context.transportMaps.length === 0) return usual;
  const entry = transportEntry(context, recipient, domain);
  if (isTroubled(entry)) return { warnings: [...entry.warnings, "transport_maps lookup failure"] };
  if (entry === undefined) return usual;
  const { transport, nexthop } = splitTransport(entry.value);
  // A transport without a next hop means the recipient's domain, not the relay host.
  const withoutHop = transport === "" ? usual.nexthop : domain;
  return { transport: transport === "" ? usual.transport : transport, nexthop: nexthop === "" ? withoutHop : nexthop };
}

/** Where mail goes by the address class alone. */
function usualRoute(context: RouteContext, addressClass: AddressClass, domain: string): Route {
  const { policy } = context;
  switch (addressClass) {
    case "local":
      return withNexthop(policy.get("local_transport"), policy.get("myhostname"));
    case "virtual-alias": {
      const table = policy.bool("show_user_unknown_table_name") ? " in virtual alias table" : "";
      return { transport: policy.get("error_service_name"), nexthop: `5.1.1 User unknown${table}` };
    }
    case "virtual-mailbox":
      return withNexthop(policy.get("virtual_transport"), domain);
    case "relay":
      return withNexthop(policy.get("relay_transport"), policy.get("relayhost") || domain);
    case "default":
      return withNexthop(policy.get("default_transport"), policy.get("relayhost") || domain);
  }
}

function withNexthop(setting: string, otherwise: string): Route {
  const { transport, nexthop } = splitTransport(setting);
  return { transport, nexthop: nexthop === "" ? otherwise : nexthop };
}

/** `smtp:[mailbox.meadow.example]` → transport and next hop, either may be empty. */
export function splitTransport(value: string): Route {
  const colon = value.indexOf(":");
  return colon < 0 ? { transport: value, nexthop: "" } : { transport: value.slice(0, colon), nexthop: value.slice(colon + 1) };
}

/** The entry of transport_maps for a recipient: full address, without extension, domain, `.parent`, `*`. */
function transportEntry(context: RouteContext, recipient: string, domain: string): ReturnType<typeof findInMaps> {
  const { transportMaps } = context;
  const local = recipient.slice(0, recipient.lastIndexOf("@"));
  const bare = withoutExtension(local, context.policy.get("recipient_delimiter"));
  const labels = domain.split(".");
  const parents = labels.slice(1).map((_, index) => labels.slice(index + 1).join("."));
  const keys = [
    recipient.toLowerCase(),
    ...(bare === local ? [] : [`${bare}@${domain}`.toLowerCase()]),
    domain,
    ...parents.map((parent) => (context.transportSubdomains ? parent : `.${parent}`)),
    "*",
  ];
  for (const [index, key] of keys.entries()) {
    const found = findInMaps(transportMaps, key, index === 0 ? "whole" : "fixed", "transport_maps");
    if (found !== undefined) return found;
  }
  return undefined;
}
