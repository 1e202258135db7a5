import { isTroubled } from "../../../../../daemons/postfix/tables/maps.ts";
import { connectTcp, connectUnix, SmtpConnection } from "../../../smtp/connection.ts";
import { errorText } from "../../../wire/error-text.ts";
import { NetworkError, type VirtualSocket } from "../../../wire/network-stack.ts";
import type { Delivery } from "../delivery.ts";
import type { MailSystem } from "../mail-system.ts";
import type { QueueRecipient } from "../queue-file.ts";
import { type Destination, parseDestination } from "./destination.ts";
import { greet } from "./greeting.ts";
import { hostsByName, type LookUp, type MailHost, mailHostsOf, type Unroutable } from "./mail-hosts.ts";
import { dsnOf, type Protocol, quoted, type Session, type StepTimeouts, type Trouble, transact } from "./transaction.ts";

/** smtp(8) and lmtp(8): finds the hosts of a next hop, tries them in turn, and hands the message over. */
export async function deliverBySmtp(delivery: Delivery, system: MailSystem, protocol: Protocol): Promise<void> {
  await new SmtpAgent(delivery, system, protocol).run();
}

class SmtpAgent {
  readonly #delivery: Delivery;
  readonly #system: MailSystem;
  readonly #protocol: Protocol;
  /** Why the last host could not be used. */
  #why: Unroutable | undefined;
  /** Recipients that the present host put off and the next one may take. */
  readonly #prefix: string;

  constructor(delivery: Delivery, system: MailSystem, protocol: Protocol) {
    this.#delivery = delivery;
    this.#system = system;
    this.#protocol = protocol;
    this.#prefix = protocol;
  }

