import type { PostfixPolicy } from "../../../../../daemons/postfix/policy.ts";
import type { RestrictionContext } from "../../../../../daemons/postfix/restrictions/facts.ts";
import type { Anvil } from "../anvil.ts";
import type { MailSystem } from "../mail-system.ts";
import type { Worker } from "../processes.ts";
import type { DovecotAuth } from "./dovecot-auth.ts";

/** One `smtpd` line of master.cf. */
export interface SmtpdService {
  /** Its name there: `smtp`, `submission`. */
  readonly name: string;
  readonly policy: PostfixPolicy;
}

/** What every session of one listener has from the server that accepted its client. */
export interface SmtpdServer {
  readonly system: MailSystem;
  readonly service: SmtpdService;
  readonly anvil: Anvil;
  /** The connection of a process to the auth socket, or why there is none. It outlives the client. */
  authProcess(worker: Worker): Promise<DovecotAuth | string>;
  /** A process ended with exit status 1; master must know. */
  died(worker: Worker): void;
  /** What does not depend on the client. */
  readonly restrictions: Omit<RestrictionContext, "lookups">;
}
