import type { PostfixPolicy } from "../policy.ts";
import { isTableName } from "../tables/open-table.ts";
import { Evaluation, type Subject } from "./evaluation.ts";
import type { RestrictionContext, SessionFacts } from "./facts.ts";
import { restrictions } from "./handlers.ts";
import type { Restriction } from "./restriction.ts";
import { type Act, dunno, type Reject, reject, soften, type Verdict } from "./verdict.ts";

/** What smtpd decides at one command. */
export interface Decision {
  /** Absent when the command is accepted. */
  readonly reject?: Reject;
  /** What access tables ask for beside: hold, discard, redirect ..., in order. */
  readonly acts: readonly Act[];
  /** What smtpd logs as warnings before it answers. */
  readonly warnings: readonly string[];
  /** What it logs without a level: `mapping DSN status 5.1.1 into Sender address status 5.1.7`. */
  readonly remarks: readonly string[];
  /** `warn_if_reject`: replies that were not given; each is logged as `reject_warning`. */
  readonly spared: readonly Reject[];
}

/** The commands at which restrictions are looked at. */
export type Stage = "connect" | "helo" | "mail" | "rcpt" | "data" | "end-of-message";

/**
 * Decides one command by the smtpd_*_restrictions. With `smtpd_delay_reject` (the default) nothing is refused before RCPT TO,
 * which then runs the client, helo and sender lists first.
 */
export async function decide(context: RestrictionContext, facts: SessionFacts, stage: Stage): Promise<Decision> {
  const evaluation = new Evaluation(context, facts);
  const run = new Run(evaluation);
  const delayed = context.policy.bool("smtpd_delay_reject");
  const lists = listsAt(context.policy, stage, delayed);
  let refusal: Reject | undefined;
  for (const list of lists) {
    evaluation.subject = subjectOf(facts, list);
    evaluation.insteadOfReject = undefined;
    refusal = await run.list(context.policy.list(list));
    if (refusal !== undefined) refusal = evaluation.insteadOfReject ?? refusal;
    if (refusal !== undefined || evaluation.acts.some((act) => act.action === "discard")) break;
  }
  if (stage === (delayed ? "rcpt" : "mail")) refusal ??= unlistedSender(evaluation);
  if (stage === "rcpt") refusal ??= unlistedRecipient(evaluation);
  refusal ??= stage === "rcpt" || !delayed ? evaluation.deferral : undefined;
  const final = refusal !== undefined && context.policy.bool("soft_bounce") ? soften(refusal) : refusal;
  const { acts, warnings, remarks } = evaluation;
  return { ...(final === undefined ? {} : { reject: final }), acts, warnings, remarks, spared: run.spared };
}

const stageLists: Readonly<Record<Stage, readonly string[]>> = {
  connect: ["smtpd_client_restrictions"],
  helo: ["smtpd_helo_restrictions"],
  mail: ["smtpd_sender_restrictions"],
  rcpt: [],
  data: ["smtpd_data_restrictions"],
  "end-of-message": ["smtpd_end_of_data_restrictions"],
};

function listsAt(policy: PostfixPolicy, stage: Stage, delayed: boolean): readonly string[] {
  if (stage === "data" || stage === "end-of-message") return stageLists[stage];
  if (stage !== "rcpt") return delayed ? [] : stageLists[stage];
  const relayFirst = policy.bool("smtpd_relay_before_recipient_restrictions");
  const own = relayFirst
    ? ["smtpd_relay_restrictions", "smtpd_recipient_restrictions"]
    : ["smtpd_recipient_restrictions", "smtpd_relay_restrictions"];
  const earlier = delayed ? [...stageLists.connect, ...stageLists.helo, ...stageLists.mail] : [];
  return [...earlier, ...own];
}

function subjectOf(facts: SessionFacts, list: string): Subject {
  if (list.startsWith("smtpd_client")) return { name: `${facts.client.name}[${facts.client.address}]`, replyClass: "Client host" };
  if (list.startsWith("smtpd_helo")) return { name: facts.helo ?? "", replyClass: "Helo command" };
  if (list.startsWith("smtpd_sender")) return { name: facts.sender ?? "", replyClass: "Sender address" };
  if (list.startsWith("smtpd_data")) return { name: "DATA", replyClass: "Data command" };
  if (list.startsWith("smtpd_end")) return { name: "END-OF-MESSAGE", replyClass: "End-of-data" };
  return { name: facts.recipient ?? "", replyClass: "Recipient address" };
}

function unlistedSender(evaluation: Evaluation): Reject | undefined {
  const { sender } = evaluation.facts;
  if (sender === undefined || sender === "" || !evaluation.policy.bool("smtpd_reject_unlisted_sender")) return undefined;
  return rejection(evaluation.unlisted(sender, "Sender address"));
}

function unlistedRecipient(evaluation: Evaluation): Reject | undefined {
  const { recipient } = evaluation.facts;
  if (recipient === undefined || evaluation.recipientChecked || evaluation.acts.some((act) => act.action === "discard")) return undefined;
  // RFC 5321, 4.5.1: the postmaster without a domain is always there.
  if (recipient.toLowerCase() === "postmaster" || !evaluation.policy.bool("smtpd_reject_unlisted_recipient")) return undefined;
  return rejection(evaluation.unlisted(recipient, "Recipient address"));
}

