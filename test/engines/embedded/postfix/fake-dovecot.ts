import type { SimulatedDaemon } from "../../../../src/engines/embedded/simulated-daemon.ts";
import { VirtualSmtpServer } from "../../../../src/engines/embedded/smtp/server.ts";
import type { ClientLink, SmtpSession } from "../../../../src/engines/embedded/smtp/session.ts";

/** An LMTP server in Dovecot's place: takes mail for the users of /etc/dovecot/users and throws it away. */
export const fakeDovecot: SimulatedDaemon = {
  kind: "dovecot",
  commands: [],
  start(machine) {
    const users = (machine.files.read("/etc/dovecot/users") ?? "").split("\n").map((line) => line.split(":")[0]);
    const server = new VirtualSmtpServer((link) => new LmtpSession(link, (user) => users.includes(user), machine.name));
    const listener = machine.net.listenUnix("/var/spool/postfix/private/dovecot-lmtp", (socket) => server.accept(socket));
    return { kind: "dovecot", reload: () => undefined, stop: () => listener.close() };
  },
};

class LmtpSession implements SmtpSession {
  readonly #link: ClientLink;
  readonly #knows: (user: string) => boolean;
  readonly #name: string;
  #recipients: string[] = [];

  constructor(link: ClientLink, knows: (user: string) => boolean, name: string) {
    this.#link = link;
    this.#knows = knows;
    this.#name = name;
  }

  begin(): void {
    this.#link.reply(`220 ${this.#name} Dovecot ready.`);
  }

  async command(line: string): Promise<void> {
    const verb = line.slice(0, 4).toUpperCase();
    const address = /<([^>]*)>/.exec(line)?.[1] ?? "";
    if (verb === "LHLO") this.#link.reply(`250-${this.#name}`, "250-8BITMIME", "250-CHUNKING", "250-ENHANCEDSTATUSCODES", "250 PIPELINING");
    else if (verb === "MAIL") this.#link.reply("250 2.1.0 OK");
    else if (verb === "RCPT") this.#rcpt(address);
    else if (verb === "DATA") await this.#data();
    else if (verb === "QUIT") {
      this.#link.reply("221 2.0.0 OK");
      this.#link.end();
    } else this.#link.reply("250 2.0.0 OK");
  }

  timedOut(): void {
    this.#link.end();
  }

  ended(): void {
    // Nothing is kept.
  }

  #rcpt(address: string): void {
    const user = address.split("@")[0] ?? "";
    if (!this.#knows(user)) {
      this.#link.reply(`550 5.1.1 <${address}> User doesn't exist: ${address}`);
      return;
    }
    this.#recipients.push(address);
    this.#link.reply("250 2.1.5 OK");
  }

  async #data(): Promise<void> {
    this.#link.reply("354 OK");
    await this.#link.readMessage(Number.POSITIVE_INFINITY);
    for (const address of this.#recipients) this.#link.reply(`250 2.0.0 <${address}> SESSION Saved`);
    this.#recipients = [];
  }
}
