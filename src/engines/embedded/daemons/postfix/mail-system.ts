import type { PostfixPolicy } from "../../../../daemons/postfix/policy.ts";
import type { StubResolver } from "../../dns/stub-resolver.ts";
import type { Machine } from "../../machine.ts";
import type { BounceService } from "./bounce.ts";
import type { Cleanup } from "./cleanup.ts";
import type { MailLog } from "./mail-log.ts";
import type { Processes } from "./processes.ts";
import type { Queue } from "./queue.ts";
import type { SessionCache } from "./smtp-client/session-cache.ts";
import type { Tables } from "./tables.ts";

/** What the cooperating programs of one running Postfix share: the host, the settings, the queue, the log and each other. */
export interface MailSystem {
  readonly machine: Machine;
  /** False once Postfix has ended: what is still under way then comes to nothing. */
  readonly running: boolean;
  /** main.cf and master.cf as they were when Postfix started or was reloaded last. */
  readonly policy: PostfixPolicy;
  readonly tables: Tables;
  readonly log: MailLog;
  readonly processes: Processes;
  readonly queue: Queue;
  readonly dns: StubResolver;
  readonly cleanup: Cleanup;
  readonly bounce: BounceService;
  readonly sessions: SessionCache;
  newQueueId(): string;
  /** A unique name for a file in a Maildir: `1795493274.V9fI190392M889144.mail.brook.example`. */
  newMaildirName(): string;
  /** A new message stands in `incoming`. */
  newMail(): void;
  /** ETRN and `postqueue -s`: mail for a domain is tried now. */
  flushDomain(domain: string): void;
  /** The policy of one delivery service's processes, its `-o` applied; main.cf's where master.cf has no such service. */
  policyOf(service: string): PostfixPolicy;
  /** True for an address at which this Postfix receives mail (`inet_interfaces`, `proxy_interfaces`). */
  isOwnAddress(address: string): boolean;
}
