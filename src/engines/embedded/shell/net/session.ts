import type { CommandCall, Console } from "../command.ts";
import { pause } from "../interrupt.ts";
import { asUtf8, type Receiver } from "./receiver.ts";

/** How long one waits for an answer before typing on. */
const patienceMs = 1000;

/** How a conversation between a person (or a pipe) and a server ended. */
export type SessionEnd = "remote" | "local" | "interrupted";

export interface SessionRules {
  /** Ends each line that is sent. */
  readonly lineEnd: "\r\n" | "\n";
  /** How long a pipe waits for the server's first words before it sends its own; a person would. */
  readonly greetingMs?: number;
  /** Looks at each line before it is sent: true ends the session, false swallows the line. */
  onLine?(line: string): Promise<boolean | undefined>;
}

/** A terminal joined to a connection: what is typed goes out line by line, what comes in is shown. */
export async function joinTerminal(call: CommandCall, console: Console, link: Receiver, rules: SessionRules): Promise<SessionEnd> {
  const { clock } = call.machine;
  let heard = 0;
  // Without keys the next line may be there at once; a person would see the answer first.
  const hear = async (): Promise<void> => {
    const [before, endsAtMs] = [heard, clock.now() + patienceMs];
    while (heard === before && clock.now() < endsAtMs && (await pause(clock, 10, call.signal)));
  };
  const listening = (async (): Promise<SessionEnd> => {
    for (;;) {
      const received = await link.read();
      if ("ended" in received) return received.ended === "interrupted" ? "interrupted" : "remote";
      console.write(shown(received.text));
      heard++;
    }
  })();
  const typing = (async (): Promise<SessionEnd> => {
    for (;;) {
      if (!console.canBeRaw) await hear();
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
  if (rules.greetingMs !== undefined && !(await listen(rules.greetingMs))) return shown(output);
  for (const [index, line] of (call.stdin.match(/[^\n]*\n|[^\n]+$/g) ?? []).entries()) {
    if ((index > 0 || rules.greetingMs === undefined) && !(await listen(patienceMs))) return shown(output);
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
