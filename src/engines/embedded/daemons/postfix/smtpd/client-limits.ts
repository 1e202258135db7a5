import type { ClientSession } from "./client-session.ts";
import type { SmtpdServer } from "./service.ts";

/** What one client may do within a minute, as anvil(8) counts it. Clients of `$mynetworks` may do as they like. */
export class ClientLimits {
  readonly #session: ClientSession;
  readonly #smtpd: SmtpdServer;
  readonly #anvilKey: string;

  constructor(session: ClientSession, smtpd: SmtpdServer) {
    this.#session = session;
    this.#smtpd = smtpd;
    this.#anvilKey = `${smtpd.service.name}:${session.link.remoteAddress}`;
  }

  /** One connection more. @returns how it is refused, when there are too many */
  tooManyConnections(): { readonly reply: string; readonly warning: string } | undefined {
    const { count, rate } = this.#smtpd.anvil.connected(this.#anvilKey);
    if (this.#isExempt()) return undefined;
    const { policy, client, peerText } = this.#session;
    const countLimit = policy.int("smtpd_client_connection_count_limit");
    const rateLimit = policy.int("smtpd_client_connection_rate_limit");
    const what =
      countLimit > 0 && count > countLimit
        ? `concurrency limit exceeded: ${count}`
        : rateLimit > 0 && rate > rateLimit
          ? `rate limit exceeded: ${rate}`
          : undefined;
    if (what === undefined) return undefined;
    return {
      reply: `421 4.7.0 ${policy.get("myhostname")} Error: too many connections from ${client.address}`,
      warning: `Connection ${what} from ${peerText} for service ${this.#smtpd.service.name}`,
    };
  }

  disconnected(): void {
    this.#smtpd.anvil.disconnected(this.#anvilKey);
  }

  /** One RCPT command more. @returns false when there are too many */
  countRecipient(): boolean {
    const rate = this.#smtpd.anvil.recipient(this.#anvilKey);
    return this.#isWithin("smtpd_client_recipient_rate_limit", rate, "Recipient address");
  }

  /** One MAIL command more. @returns false when there are too many */
  countMessage(): boolean {
    const rate = this.#smtpd.anvil.message(this.#anvilKey);
    return this.#isWithin("smtpd_client_message_rate_limit", rate, "Message delivery request");
  }

  #isWithin(parameter: string, rate: number, what: string): boolean {
    const limit = this.#session.policy.int(parameter);
    if (limit === 0 || rate <= limit || this.#isExempt()) return true;
    this.#session.warn(`${what} rate limit exceeded: ${rate} from ${this.#session.peerText} for service ${this.#smtpd.service.name}`);
    return false;
  }

  #isExempt(): boolean {
    const { client } = this.#session;
    return this.#smtpd.restrictions.isMyNetwork(client.name, client.address);
  }
}
