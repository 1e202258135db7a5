import type { PostfixPolicy } from "../../../../../daemons/postfix/policy.ts";
import type { RestrictionContext } from "../../../../../daemons/postfix/restrictions/facts.ts";
import type { Anvil } from "../anvil.ts";
import type { MailSystem } from "../mail-system.ts";

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
  /** What does not depend on the client. */
  readonly restrictions: Omit<RestrictionContext, "lookups">;
}
