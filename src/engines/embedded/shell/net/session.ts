import type { CommandCall, Console } from "../command.ts";
import { asUtf8, type Receiver } from "./receiver.ts";

/** How a conversation between a person (or a pipe) and a server ended. */
export type SessionEnd = "remote" | "local" | "interrupted";

export interface SessionRules {
  /** Ends each line that is sent. */
  readonly lineEnd: "\r\n" | "\n";
  /** Looks at each line before it is sent: true ends the session, false swallows the line. */
  onLine?(line: string): Promise<boolean | undefined>;
}

/** A terminal joined to a connection: what is typed goes out line by line, what comes in is shown. */
export async function joinTerminal(console: Console, link: Receiver, rules: SessionRules): Promise<SessionEnd> {
  const listening = (async (): Promise<SessionEnd> => {
    for (;;) {
      const received = await link.read();
      if ("ended" in received) return received.ended === "interrupted" ? "interrupted" : "remote";
      console.write(shown(received.text));
    }
  })();
  const typing = (async (): Promise<SessionEnd> => {
    for (;;) {
      const line = await console.read();
      if (line === undefined) return "local";
      const verdict = await rules.onLine?.(line);
      if (verdict === true) return "local";
      if (verdict !== false) link.send(line.replace(/\n$/, rules.lineEnd));
    }
  })();
  return Promise.race([listening, typing]);
}

/**
 * A pipe joined to a connection. A person would wait for each answer before the next line, and so does this; when the input has ended
 * it listens for `lingerMs` more.
 * @returns what came in
 */
export async function joinPipe(call: CommandCall, link: Receiver, rules: SessionRules, lingerMs: number): Promise<string> {
  let output = "";
  const listen = async (waitMs: number): Promise<boolean> => {
    const received = await link.read(waitMs);
    if ("text" in received) output += received.text;
    return "text" in received || received.ended === "timeout";
  };
  for (const line of call.stdin.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (!(await listen(1000))) return shown(output);
    link.send(line.replace(/\n$/, rules.lineEnd));
  }
  const { clock } = call.machine;
  for (let endsAtMs = clock.now() + lingerMs; clock.now() < endsAtMs; ) {
    const before = output.length;
    if (!(await listen(endsAtMs - clock.now()))) break;
    if (output.length > before && lingerMs !== Number.POSITIVE_INFINITY) endsAtMs = clock.now() + lingerMs;
  }
  return shown(output);
}

function shown(latin1: string): string {
  return asUtf8(latin1).replaceAll("\r\n", "\n");
}
