import ipaddr from "ipaddr.js";
import { domainOf, splitAddress } from "../../../mail/address.ts";
import { addressLiteral, isFullyQualified, isHostName } from "../../../mail/host-name.ts";
import { isTroubled } from "../tables/maps.ts";
import { isFailure } from "../tables/table.ts";
import { addressAccessKeys, domainAccessKeys, findAccess, mailAccessKeys } from "./access.ts";
import { blockListReply, filterMatches, parseBlockList, reversedAddress } from "./block-list.ts";
import type { Evaluation } from "./evaluation.ts";
import { dunno, fitStatus, permit, type ReplyClass, reject, type Verdict } from "./verdict.ts";

/** What one restriction does with the facts. `argument` is the word after it, for those that take one. */
export interface Restriction {
  readonly argument?: "table" | "domain" | "service";
  judge(evaluation: Evaluation, argument: string): Verdict | Promise<Verdict>;
}

const clientText = (evaluation: Evaluation): string => `[${evaluation.facts.client.address}]`;

/** `permit`, `reject` and what only looks at the session. */
const general: Readonly<Record<string, Restriction>> = {
  permit: { judge: () => permit },
  reject: { judge: (e) => e.refuse(e.policy.int("reject_code"), "5.7.1", "Access denied") },
  defer: { judge: (e) => e.refuse(e.policy.int("defer_code"), "4.7.1", "Try again later") },
  defer_if_permit: { judge: (e) => e.deferIfPermit(e.refuse(450, "4.7.0", "defer_if_permit requested")) },
  reject_plaintext_session: {
    judge: (e) => (e.facts.encrypted ? dunno : reject(e.policy.int("plaintext_reject_code"), "5.7.1", "Session encryption is required")),
  },
  reject_unauth_pipelining: {
    judge: (e) => (e.facts.unauthorisedPipelining ? e.refuse(503, "5.5.0", "Improper use of SMTP command pipelining") : dunno),
  },
  check_policy_service: { argument: "service", judge: askPolicyService },
};

const client: Readonly<Record<string, Restriction>> = {
  permit_mynetworks: { judge: (e) => (e.isMyNetwork(e.facts.client.name, e.facts.client.address) ? permit : dunno) },
  permit_inet_interfaces: { judge: (e) => (/^(127\.|::1$)/.test(e.facts.client.address) ? permit : dunno) },
  permit_sasl_authenticated: { judge: (e) => (e.facts.saslUsername === undefined ? dunno : permit) },
  reject_unknown_client_hostname: {
    judge: (e) => {
      const { name, nameStatus } = e.facts.client;
      if (name !== "unknown") return dunno;
      const code = nameStatus === "permanent" ? e.policy.int("unknown_client_reject_code") : 450;
      return reject(code, "4.7.25", `Client host rejected: cannot find your hostname, ${clientText(e)}`);
    },
  },
  reject_unknown_reverse_client_hostname: {
    judge: (e) => {
      const { reverseName, reverseNameStatus } = e.facts.client;
      if (reverseName !== "unknown") return dunno;
      const code = reverseNameStatus === "permanent" ? e.policy.int("unknown_client_reject_code") : 450;
      return reject(code, "4.7.1", `Client host rejected: cannot find your reverse hostname, ${clientText(e)}`);
    },
  },
  check_client_access: {
    argument: "table",
    judge: (e, table) => {
      const { name, address } = e.facts.client;
      const keys = [...domainAccessKeys(name, e.accessMapsMatchSubdomains), ...addressAccessKeys(address)];
      return e.access(table, keys, `${name}[${address}]`, "Client host");
    },
  },
  check_reverse_client_hostname_access: {
    argument: "table",
    judge: (e, table) =>
      e.access(table, domainAccessKeys(e.facts.client.reverseName, e.accessMapsMatchSubdomains), e.facts.client.reverseName, "Client host"),
  },
  reject_rbl_client: { argument: "domain", judge: (e, list) => askBlockList(e, list, "client") },
  reject_rhsbl_client: {
    argument: "domain",
    judge: (e, list) => askDomainList(e, list, e.facts.client.name, e.facts.client.name, "Client host"),
  },
  reject_rhsbl_reverse_client: {
    argument: "domain",
    judge: (e, list) => askDomainList(e, list, e.facts.client.reverseName, e.facts.client.reverseName, "Client host"),
  },
  permit_dnswl_client: {
    argument: "domain",
    judge: async (e, list) => ((await askBlockList(e, list, "welcome")).verdict === "reject" ? permit : dunno),
  },
};

