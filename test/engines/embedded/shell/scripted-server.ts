import type { Machine } from "../../../../src/engines/embedded/machine.ts";
import type { VirtualSocket } from "../../../../src/engines/embedded/wire/network-stack.ts";

/** Answers to commands: the first pattern that matches the line wins. An answer may be several lines; "" says nothing, undefined resets. */
export type Script = readonly (readonly [pattern: RegExp, answer: string | undefined])[];

export const postfixLike: Script = [
  [/^EHLO/, "250-mx1.meadow.example\n250-PIPELINING\n250-AUTH PLAIN LOGIN CRAM-MD5\n250 8BITMIME"],
  [/^RCPT TO:<bad/, "550 5.1.1 <x>: Recipient address rejected: User unknown"],
  [/^DATA/, "354 End data with <CR><LF>.<CR><LF>"],
  [/^\.$/, "250 2.0.0 Ok: queued as 4XYZ"],
  [/^QUIT/, "221 2.0.0 Bye"],
  [/^AUTH PLAIN/, "235 2.7.0 Authentication successful"],
  [/^AUTH LOGIN/, "334 VXNlcm5hbWU6"],
  [/^dQ==$/, "334 UGFzc3dvcmQ6"],
  [/^cA==$/, "535 5.7.8 Error: authentication failed: bad"],
  [/^AUTH CRAM/, "334 PDEyMzRAbXgxPg=="],
  [/^dSA4/, "535 5.7.8 Error: authentication failed: cram"],
  [/^MAIL|^RCPT|^HELO/, "250 2.0.0 Ok"],
];

/** A tiny SMTP server on the virtual wire. @returns the lines it was sent, as they come */
export function serve(
  machine: Machine,
  script: Script = postfixLike,
  port = 25,
  greeting = "220 mx1.meadow.example ESMTP Postfix",
): readonly string[] {
  const heard: string[] = [];
  machine.net.listen(port, (socket) => {
    let [buffer, inData] = ["", false];
    const say = (text: string): void => {
      socket.write(
        text
          .split("\n")
          .map((line) => `${line}\r\n`)
          .join(""),
      );
    };
    if (greeting !== "") say(greeting);
    socket.on("error", () => {});
    socket.on("data", (chunk: Buffer) => {
      buffer += chunk.toString("utf8");
      for (let end = buffer.indexOf("\n"); end !== -1; end = buffer.indexOf("\n")) {
        const line = buffer.slice(0, end).replace(/\r$/, "");
        buffer = buffer.slice(end + 1);
        heard.push(line);
        if (inData && line !== ".") continue;
        inData = /^DATA/.test(line);
        answer(socket, script, line, say);
      }
    });
  });
  return heard;
}

function answer(socket: VirtualSocket, script: Script, line: string, say: (text: string) => void): void {
  const rule = script.find(([pattern]) => pattern.test(line));
  if (rule === undefined) say("500 5.5.2 Error: command not recognized");
  else if (rule[1] === undefined) socket.resetAndDestroy();
  else if (rule[1] !== "") say(rule[1]);
  if (/^QUIT/.test(line)) socket.end();
}
