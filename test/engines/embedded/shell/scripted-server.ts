import type { Machine } from "../../../../src/engines/embedded/machine.ts";
import type { VirtualSocket } from "../../../../src/engines/embedded/wire/network-stack.ts";

/** Answers to commands: the first pattern that matches the line wins. An answer may be several lines; "" says nothing, undefined resets. */
export type Script = readonly (readonly [pattern: RegExp, answer: string | undefined])[];

/** What the recorded swaks runs talked to: enough of Postfix to tell the cases apart. */
export const postfixLike: Script = [
  [/^EHLO/, "250-mx1.meadow.example\n250-PIPELINING\n250-AUTH PLAIN LOGIN CRAM-MD5\n250 8BITMIME"],
  [/^RCPT TO:<bad/, "550 5.1.1 <x>: no"],
  [/^RCPT/, "250 2.1.5 Ok"],
  [/^DATA/, "354 End data with <CR><LF>.<CR><LF>"],
  [/^\.$/, "250 2.0.0 Ok: queued as 4XYZ"],
  [/^QUIT/, "221 2.0.0 Bye"],
  [/^AUTH PLAIN/, "235 2.7.0 Authentication successful"],
  [/^AUTH LOGIN/, "334 VXNlcm5hbWU6"],
  [/^dQ==$/, "334 UGFzc3dvcmQ6"],
  [/^cA==$/, "535 5.7.8 Error: authentication failed: bad"],
  [/^AUTH CRAM/, "334 PDEyMzRAbXgxPg=="],
  [/^dSA4/, "535 5.7.8 Error: authentication failed: cram"],
  [/./, "250 2.0.0 Ok"],
];

/** A tiny SMTP server on the virtual wire. @returns the lines it was sent, as they come */
export function serve(machine: Machine, script: Script = postfixLike, port = 25): readonly string[] {
  const heard: string[] = [];
  machine.net.listen(port, (socket) => new Session(socket, script, heard));
  return heard;
}

class Session {
  readonly #socket: VirtualSocket;
  readonly #script: Script;
  readonly #heard: string[];
  #buffer = "";
  #inData = false;
  #accepted = 0;

  constructor(socket: VirtualSocket, script: Script, heard: string[]) {
    this.#socket = socket;
    this.#script = script;
    this.#heard = heard;
    this.#say("220 mx1.meadow.example ESMTP Postfix");
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => this.#hear(chunk.toString("utf8")));
  }

  #hear(text: string): void {
    this.#buffer += text;
    for (let end = this.#buffer.indexOf("\n"); end !== -1; end = this.#buffer.indexOf("\n")) {
      const line = this.#buffer.slice(0, end).replace(/\r$/, "");
      this.#buffer = this.#buffer.slice(end + 1);
      this.#heard.push(line);
      if (!this.#inData || line === ".") this.#answer(line);
    }
  }

  #answer(line: string): void {
    this.#inData = false;
    const answer = this.#script.find(([pattern]) => pattern.test(line))?.[1];
    if (answer === undefined) this.#socket.resetAndDestroy();
    else if (/^DATA/.test(line) && this.#accepted === 0) this.#say("554 5.5.1 Error: no valid recipients");
    else if (answer !== "") this.#say(answer);
    if (/^RCPT/.test(line) && answer?.startsWith("250") === true) this.#accepted++;
    if (/^DATA/.test(line)) this.#inData = this.#accepted > 0;
    if (/^QUIT/.test(line) && answer !== "") this.#socket.end();
  }

  #say(text: string): void {
    this.#socket.write(
      text
        .split("\n")
        .map((line) => `${line}\r\n`)
        .join(""),
    );
  }
}
