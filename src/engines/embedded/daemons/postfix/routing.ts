import type { Resolver } from "../../../../daemons/postfix/resolve.ts";
import { isTroubled } from "../../../../daemons/postfix/tables/maps.ts";

/** Where the queue manager sends mail for one recipient. */
export interface Route {
  readonly transport: string;
  /** A destination, or `dsn text` for the error transport. */
  readonly nexthop: string;
  readonly recipient: string;
  /** The scheduler's queue: the next hop, and for transports that take one recipient at a time the recipient too. */
  readonly queueName: string;
  /** What trivial-rewrite(8) complains about on the way. */
  readonly warnings: readonly string[];
}

/** @param oneByOne the transport's recipient limit is 1, as local's is */
export function routeOf(resolver: Resolver, address: string, oneByOne: (transport: string) => boolean): Route {
  const resolved = resolver.resolve(resolver.rewrite(address));
  if (isTroubled(resolved)) {
    const nexthop = "4.3.0 address resolver failure";
    return { transport: "retry", nexthop, recipient: address, queueName: nexthop, warnings: resolved.warnings };
  }
  const { transport, nexthop, recipient, complaints, invalid } = resolved;
  if (invalid) {
    return {
      transport: "error",
      nexthop: "5.1.3 bad address syntax",
      recipient,
      queueName: "5.1.3 bad address syntax",
      warnings: complaints,
    };
  }
  const folded = nexthop.toLowerCase();
  const queueName = oneByOne(transport) ? `${recipient.slice(0, recipient.lastIndexOf("@"))}@${folded}` : folded;
  return { transport, nexthop, recipient, queueName, warnings: complaints };
}

/**
 * Mail with a filter goes by the filter, whoever it is for.
 * @param filter `smtp:[127.0.0.1]:10025`; without a next hop the recipient's domain is it
 */
export function filterRoute(filter: string, address: string, oneByOne: (transport: string) => boolean): Route {
  const [, transport = filter, named = ""] = /^([^:]*):([^]*)$/.exec(filter) ?? [];
  const nexthop = named === "" ? address.slice(address.lastIndexOf("@") + 1) : named;
  const folded = nexthop.toLowerCase();
  const queueName = oneByOne(transport) ? `${address.slice(0, address.lastIndexOf("@"))}@${folded}` : folded;
  return { transport, nexthop, recipient: address, queueName, warnings: [] };
}
