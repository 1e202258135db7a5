import { ConversationFailure, connectTcp, connectUnix, SmtpConnection } from "../../../smtp/connection.ts";
import { errorText } from "../../../wire/error-text.ts";
import { NetworkError } from "../../../wire/network-stack.ts";
import type { MailSystem } from "../mail-system.ts";

/** A way to log in, as the auth process announces it. */
export interface OfferedMechanism {
  readonly name: string;
  /** `plaintext`, `anonymous`, `dictionary`, `active`, `forward-secrecy`, `mutual-auth` */
  readonly properties: readonly string[];
}

/** What the auth process says to a client's answer. */
export type AuthReply =
  | { readonly verdict: "done"; readonly user: string }
  /** `challenge` in base64. */
  | { readonly verdict: "more"; readonly challenge: string }
  | { readonly verdict: "fail" | "temporary"; readonly user?: string; readonly reason: string };

/** AUTH_TIMEOUT of xsasl_dovecot_server.c */
const timeoutMs = 10_000;

/** One smtpd process's connection to Dovecot's auth socket: Dovecot's authentication protocol 1.1, the client's side. */
export class DovecotAuth {
  readonly mechanisms: readonly OfferedMechanism[];
  readonly #connection: SmtpConnection;
  #lastRequest = 0;

  private constructor(connection: SmtpConnection, mechanisms: readonly OfferedMechanism[]) {
    this.#connection = connection;
    this.mechanisms = mechanisms;
  }

  /**
   * Connects and shakes hands.
   * @param path as `smtpd_sasl_path` names it: below the queue directory, or `inet:host:port`
   * @param pid of the process that asks
   * @returns why it cannot, as smtpd warns of it, where it cannot
   */
  static async open({ machine, queue }: MailSystem, path: string, pid: number): Promise<DovecotAuth | string> {
    const [, address, port] = /^inet:\[?([^\]]*)\]?:(\d+)$/.exec(path) ?? [];
    try {
      const socket = await (address === undefined
        ? connectUnix(machine.net, path.startsWith("/") ? path : `${queue.directory}/${path.replace(/^unix:/, "")}`)
        : connectTcp(machine.net, { address, port: Number(port), timeoutMs }));
      const connection = new SmtpConnection(socket, machine.clock, "latin1");
      connection.sendRaw(`VERSION\t1\t1\nCPID\t${pid}\n`);
      const mechanisms: OfferedMechanism[] = [];
      for (;;) {
        const [command, name = "", ...properties] = (await connection.readLine(timeoutMs)).split("\t");
        if (command === "MECH") mechanisms.push({ name, properties });
        if (command === "DONE") return new DovecotAuth(connection, mechanisms);
      }
    } catch (error) {
      if (error instanceof ConversationFailure) return `SASL: Couldn't read from Dovecot auth socket '${path}'`;
      if (!(error instanceof NetworkError)) throw error;
      return `SASL: Connect to Dovecot auth socket '${path}' failed: ${errorText[error.code]}`;
    }
  }

  /** False once the auth process has hung up. */
  get open(): boolean {
    return this.#connection.open;
  }

  /** @param details `lip=...`, `rip=...`, and what the client has said at once, as `resp=...` */
  begin(mechanism: string, details: readonly string[]): Promise<AuthReply> {
    this.#lastRequest += 1;
    return this.#ask(["AUTH", `${this.#lastRequest}`, mechanism, "service=smtp", "nologin", ...details]);
  }

  /** @param answer the client's, in base64 */
  goOn(answer: string): Promise<AuthReply> {
    return this.#ask(["CONT", `${this.#lastRequest}`, answer]);
  }

  close(): void {
    this.#connection.close();
  }

  async #ask(words: readonly string[]): Promise<AuthReply> {
    this.#connection.sendRaw(`${words.join("\t")}\n`);
    try {
      for (;;) {
        const [command, id, ...rest] = (await this.#connection.readLine(timeoutMs)).split("\t");
        if (id === `${this.#lastRequest}`) return replyOf(command, rest);
      }
    } catch (error) {
      if (!(error instanceof ConversationFailure)) throw error;
      this.#connection.close();
      return { verdict: "temporary", reason: "Connection lost to authentication server" };
    }
  }
}

function replyOf(command: string | undefined, words: readonly string[]): AuthReply {
  const field = (name: string): string | undefined => words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  if (command === "OK") return { verdict: "done", user: field("user") ?? "" };
  if (command === "CONT") return { verdict: "more", challenge: words[0] ?? "" };
  const user = field("user");
  return { verdict: words.includes("temp") ? "temporary" : "fail", reason: field("reason") ?? "", ...(user !== undefined && { user }) };
}
