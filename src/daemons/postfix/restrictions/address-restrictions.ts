import { domainOf, splitAddress } from "../../../mail/address.ts";
import { addressLiteral, isFullyQualified, isHostName } from "../../../mail/host-name.ts";
import { isTroubled } from "../tables/maps.ts";
import { findAccess, mailAccessKeys } from "./access.ts";
import { askDomainList } from "./block-list-question.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Restrictions } from "./restriction.ts";
import { dunno, permit, type ReplyClass, reject, type Verdict } from "./verdict.ts";

/** Restrictions about an address do nothing before it is known, nor for the null sender. */
export function addressRestrictions(
  side: "sender" | "recipient",
  replyClass: ReplyClass,
  statuses: { readonly unknown: string; readonly nullMx: readonly [number, string] },
): Restrictions {
  const withAddress = (e: Evaluation, judge: (address: string) => Verdict | Promise<Verdict>): Verdict | Promise<Verdict> => {
    const address = e.facts[side];
    return address === undefined || address === "" ? dunno : judge(address);
  };
  return {
    [`reject_non_fqdn_${side}`]: {
      judge: (e) =>
        withAddress(e, (address) => {
          const { domain } = splitAddress(address);
          if (side === "recipient" && address.toLowerCase() === "postmaster") return dunno;
          const good = domain !== undefined && (addressLiteral(domain) !== undefined || (isHostName(domain) && isFullyQualified(domain)));
          return good
            ? dunno
            : reject(e.policy.int("non_fqdn_reject_code"), "5.5.2", `<${address}>: ${replyClass} rejected: need fully-qualified address`);
        }),
    },
    [`reject_unknown_${side}_domain`]: {
      judge: (e) => withAddress(e, (address) => unknownDomain(e, address, replyClass, statuses)),
    },
    [`check_${side}_access`]: {
      argument: "table",
      judge: (e, table) => {
        const address = e.facts[side];
        if (address === undefined) return dunno;
        const keys = mailAccessKeys(address, {
          delimiter: e.policy.get("recipient_delimiter"),
          subdomainsMatch: e.accessMapsMatchSubdomains,
          nullKey: e.policy.get("smtpd_null_access_lookup_key"),
        });
        return e.access(table, keys, address, replyClass);
      },
    },
    [`reject_unlisted_${side}`]: { judge: (e) => withAddress(e, (address) => e.unlisted(address, replyClass)) },
    [`reject_rhsbl_${side}`]: {
      argument: "domain",
      judge: (e, list) =>
        withAddress(e, (address) => (domainOf(address) === "" ? dunno : askDomainList(e, list, domainOf(address), address, replyClass))),
    },
  };
}

async function unknownDomain(
  e: Evaluation,
  address: string,
  replyClass: ReplyClass,
  statuses: { readonly unknown: string; readonly nullMx: readonly [number, string] },
): Promise<Verdict> {
  const resolved = e.resolve(address);
  if (isTroubled(resolved)) return e.lookupFailure(address, resolved);
  const domain = domainOf(resolved.recipient);
  if (domain === "" || domain.startsWith("[") || !["default", "relay"].includes(resolved.addressClass)) return dunno;
  const text = `<${address}>: ${replyClass} rejected: Domain not found`;
  switch (await e.lookups.mailDomain(domain)) {
    case "found":
      return dunno;
    case "null-mx":
      return reject(
        statuses.nullMx[0],
        statuses.nullMx[1],
        `<${address}>: ${replyClass} rejected: Domain ${domain} does not accept mail (nullMX)`,
      );
    case "temporary":
      return e.deferIfPermit(reject(450, statuses.unknown, text));
    case "not-found":
      return reject(e.policy.int("unknown_address_reject_code"), statuses.unknown, text);
  }
}

/** Who may send where. */
export const relayRestrictions: Restrictions = {
  permit_auth_destination: {
    judge: (e) => {
      const authorised = e.isAuthorisedDestination();
      return typeof authorised === "object" ? authorised : authorised ? permit : dunno;
    },
  },
  reject_unauth_destination: { judge: (e) => refuseRelaying(e, e.policy.int("relay_domains_reject_code")) },
  defer_unauth_destination: { judge: (e) => refuseRelaying(e, 454) },
  reject_multi_recipient_bounce: {
    judge: (e) =>
      e.facts.sender === "" && e.facts.recipientCount > 1
        ? e.refuse(e.policy.int("multi_recipient_bounce_reject_code"), "5.5.3", "Multi-recipient bounce")
        : dunno,
  },
};

function refuseRelaying(e: Evaluation, code: number): Verdict {
  if (e.facts.recipient === undefined) return dunno;
  const authorised = e.isAuthorisedDestination();
  if (typeof authorised === "object") return authorised;
  return authorised ? dunno : reject(code, "5.7.1", `<${e.facts.recipient}>: Relay access denied`);
}

/** `reject_authenticated_sender_login_mismatch` and its likes, by smtpd_sender_login_maps. */
export const loginRestrictions: Restrictions = {
  reject_authenticated_sender_login_mismatch: { judge: (e) => (e.facts.saslUsername === undefined ? dunno : notOwner(e)) },
  reject_unauthenticated_sender_login_mismatch: { judge: (e) => (e.facts.saslUsername === undefined ? notLoggedIn(e) : dunno) },
  reject_sender_login_mismatch: { judge: (e) => (e.facts.saslUsername === undefined ? notLoggedIn(e) : notOwner(e)) },
};

function ownersOf(e: Evaluation): readonly string[] | undefined {
  const { sender } = e.facts;
  if (sender === undefined || sender === "") return undefined;
  const keys = mailAccessKeys(sender, { delimiter: e.policy.get("recipient_delimiter"), subdomainsMatch: false, nullKey: "<>" });
  for (const name of e.policy.list("smtpd_sender_login_maps")) {
    const found = findAccess(
      e.table(name),
      keys.filter(({ key }) => key.includes("@") || key === sender),
    );
    if (found !== undefined && !isTroubled(found)) return found.value.split(/[\s,]+/);
  }
  return undefined;
}

function notOwner(e: Evaluation): Verdict {
  const owners = ownersOf(e);
  const user = e.facts.saslUsername ?? "";
  const owned = owners?.some((owner) => owner.toLowerCase() === user.toLowerCase()) ?? false;
  return owned ? dunno : reject(553, "5.7.1", `<${e.facts.sender}>: Sender address rejected: not owned by user ${user}`);
}

function notLoggedIn(e: Evaluation): Verdict {
  return ownersOf(e) === undefined ? dunno : reject(553, "5.7.1", `<${e.facts.sender}>: Sender address rejected: not logged in`);
}