function rejection(verdict: Verdict): Reject | undefined {
  return verdict.verdict === "reject" ? verdict : undefined;
}

/** Walks lists of restrictions. */
class Run {
  readonly spared: Reject[] = [];
  readonly #evaluation: Evaluation;

  constructor(evaluation: Evaluation) {
    this.#evaluation = evaluation;
    evaluation.runNested = (names) => this.#walk(names);
  }

  /** The refusal of a list, or undefined where it permits or has no opinion. */
  async list(members: readonly string[]): Promise<Reject | undefined> {
    return rejection(await this.#walk(members));
  }

  async #walk(members: readonly string[]): Promise<Verdict> {
    let sparing = false;
    const words = members.flatMap((member) =>
      /^\{.*\}$/s.test(member)
        ? member
            .slice(1, -1)
            .trim()
            .split(/[\s,]+/)
            .slice(0, 2)
        : [member],
    );
    for (let index = 0; index < words.length; index++) {
      const name = words[index] ?? "";
      if (name.toLowerCase() === "warn_if_reject") {
        sparing = true;
        continue;
      }
      const restriction = restrictions.get(name.toLowerCase());
      const verdict = restriction === undefined ? await this.#named(name) : await this.#judge(name, restriction, words[index + 1]);
      if (restriction?.argument !== undefined) index++;
      if (verdict.verdict === "reject" && sparing && verdict.softwareFault !== true) this.spared.push(verdict);
      else if (verdict.verdict === "permit" || verdict.verdict === "reject") return verdict;
      sparing = false;
    }
    return dunno;
  }

  async #judge(name: string, restriction: Restriction, argument: string | undefined): Promise<Verdict> {
    const evaluation = this.#evaluation;
    if (restriction.argument === "table" && (argument === undefined || !isTableName(argument))) {
      evaluation.warnings.push(`restriction ${name}: bad argument "${argument ?? name}": need maptype:mapname`);
      return configurationError();
    }
    if (restriction.argument !== undefined && argument === undefined) {
      evaluation.warnings.push(`restriction ${name} requires domain name argument`);
      return dunno;
    }
    return restriction.judge(evaluation, argument ?? "");
  }

  /** A table in the place of a restriction, a restriction class, or nothing that Postfix knows. */
  async #named(name: string): Promise<Verdict> {
    const evaluation = this.#evaluation;
    if (isTableName(name)) {
      const check = restrictions.get(implied[evaluation.subject.replyClass] ?? "");
      return check === undefined ? dunno : check.judge(evaluation, name);
    }
    if (evaluation.policy.list("smtpd_restriction_classes").includes(name)) return this.#walk(evaluation.policy.list(name));
    evaluation.warnings.push(`unknown smtpd restriction: "${name}"`);
    return configurationError();
  }
}

function configurationError(): Reject {
  return { ...reject(451, "4.3.5", "Server configuration error"), softwareFault: true };
}

/** What a bare table means in each list. */
const implied: Readonly<Record<string, string>> = {
  "Client host": "check_client_access",
  "Helo command": "check_helo_access",
  "Sender address": "check_sender_access",
  "Recipient address": "check_recipient_access",
};

/**
 * Why smtpd would not start: without a restriction that stops relaying it ends with this text.
 * @returns undefined when the lists hold at least one
 */
export function relayProtectionFault(policy: PostfixPolicy): string | undefined {
  const protections = [
    "reject_unauth_destination",
    "defer_unauth_destination",
    "reject",
    "defer",
    "defer_if_permit",
    "check_relay_domains",
  ];
  const members = [...policy.list("smtpd_relay_restrictions"), ...policy.list("smtpd_recipient_restrictions")].map((name) =>
    name.toLowerCase(),
  );
  if (members.some((name) => protections.includes(name))) return undefined;
  const last = protections[protections.length - 1];
  return `in parameter smtpd_relay_restrictions or smtpd_recipient_restrictions, specify at least one working instance of: ${protections.slice(0, -1).join(", ")} or ${last}`;
}

/** Restrictions of the policy that real Postfix knows and the simulation does not. */
export function unsimulatedRestrictions(policy: PostfixPolicy): readonly string[] {
  const lists = ["client", "helo", "sender", "relay", "recipient", "data", "end_of_data"].map((kind) =>
    policy.list(`smtpd_${kind}_restrictions`),
  );
  return [...new Set(lists.flat())].filter((name) => realButNotSimulated.has(name.toLowerCase()));
}

const realButNotSimulated: ReadonlySet<string> = new Set([
  "check_ccert_access",
  "check_client_a_access",
  "check_client_mx_access",
  "check_client_ns_access",
  "check_etrn_access",
  "check_helo_a_access",
  "check_helo_mx_access",
  "check_helo_ns_access",
  "check_recipient_a_access",
  "check_recipient_mx_access",
  "check_recipient_ns_access",
  "check_sasl_access",
  "check_sender_a_access",
  "check_sender_mx_access",
  "check_sender_ns_access",
  "defer_if_reject",
  "permit_mx_backup",
  "permit_naked_ip_address",
  "permit_rhswl_client",
  "permit_tls_all_clientcerts",
  "permit_tls_clientcerts",
  "reject_known_sender_login_mismatch",
  "reject_unverified_recipient",
  "reject_unverified_sender",
  "sleep",
]);