/** Restrictions about HELO do nothing where the client sent none. */
const helo: Readonly<Record<string, Restriction>> = {
  reject_invalid_helo_hostname: { judge: (e) => withHelo(e, (name) => invalidHelo(e, name)) },
  reject_non_fqdn_helo_hostname: {
    judge: (e) =>
      withHelo(e, (name) => {
        const bare = name.replace(/\.$/, "");
        if (name.startsWith("[")) return invalidHelo(e, name);
        const good = isHostName(bare) && bare.includes(".");
        return good
          ? dunno
          : reject(e.policy.int("non_fqdn_reject_code"), "5.5.2", `<${name}>: Helo command rejected: need fully-qualified hostname`);
      }),
  },
  reject_unknown_helo_hostname: {
    judge: (e) =>
      withHelo(e, async (name) => {
        if (name.startsWith("[")) return invalidHelo(e, name);
        const found = await e.lookups.hostName(name);
        const text = `<${name}>: Helo command rejected: Host not found`;
        if (found === "temporary") return e.deferIfPermit(reject(450, "4.7.1", text));
        return found === "found" ? dunno : reject(e.policy.int("unknown_hostname_reject_code"), "4.7.1", text);
      }),
  },
  check_helo_access: {
    argument: "table",
    judge: (e, table) => withHelo(e, (name) => e.access(table, domainAccessKeys(name, e.accessMapsMatchSubdomains), name, "Helo command")),
  },
  reject_rhsbl_helo: { argument: "domain", judge: (e, list) => withHelo(e, (name) => askDomainList(e, list, name, name, "Helo command")) },
};

function withHelo(e: Evaluation, judge: (name: string) => Verdict | Promise<Verdict>): Verdict | Promise<Verdict> {
  return e.facts.helo === undefined ? dunno : judge(e.facts.helo);
}

function invalidHelo(e: Evaluation, name: string): Verdict {
  const code = e.policy.int("invalid_hostname_reject_code");
  if (name.startsWith("[")) {
    return addressLiteral(name) === undefined ? reject(code, "5.5.2", `<${name}>: Helo command rejected: invalid ip address`) : dunno;
  }
  const bare = name.replace(/\.$/, "");
  const valid = isHostName(bare) || ipaddr.IPv4.isValidFourPartDecimal(bare) || ipaddr.IPv6.isValid(bare);
  return valid ? dunno : reject(code, "5.5.2", `<${name}>: Helo command rejected: Invalid name`);
}

/** Restrictions about an address do nothing before it is known, nor for the null sender. */
function addressRestrictions(
  side: "sender" | "recipient",
  replyClass: ReplyClass,
  statuses: { readonly unknown: string; readonly nullMx: readonly [number, string] },
): Readonly<Record<string, Restriction>> {
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

const relaying: Readonly<Record<string, Restriction>> = {
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
const logins: Readonly<Record<string, Restriction>> = {
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

async function askBlockList(e: Evaluation, list: string, purpose: "client" | "welcome"): Promise<Verdict> {
  const { zone, filter } = parseBlockList(list);
  const { address } = e.facts.client;
  const answer = await e.askList(`${reversedAddress(address)}.${zone}`);
  if (answer === undefined || !filterMatches(filter, answer.addresses)) return dunno;
  return purpose === "welcome" ? reject(554, "5.7.1", "") : listed(e, zone, address, "Client host", answer.text);
}

async function askDomainList(e: Evaluation, list: string, domain: string, what: string, replyClass: ReplyClass): Promise<Verdict> {
  if (domain === "unknown" || domain.startsWith("[")) return dunno;
  const { zone, filter } = parseBlockList(list);
  const answer = await e.askList(`${domain}.${zone}`);
  return answer === undefined || !filterMatches(filter, answer.addresses) ? dunno : listed(e, zone, what, replyClass, answer.text);
}

function listed(e: Evaluation, zone: string, what: string, replyClass: ReplyClass, text: string | undefined): Verdict {
  const maps = e.policy.list("rbl_reply_maps");
  const own = maps.map((name) => e.table(name).lookup(zone)).find((result) => result !== undefined && !isFailure(result));
  const template = typeof own === "string" ? own : (e.policy.raw("default_rbl_reply") ?? "");
  const code = e.policy.int("maps_rbl_reject_code");
  const reply = blockListReply(template, { code, what, replyClass, zone, ...(text === undefined ? {} : { text }) });
  const [, given, status = "5.7.1", rest = reply] = /^(\d{3})\s+([245]\.\d+\.\d+)?\s*(.*)$/s.exec(reply) ?? [];
  return reject(Number(given ?? code), fitStatus(status, replyClass), rest);
}

async function askPolicyService(e: Evaluation, service: string): Promise<Verdict> {
  const answer = await e.lookups.policyService?.(service, e.facts);
  if (answer === undefined) return e.refuse(451, "4.3.5", "Server configuration problem");
  return e.carryOut(answer, e.subject.name, e.subject.replyClass, `policy service ${service}`);
}

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
    ...general,
    ...client,
    ...helo,
    ...addressRestrictions("sender", "Sender address", { unknown: "4.1.8", nullMx: [550, "5.7.27"] }),
    ...addressRestrictions("recipient", "Recipient address", { unknown: "4.1.2", nullMx: [556, "5.1.10"] }),
    ...relaying,
    ...logins,
  }).flatMap(([name, restriction]) => [name, ...(olderNames[name] ?? [])].map((known) => [known, restriction] as const)),
);
