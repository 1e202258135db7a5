import type { PostfixPolicy } from "../policy.ts";
import type { Resolved, Resolver } from "../resolve.ts";
import { isTroubled, type TroubledLookup } from "../tables/maps.ts";
import type { LookupTable } from "../tables/table.ts";
import { type AccessKeys, findAccess } from "./access.ts";
import { type AccessAction, readAction } from "./access-action.ts";
import type { RestrictionContext, SessionFacts, SessionLookups } from "./facts.ts";
import { type Act, dunno, fitStatus, permit, type Reject, type ReplyClass, reject, type Verdict } from "./verdict.ts";

/** Who a list of restrictions is about, in the words of its replies: `<nosuch>: Helo command rejected: ...`. */
export interface Subject {
  readonly name: string;
  readonly replyClass: ReplyClass;
}

/**
 * One decision under way: the facts, the means to judge them, and what has come up so far. It lives for one SMTP command (with
 * `smtpd_delay_reject` that is RCPT TO, which runs the lists of the earlier commands too).
 */
export class Evaluation {
  readonly facts: SessionFacts;
  readonly policy: PostfixPolicy;
  readonly lookups: SessionLookups;
  readonly accessMapsMatchSubdomains: boolean;
  /** Warnings that smtpd logs, oldest first. */
  readonly warnings: string[] = [];
  readonly acts: Act[] = [];
  subject: Subject = { name: "", replyClass: "Client host" };
  /** The first temporary trouble that must not end in acceptance. */
  deferral: Reject | undefined;
  /** An access table of this list asked for it: what the list would refuse is put off instead. */
  insteadOfReject: Reject | undefined;
  /** What smtpd logs without a level, oldest first. */
  readonly remarks: string[] = [];
  recipientChecked = false;
  readonly #context: RestrictionContext;

  constructor(context: RestrictionContext, facts: SessionFacts) {
    this.#context = context;
    this.facts = facts;
    this.policy = context.policy;
    this.lookups = context.lookups;
    this.accessMapsMatchSubdomains = context.policy.list("parent_domain_matches_subdomains").includes("smtpd_access_maps");
  }

  get resolver(): Resolver {
    return this.#context.resolver;
  }

  isMyNetwork(name: string, address: string): boolean {
    return this.#context.isMyNetwork(name, address);
  }

  table(name: string): LookupTable {
    return this.#context.table(name);
  }

  resolve(address: string): Resolved | TroubledLookup {
    return this.resolver.resolve(this.resolver.rewrite(address));
  }

  /** `<subject>: Class rejected: text` */
  refuse(code: number, status: string, text: string): Reject {
    const { name, replyClass } = this.subject;
    return reject(code, status, `<${name}>: ${replyClass} rejected: ${text}`);
  }

  /** Remembers a refusal for the case that nothing else refuses. */
  deferIfPermit(refusal: Reject): Verdict {
    this.deferral ??= refusal;
    return dunno;
  }

  /** `451 4.3.0 <address>: Temporary lookup failure`, with the warnings of the tables. */
  lookupFailure(address: string, trouble: TroubledLookup): Reject {
    this.warnings.push(...trouble.warnings);
    return reject(451, "4.3.0", `<${address}>: Temporary lookup failure`);
  }

  /** Whether mail for the recipient may come in from anywhere; a refusal when the tables cannot tell. */
  isAuthorisedDestination(): boolean | Reject {
    const { recipient } = this.facts;
    if (recipient === undefined) return true;
    const resolved = this.resolve(recipient);
    if (isTroubled(resolved)) return reject(451, "4.3.0", `<${recipient}>: Temporary lookup failure`);
    if (resolved.routed && !this.policy.bool("allow_untrusted_routing")) return false;
    return resolved.addressClass !== "default";
  }

