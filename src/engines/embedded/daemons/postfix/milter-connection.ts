import type { Clock } from "../../../../base/clock.ts";
import {
  createMilterPacketReader,
  decodeMilterReply,
  encodeMilterCommand,
  type MilterCommand,
  MilterError,
  type MilterReply,
} from "../../../../mail/milter.ts";
import type { StubResolver } from "../../dns/stub-resolver.ts";
import { noAddressText } from "../../dns/stub-resolver.ts";
import { connectTcp, connectUnix } from "../../smtp/connection.ts";
import { errorText } from "../../wire/error-text.ts";
import { NetworkError, type NetworkStack, type VirtualSocket } from "../../wire/network-stack.ts";

/** The filter cannot be reached or broke off; the text is what smtpd warns. */
export class MilterFailure extends Error {
  /** What smtpd warns before it: why the filter's host was not found. */
  readonly before: readonly string[];

  constructor(message: string, before: readonly string[] = []) {
    super(message);
    this.name = "MilterFailure";
    this.before = before;
  }
}

/** One connection to one mail filter: packets out, packets in. */
export class MilterConnection {
  readonly name: string;
  readonly #socket: VirtualSocket;
  readonly #clock: Clock;
  readonly #replies: MilterReply[] = [];
  #ended = false;
  #wake: (() => void) | undefined;

  private constructor(name: string, socket: VirtualSocket, clock: Clock) {
    this.name = name;
    this.#socket = socket;
    this.#clock = clock;
    const reader = createMilterPacketReader();
    const end = (): void => {
      this.#ended = true;
      this.#wake?.();
    };
    socket.on("data", (chunk: Buffer) => {
      try {
        for (const packet of reader.push(chunk)) this.#replies.push(decodeMilterReply(packet));
      } catch (error) {
        if (!(error instanceof MilterError)) throw error;
        this.#ended = true;
      }
      this.#wake?.();
    });
    for (const event of ["end", "close", "error"]) socket.on(event, end);
  }

  /**
   * @param name as configured: `inet:filter.meadow.example:11332`, `unix:/run/rspamd/milter.sock`
   * @throws MilterFailure
   */
  static async open(
    name: string,
    host: { readonly net: NetworkStack; readonly clock: Clock },
    dns: StubResolver,
    timeoutMs: number,
  ): Promise<MilterConnection> {
    const [, type = "", place = ""] = /^(inet|unix|local):(.*)$/.exec(name) ?? [];
    const fail = (reason: string, ...before: readonly string[]): MilterFailure =>
      new MilterFailure(`connect to Milter service ${name}: ${reason}`, before);
    try {
      if (type !== "inet") return new MilterConnection(name, await connectUnix(host.net, place), host.clock);
      const [, hostName = "", port = ""] = /^\[?([^\]]*)\]?:(\d+)$/.exec(place) ?? [];
      const found = await dns.addresses(hostName, ["A"]);
      const [address] = found.addresses;
      if (address === undefined) {
        const why = `host or service ${place} not found: ${noAddressText(found.status)}`;
        throw fail("Cannot assign requested address", why);
      }
      return new MilterConnection(name, await connectTcp(host.net, { address, port: Number(port), timeoutMs }), host.clock);
    } catch (error) {
      if (error instanceof NetworkError) throw fail(errorText[error.code]);
      throw error;
    }
  }

  send(...commands: readonly MilterCommand[]): void {
    if (!this.#ended) this.#socket.write(Buffer.concat(commands.map((command) => encodeMilterCommand(command))));
  }

  /** The next reply. @param doing the letter of the command in question, for the warning. @throws MilterFailure */
  async reply(doing: string, timeoutMs: number): Promise<MilterReply> {
    for (;;) {
      const next = this.#replies.shift();
      if (next !== undefined) {
        // The filter only asks for more time.
        if (next.reply === "progress") continue;
        return next;
      }
      if (this.#ended) throw new MilterFailure(`milter ${this.name}: can't read ${doing} reply packet header: Success`);
      const inTime = await this.#arrival(timeoutMs);
      if (!inTime) throw new MilterFailure(`milter ${this.name}: can't read ${doing} reply packet header: Connection timed out`);
    }
  }

  close(): void {
    this.send({ command: "quit" });
    this.#socket.end();
  }

  #arrival(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimeout(() => {
        this.#wake = undefined;
        resolve(false);
      }, timeoutMs);
      this.#wake = () => {
        this.#wake = undefined;
        this.#clock.clearTimeout(timer);
        resolve(true);
      };
    });
  }
}
