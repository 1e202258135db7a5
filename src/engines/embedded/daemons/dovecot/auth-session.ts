import { Buffer } from "node:buffer";
import type { Clock } from "../../../../base/clock.ts";
import { type AuthMechanism, authStep } from "../../../../daemons/dovecot/auth-mechanism.ts";
import type { VirtualSocket } from "../../wire/network-stack.ts";
import type { Login } from "./users.ts";

/** What a client's connection needs of the auth process. */
export interface AuthProcess {
  readonly clock: Clock;
  readonly pid: number;
  /** `CUID`: which client of this process it is. */
  readonly clientNumber: number;
  /** 32 hexadecimal digits. */
  readonly cookie: string;
  readonly mechanisms: readonly AuthMechanism[];
  /** @param clientAddress of the client of our client */
  logIn(user: string, password: string, clientAddress: string): Login;
}

/** `auth_failure_delay`: how long a failure is kept back. */
const failureDelayMs = 2000;
/** A line beyond this is no request (AUTH_CLIENT_MAX_LINE_LENGTH). */
const maxLineBytes = 8192;

interface Request {
  readonly mechanism: string;
  readonly answers: string[];
  readonly clientAddress: string;
}

/** One client of the auth process: Dovecot's authentication protocol 1.1, the server's side. */
export class AuthSession {
  readonly #socket: VirtualSocket;
  readonly #process: AuthProcess;
  readonly #requests = new Map<string, Request>();
  #input = "";

  constructor(socket: VirtualSocket, process: AuthProcess) {
    this.#socket = socket;
    this.#process = process;
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => this.#heard(chunk));
    socket.on("end", () => socket.end());
    this.#say(
      ["VERSION", "1", "2"],
      ...process.mechanisms.map(({ name, properties }) => ["MECH", name, ...properties]),
      ["SPID", `${process.pid}`],
      ["CUID", `${process.clientNumber}`],
      ["COOKIE", process.cookie],
      ["DONE"],
    );
  }

  close(): void {
    this.#socket.destroy();
  }

  #heard(chunk: Buffer): void {
    this.#input += chunk.toString("latin1");
    for (let end = this.#input.indexOf("\n"); end !== -1; end = this.#input.indexOf("\n")) {
      const line = this.#input.slice(0, end);
      this.#input = this.#input.slice(end + 1);
      this.#take(line.split("\t"));
    }
    if (this.#input.length > maxLineBytes) this.#socket.destroy();
  }

  #take([command = "", id = "", ...words]: readonly string[]): void {
    if (command === "AUTH") {
      const [mechanism = "", ...parameters] = words;
      const given = (name: string): string | undefined =>
        parameters.find((parameter) => parameter.startsWith(`${name}=`))?.slice(name.length + 1);
      this.#requests.set(id, { mechanism: mechanism.toUpperCase(), answers: [], clientAddress: given("rip") ?? "" });
      this.#goOn(id, given("resp"));
    } else if (command === "CONT") {
      this.#goOn(id, words[0] ?? "");
    }
  }

  /** @param answer in base64; undefined where the client waits for a challenge */
  #goOn(id: string, answer: string | undefined): void {
    const request = this.#requests.get(id);
    if (request === undefined) return;
    if (answer !== undefined) request.answers.push(Buffer.from(answer, "base64").toString("utf8"));
    const step = authStep(request.mechanism, request.answers);
    if (step.step === "more") {
      this.#say(["CONT", id, Buffer.from(step.challenge).toString("base64")]);
      return;
    }
    this.#requests.delete(id);
    if (step.step === "fail") {
      this.#fail(["FAIL", id]);
      return;
    }
    const { right, user } = this.#process.logIn(step.user, step.password, request.clientAddress);
    if (right) this.#say(["OK", id, `user=${user}`]);
    else this.#fail(["FAIL", id, `user=${user}`]);
  }

  #fail(words: readonly string[]): void {
    this.#process.clock.setTimeout(() => this.#say(words), failureDelayMs);
  }

  #say(...lines: readonly (readonly string[])[]): void {
    if (this.#socket.writable) this.#socket.write(lines.map((words) => `${words.join("\t")}\n`).join(""));
  }
}