  async run(): Promise<void> {
    const { request } = this.#delivery;
    const policy = this.#policy();
    const reused = await this.#overKeptConnection();
    if (reused && this.#delivery.pending().length === 0) return;
    const fallbacks = this.#protocol === "smtp" ? policy.list("smtp_fallback_relay") : [];
    const sites = [...request.nexthop.split(/[\s,]+/).filter((site) => site !== ""), ...fallbacks];
    for (const [index, site] of sites.entries()) {
      if (this.#delivery.pending().length === 0) return;
      await this.#trySite(parseDestination(site, this.#protocol === "lmtp" ? 24 : 25), index === sites.length - 1);
      if (this.#why?.dsn.slice(1) === ".4.6") break;
    }
    this.#failRest(sites);
  }

  #policy(): ReturnType<MailSystem["policyOf"]> {
    return this.#system.policyOf(this.#delivery.request.transport);
  }

  async #overKeptConnection(): Promise<boolean> {
    const { request } = this.#delivery;
    const session = this.#system.sessions.take(`${request.transport}/${request.nexthop}`);
    if (session === undefined) return false;
    this.#delivery.setUp();
    await this.#transfer(session, false, request.nexthop);
    return true;
  }

  async #trySite(destination: Destination, lastSite: boolean): Promise<void> {
    const hosts = await this.#hostsOf(destination);
    if (hosts === undefined) return;
    const policy = this.#policy();
    const addressLimit = policy.int(`${this.#prefix}_mx_address_limit`) || Number.POSITIVE_INFINITY;
    const sessionLimit = policy.int(`${this.#prefix}_mx_session_limit`) || Number.POSITIVE_INFINITY;
    const candidates = hosts.list.slice(0, addressLimit);
    let sessions = 0;
    for (const [index, host] of candidates.entries()) {
      if (this.#delivery.pending().length === 0) return;
      const socket = await this.#connect(host, destination);
      if (socket === undefined) continue;
      sessions += 1;
      const last = sessions >= sessionLimit || index === candidates.length - 1;
      await this.#talk(socket, host, destination, { last: last && lastSite, best: host.preference === hosts.best });
      if (last) return;
    }
  }

  async #hostsOf(destination: Destination): Promise<{ readonly list: readonly MailHost[]; readonly best: number } | undefined> {
    if (destination.socketPath !== undefined) {
      return { list: [{ name: this.#policy().get("myhostname"), address: destination.socketPath, preference: 0 }], best: 0 };
    }
    const lookUp = this.#lookUp(destination);
    const useMx = destination.useMx && this.#protocol === "smtp" && !this.#policy().bool("disable_dns_lookups");
    const found = await (useMx ? mailHostsOf : hostsByName)(destination.host, lookUp);
    for (const warning of found.warnings) this.#delivery.warn(warning);
    if (found.failure !== undefined) {
      this.#why = found.failure;
      return undefined;
    }
    return { list: found.hosts, best: found.bestPreference };
  }

  #lookUp(destination: Destination): LookUp {
    const { dns, machine } = this.#system;
    const policy = this.#policy();
    return {
      query: (name, type) => dns.query(name, type),
      random: machine.random,
      isOwnAddress: (address) => this.#system.isOwnAddress(address),
      detectLoops: this.#protocol === "smtp" && destination.port === 25,
      shuffle: policy.bool(`${this.#prefix}_randomize_addresses`),
      deferWithoutAddress: policy.bool("smtp_defer_if_no_mx_address_found"),
      ignoreMxFailure: policy.bool("ignore_mx_lookup_error"),
    };
  }

  async #connect(host: MailHost, destination: Destination): Promise<VirtualSocket | undefined> {
    const { net } = this.#system.machine;
    const policy = this.#policy();
    const port = destination.socketPath === undefined ? `:${destination.port}` : "";
    try {
      if (destination.socketPath !== undefined) return await connectUnix(net, this.#socketPath(destination.socketPath));
      const timeoutMs = policy.timeMs(`${this.#prefix}_connect_timeout`);
      const localAddress = policy.get(`${this.#prefix}_bind_address`);
      return await connectTcp(net, {
        address: host.address,
        port: destination.port,
        ...(timeoutMs > 0 && { timeoutMs }),
        ...(localAddress !== "" && { localAddress }),
      });
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      const text = `connect to ${host.name}[${host.address}]${port}: ${errorText[error.code]}`;
      this.#why = { dsn: "4.4.1", text };
      // Nothing is said about a Unix-domain socket: there is no other host to try.
      if (destination.socketPath === undefined) this.#delivery.remark(text);
      return undefined;
    }
  }

  /** Relative to the queue directory, as unix: endpoints are. */
  #socketPath(path: string): string {
    return path.startsWith("/") ? path : `${this.#system.queue.directory}/${path}`;
  }

  async #talk(
    socket: VirtualSocket,
    host: MailHost,
    destination: Destination,
    place: { readonly last: boolean; readonly best: boolean },
  ): Promise<void> {
    const connection = new SmtpConnection(socket, this.#system.machine.clock, "latin1");
    const peer = `${host.name}[${host.address}]`;
    const relay = destination.socketPath === undefined ? `${peer}:${destination.port}` : peer;
    const policy = this.#policy();
    const heloName = policy.get(this.#protocol === "lmtp" ? "lmtp_lhlo_name" : "smtp_helo_name");
    const context = {
      protocol: this.#protocol,
      peer,
      heloName,
      timeouts: this.#timeouts(),
      skip5xxGreeting: policy.bool(`${this.#prefix}_skip_5xx_greeting`),
    };
    const greeted = await greet(connection, context);
    if ("dsn" in greeted) {
      this.#delivery.setUp();
      this.#putOff(greeted, relay, host, place.last);
      connection.close();
      return;
    }
    if (greeted.features.has("SMTPUTF8") && !greeted.features.has("8BITMIME"))
      this.#delivery.remark(`host ${peer} offers SMTPUTF8 support, but not 8BITMIME`);
    const looped = this.#loopsBack(greeted, destination, relay, place.best);
    if (looped !== undefined) {
      this.#delivery.setUp();
      this.#putOff(looped, relay, host, place.last);
      connection.send("QUIT");
      connection.close();
      return;
    }
    const unauthenticated = this.#authenticate(greeted.features, host, destination, peer);
    if (unauthenticated !== undefined) {
      this.#delivery.setUp();
      this.#putOff(unauthenticated, relay, host, place.last);
      connection.send("QUIT");
      connection.close();
      return;
    }
    this.#delivery.setUp();
    const session: Session = { connection, protocol: this.#protocol, peer, relay, features: greeted.features, uses: 0 };
    await this.#transfer(session, place.last, host.name);
  }

  /**
   * Logs in where main.cf has a password for the server and the server wants one. Cyrus SASL has no mechanism in Debian's Postfix
   * without libsasl2-modules, whatever the server offers and the password is.
   * @returns why it cannot
   */
  #authenticate(features: ReadonlyMap<string, string>, host: MailHost, destination: Destination, peer: string): Trouble | undefined {
    if (this.#protocol !== "smtp" || !this.#policy().bool("smtp_sasl_auth_enable") || !features.has("AUTH")) return undefined;
    const { tables } = this.#system;
    const found = tables.find("smtp_sasl_password_maps", host.name) ?? tables.find("smtp_sasl_password_maps", destination.text);
    if (found === undefined || isTroubled(found)) return undefined;
    this.#delivery.warn("SASL authentication failure: No worthy mechs found");
    const text = `SASL authentication failed; cannot authenticate to server ${peer}: no mechanism available`;
    return { dsn: "4.7.0", text, throttles: true };
  }

  /** A server that calls itself what we call ourselves: mail would go round (`host ... greeted me with my own hostname`). */
  #loopsBack(
    greeted: { readonly greetingName: string; readonly heloReplyName: string },
    destination: Destination,
    relay: string,
    best: boolean,
  ): Trouble | undefined {
    if (this.#protocol !== "smtp" || destination.port !== 25) return undefined;
    const own = this.#policy().get("myhostname").toLowerCase();
    if (greeted.greetingName.toLowerCase() === own) {
      this.#delivery.warn(`host ${relay} greeted me with my own hostname ${own}`);
    }
    if (greeted.heloReplyName.toLowerCase() !== own) return undefined;
    this.#delivery.warn(`host ${relay} replied to HELO/EHLO with my own hostname ${own}`);
    const dsn = best ? "5.4.6" : "4.4.6";
    return { dsn, text: `mail for ${this.#delivery.request.nexthop} loops back to myself`, throttles: true };
  }

  async #transfer(session: Session, last: boolean, remoteHost: string): Promise<void> {
    const { request } = this.#delivery;
    session.uses += 1;
    const keep = request.keepConnection && this.#policy().bool(`${this.#prefix}_connection_cache_on_demand`);
    const noted = new Set<Trouble>();
    const reusable = await transact(
      session,
      request.message,
      this.#delivery.pending(),
      { timeouts: this.#timeouts(), lineLength: this.#policy().int(`${this.#prefix}_line_length_limit`), quit: !keep },
      {
        accepted: (recipient, reply) =>
          this.#delivery.sent(recipient, {
            relay: session.relay,
            dsn: dsnOf(reply),
            text: quoted(reply),
            reply: quoted(reply),
            remoteHost,
            connectionUse: session.uses,
            reportsItself: session.features.has("DSN"),
          }),
        refused: (recipient, trouble) => {
          if (last || !this.#isSoft(trouble)) this.#fail(recipient, trouble, session, remoteHost);
          else if (!noted.has(trouble)) this.#noteOnly(trouble);
          noted.add(trouble);
        },
        brokenLine: (limit) => this.#delivery.note(`breaking line > ${limit} bytes with <CR><LF>SPACE`),
      },
    );
    if (reusable) this.#system.sessions.keep(`${request.transport}/${request.nexthop}`, session);
    else if (this.#protocol === "lmtp" && session.connection.open) await this.#quitPolitely(session);
    else session.connection.close();
  }

  /** `lmtp_skip_quit_response = no`: LMTP waits for the answer to QUIT. */
  async #quitPolitely(session: Session): Promise<void> {
    session.connection.send("QUIT");
    session.connection.close();
  }

  /** A soft refusal is only noted while another host may take the mail; else it is the recipient's fate. */
  #isSoft(trouble: Trouble): boolean {
    return trouble.dsn.startsWith("4") || this.#delivery.softBounce;
  }

  #noteOnly(trouble: Trouble): void {
    this.#delivery.note(trouble.text);
    this.#why = trouble;
  }

