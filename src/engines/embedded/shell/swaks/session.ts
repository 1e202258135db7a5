import { createHmac } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { errorText } from "../../wire/error-text.ts";
import { NetworkError } from "../../wire/network-stack.ts";
import type { CommandCall } from "../command.ts";
import { addressOf, connectTo } from "../net/connect.ts";
import { asUtf8, Receiver } from "../net/receiver.ts";
import { cipherBits, cipherName, oneLineName, startTls } from "../net/tls.ts";
import { messageData } from "./message.ts";
import { type AuthPlan, SwaksExit, type SwaksPlan } from "./plan.ts";
import type { Transcript } from "./transcript.ts";

/** One exchange: what is sent, and what is hoped for. */
interface Exchange {
  /** Undefined: only a reply is awaited. */
  readonly send?: string;
  readonly expect: string;
  /** May wait for others when pipelining. */
  readonly defer?: boolean;
  readonly brief?: boolean;
  /** Shown instead of what is sent. */
  readonly show?: string;
  /** How the reply is shown. */
  readonly showReply?: (reply: string) => string;
  readonly onFailure?: () => Promise<void>;
}

/** One run of swaks against a server, step by step as the original goes (sendmail, transact). @throws SwaksExit */
export class SwaksSession {
  readonly #call: CommandCall;
  readonly #plan: SwaksPlan;
  readonly #transcript: Transcript;
  #link: Receiver | undefined;
  #waiting: Exchange[] = [];
  #offered = new Map<string, readonly string[]>();
  #lost = false;
  #quitSent = false;
  #allowLost = false;
  #dropBeforeRead = false;
  #refused = 0;

  constructor(call: CommandCall, plan: SwaksPlan, transcript: Transcript) {
    this.#call = call;
    this.#plan = plan;
    this.#transcript = transcript;
  }

