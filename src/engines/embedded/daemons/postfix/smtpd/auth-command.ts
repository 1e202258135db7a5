import { type Answer, bad, type Conversation, good } from "./conversation.ts";
import type { AuthReply, DovecotAuth } from "./dovecot-auth.ts";
import type { SaslSession } from "./sasl-session.ts";
import type { CommandToken } from "./tokens.ts";

const isBase64 = (text: string): boolean => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);

/** AUTH (RFC 4954). */
export async function auth(session: Conversation, tokens: readonly CommandToken[]): Promise<Answer> {
  const { policy, sasl } = session;
  if (policy.bool("smtpd_helo_required") && session.heloName === undefined) return bad("503 5.5.1 Error: send HELO/EHLO first");
  if (sasl === undefined) return bad("503 5.5.1 Error: authentication not enabled");
  if (session.transaction !== undefined) return bad("503 5.5.1 Error: MAIL transaction in progress");
  if (sasl.login !== undefined) return bad("503 5.5.1 Error: already authenticated");
  const [, mechanism, first, ...more] = tokens.map((token) => token.text);
  if (mechanism === undefined || more.length > 0) return bad("501 5.5.4 Syntax: AUTH mechanism");
  return new Authentication(session, sasl, mechanism).run(first);
}

/** One AUTH command: what the client and the auth process say in turn. */
class Authentication {
  readonly #session: Conversation;
  readonly #sasl: SaslSession;
  readonly #mechanism: string;

  constructor(session: Conversation, sasl: SaslSession, mechanism: string) {
    this.#session = session;
    this.#sasl = sasl;
    this.#mechanism = mechanism;
  }

  async run(first: string | undefined): Promise<Answer> {
    let reply = await this.#begin(first);
    while (reply.verdict === "more") {
      this.#session.say(`334 ${reply.challenge}`);
      const answer = await this.#session.link.readLine();
      if (answer === undefined) return { lines: [], good: false };
      this.#session.transcript.client(answer);
      if (answer === "*") return this.#aborted();
      reply = await this.#goOn(answer);
    }
    if (reply.verdict !== "done") return this.#failed(reply);
    this.#sasl.login = { method: this.#mechanism, username: reply.user };
    return good("235 2.7.0 Authentication successful");
  }

  async #begin(first: string | undefined): Promise<AuthReply> {
    const known = this.#sasl.mechanisms.some((name) => name.toLowerCase() === this.#mechanism.toLowerCase());
    if (!known) return { verdict: "fail", reason: "Invalid authentication mechanism" };
    // "=" is an answer that is there and empty.
    const answer = first === "=" ? "" : first;
    if (answer !== undefined && !isBase64(answer)) return { verdict: "fail", reason: "Invalid base64 data in initial response" };
    const { link } = this.#session;
    const details = [`lip=${link.localAddress}`, `rip=${link.remoteAddress}`, ...(answer === undefined ? [] : [`resp=${answer}`])];
    return this.#ask((process) => process.begin(this.#mechanism, details));
  }

  async #goOn(answer: string): Promise<AuthReply> {
    if (!isBase64(answer)) return { verdict: "fail", reason: "Invalid base64 data in continued response" };
    return this.#ask((process) => process.goOn(answer));
  }

  async #ask(question: (process: DovecotAuth) => Promise<AuthReply>): Promise<AuthReply> {
    const process = await this.#session.authProcess();
    if (process === undefined) return { verdict: "temporary", reason: "" };
    const reply = await question(process);
    if (reply.verdict !== "more") this.#sasl.user = reply.user;
    return reply;
  }

  #aborted(): Answer {
    this.#session.warn(`${this.#session.peerText}: SASL ${this.#mechanism} authentication aborted`);
    return bad("501 5.7.0 Authentication aborted");
  }

  #failed(reply: Extract<AuthReply, { readonly verdict: "fail" | "temporary" }>): Answer {
    const reason = reply.reason === "" ? "(reason unavailable)" : reply.reason;
    const user = this.#sasl.user ?? "(unavailable)";
    this.#session.warn(`${this.#session.peerText}: SASL ${this.#mechanism} authentication failed: ${reason}, sasl_username=${user}`);
    return bad(
      reply.verdict === "temporary"
        ? `454 4.7.0 Temporary authentication failure: ${reason}`
        : `535 5.7.8 Error: authentication failed: ${reason}`,
    );
  }
}
