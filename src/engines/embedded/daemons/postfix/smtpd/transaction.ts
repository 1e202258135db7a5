import { quoteAddress } from "../../../../../mail/address.ts";
import { mailDate } from "../../../../../mail/message.ts";
import type { Peer } from "../../../../../world/event.ts";
import { type CleanupResult, contentFilterOf } from "../submission.ts";
import type { ClientSession, IncomingMessage } from "./client-session.ts";
import type { MailParameters, RcptParameters } from "./parameters.ts";

/** An accepted recipient. */
export interface AcceptedRecipient extends RcptParameters {
  readonly address: string;
}

/** From MAIL FROM to the end of the message: one message being handed over. */
export class Transaction implements IncomingMessage {
  readonly sender: string;
  readonly parameters: MailParameters;
  readonly recipients: AcceptedRecipient[] = [];
  /** Given with the first recipient that is accepted. */
  queueId: string | undefined;
  /** Message content is on its way. */
  receiving = false;
  /** BDAT: the chunks so far. */
  chunks: Buffer[] | undefined;
  /** Recipients refused beyond the limit. */
  overshoot = 0;
  /** Wishes of access tables: HOLD, DISCARD. */
  readonly wishes = new Set<"hold" | "discard">();
  readonly #session: ClientSession;
  readonly #arrivedAtMs: number;
  #createdAtMs = 0;

  constructor(session: ClientSession, sender: string, parameters: MailParameters) {
    this.#session = session;
    this.sender = sender;
    this.parameters = parameters;
    this.#arrivedAtMs = session.system.machine.clock.now();
  }

  accept(recipient: AcceptedRecipient): void {
    this.recipients.push(recipient);
    if (this.queueId !== undefined) return;
    this.#createdAtMs = this.#session.system.machine.clock.now();
    this.queueId = this.#session.system.newQueueId();
    const { system, worker, peer } = this.#session;
    system.log.write(worker, { event: "accepted", queueId: this.queueId, client: peer, ...this.#sasl(), ...this.#forwarded() });
  }

  /** Who has logged in, and whom the client names as the message's author (RFC 4954, AUTH=). */
  #sasl(): { readonly saslMethod?: string; readonly saslUsername?: string; readonly saslSender?: string } {
    const { saslSender } = this.parameters;
    const login = this.#session.sasl?.login;
    return {
      ...(login !== undefined && { saslMethod: login.method, saslUsername: login.username }),
      ...(saslSender !== undefined && { saslSender }),
    };
  }

  /** Whose mail a filter passes on (XFORWARD). */
  #forwarded(): { readonly originalQueueId?: string; readonly originalClient?: Peer } {
    const { forwarded } = this.#session;
    const { IDENT, NAME, ADDR } = forwarded ?? {};
    return {
      ...(IDENT !== undefined && { originalQueueId: IDENT }),
      ...(ADDR !== undefined && { originalClient: { name: NAME ?? "unknown", address: ADDR } }),
    };
  }

  /** The session ends or the client starts anew: nothing was queued. */
  abandon(): void {
    if (this.chunks !== undefined) this.logHeader(Buffer.concat(this.chunks));
    this.chunks = undefined;
  }

  /** Hands the message to cleanup(8). @param complete false when the client broke off: only its header is looked at */
  async submit(content: Buffer): Promise<CleanupResult> {
    const { system, filters, policy } = this.#session;
    const queueId = this.queueId ?? system.newQueueId();
    const received = Buffer.from(this.#receivedField(queueId), "latin1");
    return system.cleanup.accept({
      queueId,
      arrivedAtMs: this.#arrivedAtMs,
      createdAtMs: this.#createdAtMs,
      attributes: this.#attributes(queueId),
      sender: this.sender,
      recipients: this.recipients.map(({ address, notify, original }) => ({ address, notify, dsnOriginal: original })),
      content: Buffer.concat([received, content]),
      local: this.#isLocalClient(),
      utf8: this.parameters.utf8,
      ...(filters !== undefined && { filter: filters.ofMessage(this) }),
      expand: true,
      ...contentFilterOf(policy),
      ...(this.wishes.has("hold") && { hold: true }),
      ...(this.wishes.has("discard") && { discard: true }),
    });
  }

  /** The message's header as cleanup would log it, when the client broke off after it. */
  logHeader(content: Buffer): void {
    const { system } = this.#session;
    if (this.queueId !== undefined) system.cleanup.logUnfinished(this.queueId, content);
  }

  /** `local_header_rewrite_clients = permit_inet_interfaces`: clients on this host itself. */
  #isLocalClient(): boolean {
    const { system, client } = this.#session;
    return system.isOwnAddress(client.address);
  }

  #receivedField(queueId: string): string {
    const { policy, client, heloName, protocol, sasl } = this.#session;
    const address = client.address.includes(":") ? `IPv6:${client.address}` : client.address;
    const user = policy.bool("smtpd_sasl_authenticated_header") ? sasl?.login?.username : undefined;
    const authenticated = user === undefined ? "" : `\t(Authenticated sender: ${user})\n`;
    const with_ = `${protocol}${sasl?.login === undefined ? "" : "A"}`;
    const by = `${authenticated}\tby ${policy.get("myhostname")} (${policy.get("mail_name")}) with ${with_} id ${queueId}`;
    const date = mailDate(this.#arrivedAtMs);
    const [only, ...others] = this.recipients;
    const tail =
      only !== undefined && others.length === 0 ? `${by}\n\tfor <${quoteAddress(only.address)}>; ${date}\n` : `${by};\n\t${date}\n`;
    return `Received: from ${heloName ?? client.name} (${client.name} [${address}])\n${tail}`;
  }

  #attributes(queueId: string): readonly (readonly [string, string])[] {
    const { client, heloName, protocol, link, peerText } = this.#session;
    const { saslMethod, saslUsername, saslSender } = this.#sasl();
    const { ret, envelopeId, encoding } = this.parameters;
    const helo = heloName === undefined ? [] : [["helo_name", heloName] as const];
    return [
      ["log_ident", queueId],
      ["rewrite_context", this.#isLocalClient() ? "local" : "remote"],
      ...(saslMethod === undefined ? [] : [["sasl_method", saslMethod] as const]),
      ...(saslUsername === undefined ? [] : [["sasl_username", saslUsername] as const]),
      ...(saslSender === undefined ? [] : [["sasl_sender", saslSender] as const]),
      ...(envelopeId === undefined ? [] : [["envelope_id", envelopeId] as const]),
      ...(ret === undefined ? [] : [["ret_flags", String(ret)] as const]),
      ...(encoding === undefined ? [] : [["encoding", encoding] as const]),
      ["log_client_name", client.name],
      ["log_client_address", client.address],
      ["log_client_port", String(client.port)],
      ["log_message_origin", peerText],
      ...helo.map(([, value]) => ["log_helo_name", value] as const),
      ["log_protocol_name", protocol],
      ["client_name", client.name],
      ["reverse_client_name", client.reverseName],
      ["client_address", client.address],
      ["client_port", String(client.port)],
      ["server_address", link.localAddress],
      ["server_port", String(link.localPort)],
      ...helo,
      ["protocol_name", protocol],
      ["client_address_type", client.address.includes(":") ? "10" : "2"],
    ];
  }
}