  #fail(recipient: QueueRecipient, trouble: Trouble, session: Session, remoteHost: string): void {
    if (trouble.throttles && trouble.dsn.startsWith("4")) this.#delivery.hopTrouble ??= trouble;
    const reply = trouble.reply === undefined ? {} : { reply: trouble.reply, remoteHost };
    this.#delivery.failed(recipient, { relay: session.relay, dsn: trouble.dsn, text: trouble.text, ...reply });
  }

  /** The whole host is in trouble before any recipient was named. */
  #putOff(trouble: Trouble, relay: string, host: MailHost, last: boolean): void {
    if (this.#isSoft(trouble) && !last) {
      this.#noteOnly(trouble);
      return;
    }
    if (trouble.dsn.startsWith("4")) this.#delivery.hopTrouble ??= trouble;
    const reply = trouble.reply === undefined ? {} : { reply: trouble.reply, remoteHost: host.name };
    for (const recipient of this.#delivery.pending()) {
      this.#delivery.failed(recipient, { relay, dsn: trouble.dsn, text: trouble.text, ...reply });
    }
  }

  /** No host could be tried, or none would take the mail. */
  #failRest(sites: readonly string[]): void {
    const rest = this.#delivery.pending();
    if (rest.length === 0) return;
    let why = this.#why ?? { dsn: "4.3.0", text: "server unavailable or unable to receive mail" };
    const relayhost = this.#system.policy.get("relayhost");
    if (why.dsn.startsWith("5") && relayhost !== "" && sites[0]?.toLowerCase() === relayhost.toLowerCase()) {
      this.#delivery.warn("relayhost configuration problem");
      why = { ...why, dsn: "4.3.5" };
    }
    this.#delivery.setUp();
    if (why.dsn.startsWith("4")) this.#delivery.hopTrouble ??= why;
    for (const recipient of rest) this.#delivery.failed(recipient, { relay: "none", dsn: why.dsn, text: why.text });
  }

  #timeouts(): StepTimeouts {
    const policy = this.#policy();
    const step = (name: string): number => policy.timeMs(`${this.#prefix}_${name}_timeout`);
    const helo = step(this.#protocol === "lmtp" ? "lhlo" : "helo");
    return {
      greeting: helo,
      helo,
      mail: step("mail"),
      rcpt: step("rcpt"),
      data: step("data_init"),
      transfer: step("data_xfer"),
      done: step("data_done"),
    };
  }
}