  /** The whole of it; ends normally when the mail was sent. */
  async run(): Promise<void> {
    const plan = this.#plan;
    await this.#connect();
    if (plan.tls === "on-connect") {
      if (!(await this.#secure())) throw new SwaksExit(29);
      await this.#after("tls");
    }
    if (!(await this.#exchange({ expect: "220" }))) await this.#quitWith(21);
    await this.#after("connect");
    this.#before("first-helo");
    if (!(await this.#greet())) await this.#quitWith(22);
    await this.#after("first-helo");
    await this.#offerTls();
    await this.#after("tls");
    if (this.#transcript.secured && plan.tls !== "on-connect") {
      this.#before("helo");
      if (!(await this.#greet())) await this.#quitWith(32);
    }
    if (plan.dropAfterSend === "helo") this.#drop();
    await this.#after("helo");
    if (plan.auth !== undefined) await this.#authenticate(plan.auth);
    await this.#after("auth");
    await this.#sendMessage();
    if (!(await this.#quit())) await this.#quitWith(27);
    this.#close();
  }

  /** Breaks the connection off, whatever state it is in. */
  abandon(): void {
    this.#link?.stream.destroy();
  }

  async #connect(): Promise<void> {
    const { server, port, timeoutSeconds, localAddress } = this.#plan;
    const { machine, signal } = this.#call;
    this.#transcript.say("info", `Trying ${server}:${port}...`);
    const refuse = (why: string): never => {
      const local = localAddress === undefined ? "" : ` ${localAddress}`;
      this.#transcript.say("problem", `Error connecting${local} to ${server}:${port}:\n\tIO::Socket::INET: ${why}`);
      throw new SwaksExit(2);
    };
    const found = await addressOf(machine, server);
    if ("failure" in found) return refuse(`Bad hostname '${server}'`);
    const to = { address: found.address, port, timeoutMs: timeoutSeconds * 1000, ...(localAddress === undefined ? {} : { localAddress }) };
    const socket = await connectTo(machine, to, signal);
    if (socket === undefined) throw new SwaksExit(130);
    if (socket instanceof NetworkError) return refuse(`connect: ${socket.code === "ETIMEDOUT" ? "timeout" : errorText[socket.code]}`);
    this.#link = new Receiver(socket, machine.clock, signal);
    this.#transcript.say("info", `Connected to ${server}.`);
  }

  async #greet(): Promise<boolean> {
    const { protocol, helo } = this.#plan;
    this.#offered = new Map();
    if (protocol !== "smtp") {
      let reply = "";
      const listen = (text: string): string => {
        reply = text;
        return text;
      };
      if (await this.#exchange({ send: `${protocol === "lmtp" ? "LHLO" : "EHLO"} ${helo}`, expect: "250", showReply: listen })) {
        for (const line of reply.split("\n")) {
          const [keyword = "", ...words] = line
            .slice(4)
            .replace(/^AUTH=/, "AUTH ")
            .split(/\s+/);
          this.#offered.set(
            keyword.toUpperCase(),
            words.map((word) => word.toUpperCase()),
          );
        }
        return true;
      }
    }
    return protocol !== "lmtp" && (await this.#exchange({ send: `HELO ${helo}`, expect: "250" }));
  }

  async #offerTls(): Promise<void> {
    const { tls } = this.#plan;
    if (tls === "no" || tls === "on-connect") return;
    this.#before("tls");
    if (!this.#offered.has("STARTTLS")) {
      this.#transcript.say("problem", "Host did not advertise STARTTLS");
      if (tls === "required") await this.#quitWith(29);
      return;
    }
    if ((await this.#exchange({ send: "STARTTLS", expect: "220" })) && (await this.#secure())) return;
    this.#transcript.say("problem", "STARTTLS attempted but failed");
    if (tls !== "optional") throw new SwaksExit(29);
  }

  async #secure(): Promise<boolean> {
    const link = this.#demand();
    link.detach();
    const secured = await startTls(link.stream, this.#plan.tlsServerName === undefined ? {} : { serverName: this.#plan.tlsServerName });
    if (secured instanceof Error) {
      this.#transcript.say("problem", `TLS startup failed (connect(): ${secured.message})`);
      return false;
    }
    this.#link = new Receiver(secured, this.#call.machine.clock, this.#call.signal);
    this.#transcript.secured = true;
    this.#tellTls(secured);
    return true;
  }

  #tellTls(secured: TLSSocket): void {
    const cipher = cipherName(secured);
    this.#transcript.say("info", `TLS started with cipher ${secured.getProtocol()}:${cipher}:${cipherBits(cipher)}`);
    this.#transcript.say("info", "TLS no local certificate set");
    this.#transcript.say("info", `TLS peer DN="${oneLineName(secured.getPeerCertificate().subject)}"`);
  }

  async #authenticate(auth: AuthPlan): Promise<void> {
    this.#before("auth");
    const offered = this.#offered.get("AUTH");
    if (offered === undefined) {
      this.#transcript.say("problem", "Host did not advertise authentication");
      if (auth.need === "required") await this.#quitWith(28);
      return;
    }
    const types = auth.types.filter((type) => offered.includes(type));
    for (const type of types) if (await this.#tryAuth(auth, type)) return;
    if (types.length > 0) this.#transcript.say("problem", "No authentication type succeeded");
    else
      this.#transcript.say(
        "problem",
        auth.any ? "Auth not attempted, no advertised types available" : "Auth not attempted, requested type not available",
      );
    if (auth.need !== "optional") await this.#quitWith(28);
  }

  async #tryAuth({ user, password, plainText, hiddenPassword }: AuthPlan, type: string): Promise<boolean> {
    const shownPassword = hiddenPassword ?? password;
    const showReply = (reply: string): string =>
      plainText ? reply.replace(/^(334 )(\S+)/, (_, code: string, text: string) => code + decoded(text)) : reply;
    switch (type) {
      case "PLAIN": {
        const show = plainText ? `AUTH PLAIN \\0${user}\\0${shownPassword}` : `AUTH PLAIN ${encoded(`\0${user}\0${shownPassword}`)}`;
        return this.#exchange({ send: `AUTH PLAIN ${encoded(`\0${user}\0${password}`)}`, expect: "235", show });
      }
      case "LOGIN":
        return (
          (await this.#exchange({ send: "AUTH LOGIN", expect: "334", showReply })) &&
          (await this.#exchange({ send: encoded(user), expect: "334", show: plainText ? user : encoded(user), showReply })) &&
          (await this.#exchange({ send: encoded(password), expect: "235", show: plainText ? shownPassword : encoded(shownPassword) }))
        );
      default: {
        let challenge = "";
        const listen = (reply: string): string => {
          challenge = decoded(reply.slice(4));
          return showReply(reply);
        };
        if (!(await this.#exchange({ send: "AUTH CRAM-MD5", expect: "334", showReply: listen }))) return false;
        const answer = `${user} ${createHmac("md5", password).update(challenge).digest("hex")}`;
        return this.#exchange({ send: encoded(answer), expect: "235", show: plainText ? answer : encoded(answer) });
      }
    }
  }

  async #sendMessage(): Promise<void> {
    const plan = this.#plan;
    this.#before("mail");
    await this.#exchange({ send: `MAIL FROM:<${plan.from}>`, expect: "250", defer: true, onFailure: () => this.#quitWith(23) });
    await this.#after("mail");
    this.#before("rcpt");
    const recipients = plan.to.split(",");
    const onFailure = async (): Promise<void> => {
      if (++this.#refused === recipients.length) await this.#quitWith(24);
    };
    for (const recipient of recipients) await this.#exchange({ send: `RCPT TO:<${recipient}>`, expect: "250", defer: true, onFailure });
    await this.#after("rcpt");
    this.#before("data");
    if (!(await this.#exchange({ send: "DATA", expect: "354" }))) await this.#quitWith(25);
    if (plan.dropAfter === "data") this.#drop();
    this.#before("dot");
    let taken = await this.#exchange({ send: asUtf8(messageData(plan.message)), expect: "250", brief: plan.suppressData });
    if (plan.protocol === "lmtp") {
      for (let more = recipients.length - this.#refused - 1; more > 0; more--) taken = (await this.#exchange({ expect: "250" })) || taken;
    }
    if (!taken) await this.#quitWith(26);
    if (plan.dropAfter === "dot") this.#drop();
  }

  /** Sends what is due and reads the replies. @returns whether the last reply was the expected one */
  async #exchange(exchange: Exchange): Promise<boolean> {
    this.#waiting.push(exchange);
    if (exchange.defer === true && this.#plan.pipeline && this.#offered.has("PIPELINING")) return true;
    const due = this.#waiting;
    this.#waiting = [];
    let since = this.#call.machine.clock.now();
    for (const { send, show, brief } of due) {
      if (send === undefined) continue;
      this.#transcript.say("sent", show ?? send, brief);
      this.#demand().send(`${send}\r\n`);
    }
    if (this.#dropBeforeRead) this.#drop();
    let fulfilled = true;
    const failed: Exchange[] = [];
    for (const each of due) {
      const reply = await this.#reply();
      since = this.#tellTime(since);
      fulfilled = new RegExp(`^${each.expect} `, "m").test(reply);
      if (reply !== "") this.#transcript.say(fulfilled ? "received" : "rejected", each.showReply?.(reply) ?? reply);
      if (this.#lost) {
        if (this.#allowLost) return fulfilled;
        this.#disconnected(6);
      }
      if (!fulfilled) failed.push(each);
    }
    for (const { onFailure } of failed) await onFailure?.();
    return fulfilled;
  }

  async #reply(): Promise<string> {
    const seconds = this.#plan.timeoutSeconds;
    const { clock } = this.#call.machine;
    const endsAtMs = clock.now() + seconds * 1000;
    let text = "";
    while (!/^\d\d\d /m.test(text)) {
      const line = await this.#demand().readLine(Math.max(0, endsAtMs - clock.now()));
      if ("text" in line) text += asUtf8(line.text).replaceAll("\r", "");
      else if (line.ended === "interrupted") throw new SwaksExit(130);
      else if (line.ended === "timeout") return `Timeout (${seconds} secs) waiting for server response`;
      else {
        this.#lost = true;
        break;
      }
    }
    return text.replace(/\n$/, "");
  }

  #tellTime(since: number): number {
    const now = this.#call.machine.clock.now();
    const { timeLapse } = this.#plan;
    if (timeLapse === "hires") this.#transcript.say("info", `response in ${((now - since) / 1000).toFixed(3)}s`);
    if (timeLapse === "integer") this.#transcript.say("info", `response in ${Math.floor(now / 1000) - Math.floor(since / 1000)}s`);
    return now;
  }

  #before(stage: string): void {
    if (this.#plan.dropAfterSend === stage) this.#dropBeforeRead = true;
  }

  async #after(stage: string): Promise<void> {
    if (this.#plan.dropAfter === stage) this.#drop();
    if (this.#plan.quitAfter === stage) await this.#quitWith(0);
  }

  async #quit(): Promise<boolean> {
    if (this.#quitSent) return true;
    this.#quitSent = true;
    this.#allowLost = true;
    const answered = await this.#exchange({ send: "QUIT", expect: "221" });
    this.#allowLost = false;
    return answered;
  }

  async #quitWith(code: number): Promise<never> {
    if (!this.#quitSent) {
      await this.#quit();
      if (this.#lost) this.#disconnected(code === 0 ? 6 : code);
    }
    this.#close();
    throw new SwaksExit(code);
  }

  #drop(): never {
    this.#transcript.say("info", "Dropping connection");
    this.abandon();
    throw new SwaksExit(0);
  }

  #disconnected(code: number): never {
    this.#transcript.say("problem", "Remote host closed connection unexpectedly.");
    this.abandon();
    throw new SwaksExit(code);
  }

  #close(): void {
    this.#link?.stream.end();
    this.#transcript.say("info", "Connection closed with remote host.");
  }

  #demand(): Receiver {
    if (this.#link === undefined) throw new Error("swaks talks before it is connected");
    return this.#link;
  }
}

function encoded(text: string): string {
  return Buffer.from(text, "utf8").toString("base64");
}

function decoded(text: string): string {
  return Buffer.from(text, "base64").toString("utf8");
}