  /** Refuses an address that its class's tables do not hold. */
  unlisted(address: string, replyClass: ReplyClass): Verdict {
    if (replyClass === "Recipient address") this.recipientChecked = true;
    const verdict = this.#context.recipients(address);
    if ("warnings" in verdict) return this.lookupFailure(address, verdict);
    if (verdict.known) return dunno;
    const status = replyClass === "Sender address" ? "5.1.0" : verdict.status;
    return reject(verdict.code, status, `<${address}>: ${replyClass} rejected: ${verdict.text}`);
  }

  /** What an access table says about one of the keys. */
  access(table: string, keys: AccessKeys, name: string, replyClass: ReplyClass): Verdict | Promise<Verdict> {
    const found = findAccess(this.table(table), keys);
    if (found === undefined) return dunno;
    if (isTroubled(found)) {
      this.warnings.push(...found.warnings);
      return reject(451, "4.3.5", `<${name}>: ${replyClass} rejected: Server configuration error`);
    }
    return this.carryOut(found.value, name, replyClass, table);
  }

  /** Does what an access table or a policy service says. */
  carryOut(value: string, name: string, replyClass: ReplyClass, source: string): Verdict | Promise<Verdict> {
    return this.#apply(readAction(value), { name, replyClass }, source);
  }

  #apply(action: AccessAction, subject: Subject, source: string): Verdict | Promise<Verdict> {
    const { name, replyClass } = subject;
    const refuse = (code: number, status: string, text: string) =>
      reject(code, status, `<${name}>: ${replyClass} rejected: ${text || "Access denied"}`);
    switch (action.action) {
      case "permit":
        return permit;
      case "dunno":
        return dunno;
      case "reject":
        return refuse(
          action.code ?? this.policy.int("access_map_reject_code"),
          this.#fit(action.status ?? "5.7.1", replyClass),
          action.text,
        );
      case "defer":
        return refuse(
          action.code ?? this.policy.int("access_map_defer_code"),
          this.#fit(action.status ?? "4.7.1", replyClass),
          action.text,
        );
      case "defer-if-permit":
        return this.deferIfPermit(refuse(450, action.status ?? "4.7.1", action.text || "Service unavailable"));
      case "defer-if-reject":
        this.insteadOfReject ??= refuse(450, action.status ?? "4.7.1", action.text || "Service unavailable");
        return dunno;
      case "restrictions":
        return this.runNested(action.text.split(/[\s,]+/), source);
      case "act":
        this.acts.push({ verdict: "act", action: action.kind, argument: action.text, logText: actText(action.kind, action.text, subject) });
        return dunno;
    }
  }

  /** An address status that does not fit is changed, and that is logged. */
  #fit(status: string, replyClass: ReplyClass): string {
    const fitted = fitStatus(status, replyClass);
    if (fitted !== status) this.remarks.push(`mapping DSN status ${status} into ${replyClass} status ${fitted}`);
    return fitted;
  }

  /** Set by the evaluator: runs restrictions that an access table names. */
  runNested: (names: readonly string[], source: string) => Promise<Verdict> = async () => dunno;

  /** A name of a block list; undefined when it is not listed or cannot be asked. */
  async askList(name: string): Promise<{ readonly addresses: readonly string[]; readonly text?: string } | undefined> {
    const answer = await this.lookups.blockList(name);
    if (answer !== "temporary") return answer;
    const reason = `Host or domain name not found. Name service error for name=${name} type=A: Host not found, try again`;
    this.warnings.push(`${name}: RBL lookup error: ${reason}`);
    return undefined;
  }
}

/** `<joe@sender.test>: Sender address test`, `... triggers HOLD action`, `... triggers REDIRECT a@b`; warn and info say their text alone. */
function actText(kind: Act["action"], text: string, { name, replyClass }: Subject): string {
  if (kind === "warn" || kind === "info") return text;
  const own = kind === "hold" || kind === "discard";
  if (own && text !== "") return `<${name}>: ${replyClass} ${text}`;
  return `<${name}>: ${replyClass} triggers ${kind.toUpperCase()} ${own ? "action" : text}`;
}
