import ipaddr from "ipaddr.js";
import { addressLiteral, isHostName } from "../../../mail/host-name.ts";
import { addressAccessKeys, domainAccessKeys } from "./access.ts";
import { askBlockList, askDomainList } from "./block-list-question.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Restrictions } from "./restriction.ts";
import { dunno, permit, reject, type Verdict } from "./verdict.ts";

const clientText = (evaluation: Evaluation): string => `[${evaluation.facts.client.address}]`;

/** `permit`, `reject` and what only looks at the session. */
export const generalRestrictions: Restrictions = {
  permit: { judge: () => permit },
  reject: { judge: (e) => e.refuse(e.policy.int("reject_code"), "5.7.1", "Access denied") },
  defer: { judge: (e) => e.refuse(e.policy.int("defer_code"), "4.3.2", "Try again later") },
  defer_if_permit: { judge: (e) => e.deferIfPermit(e.refuse(450, "4.7.0", "defer_if_permit requested")) },
  reject_plaintext_session: {
    judge: (e) => (e.facts.encrypted ? dunno : reject(e.policy.int("plaintext_reject_code"), "5.7.1", "Session encryption is required")),
  },
  reject_unauth_pipelining: {
    judge: (e) => (e.facts.unauthorisedPipelining ? e.refuse(503, "5.5.0", "Improper use of SMTP command pipelining") : dunno),
  },
  check_policy_service: { argument: "service", judge: askPolicyService },
};

async function askPolicyService(e: Evaluation, service: string): Promise<Verdict> {
  const answer = await e.lookups.policyService?.(service, e.facts);
  if (answer === undefined) return e.refuse(451, "4.3.5", "Server configuration problem");
  return e.carryOut(answer, e.subject.name, e.subject.replyClass, `policy service ${service}`);
}

/** About the client: its name, address, networks and listings. */
export const clientRestrictions: Restrictions = {
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
export const heloRestrictions: Restrictions = {
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
