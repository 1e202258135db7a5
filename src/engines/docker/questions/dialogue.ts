import type { DialogueAnswer, DialogueQuestion } from "../../../world/question.ts";
import { addressFor } from "../../../world/world.ts";
import { mayNotHaveBegun, type RunningProgram, startProgram, untilBegun } from "../exec.ts";
import type { LiveRange } from "../live-range.ts";
import { hideProbe } from "../probe-lines.ts";

/** How long a reply may take. A milter that does not answer takes Postfix 30 seconds, a resolver as long. */
const replyTimeoutMs = 90_000;
const connectTimeoutS = 30;

/** Holds an SMTP dialogue from a host, through netcat: each line after the reply to the one before; what follows a 354 goes out as it stands. */
export async function answerDialogue(range: LiveRange, question: DialogueQuestion): Promise<DialogueAnswer> {
  const [from, to] = [range.host(question.from), range.host(question.to)];
  const address = addressFor(from.host, to.host);
  const startedAtMs = Date.now();
  const command = ["nc", "-v", "-N", "-w", String(connectTimeoutS), address, String(question.port)];
  const once = async () => {
    const netcat = await startProgram(range.docker, from.container, command);
    const answer = await hold(netcat, question).finally(() => netcat.stdin.end());
    return { answer, code: await netcat.ended };
  };
  try {
    return (await untilBegun(once, ({ answer, code }) => answer.steps.length > 0 || !mayNotHaveBegun(code))).answer;
  } finally {
    const clients = from.host.interfaces.map((each) => each.address);
    await hideProbe(range, startedAtMs, { servers: [question.to], clients });
  }
}

async function hold(netcat: RunningProgram, { send }: DialogueQuestion): Promise<DialogueAnswer> {
  const steps: { sent?: string; reply: string }[] = [];
  const replies = readReplies(netcat);
  const greeting = await replies.next();
  if (greeting === undefined) {
    const failure = failureIn(replies.said());
    return { ask: "dialogue", ...(failure === undefined ? {} : { failure }), steps };
  }
  steps.push({ reply: greeting });
  let content = false;
  for (const line of send) {
    netcat.stdin.write(`${line}\r\n`);
    content = content && line !== ".";
    if (content) continue;
    const reply = await replies.next();
    // A server that hangs up in the middle has said what it had to say.
    if (reply === undefined) break;
    steps.push({ sent: line, reply });
    content = reply.startsWith("354");
  }
  return { ask: "dialogue", steps };
}

/** What netcat says of a connection that did not come about. */
function failureIn(said: string): string | undefined {
  const error = /failed: (.+)/.exec(said)?.[1];
  if (error !== undefined) return /timed out|in progress/i.test(error) ? "Connection timed out" : error.trim();
  return /timed out/i.test(said) ? "Connection timed out" : undefined;
}

/** Whole SMTP replies out of a program's output, lines joined by \n; undefined at the end of it, or when none comes in time. */
function readReplies({ stdout, stderr }: RunningProgram): { next(): Promise<string | undefined>; said(): string } {
  let [input, said, over] = ["", "", false];
  let wake = (): void => {};
  stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  stdout.on("data", (chunk: Buffer) => {
    input += chunk.toString();
    wake();
  });
  stdout.on("end", () => {
    over = true;
    wake();
  });
  const take = (): string | undefined => {
    const whole = /^(?:\d{3}-[^\n]*\n)*\d{3}(?: [^\n]*|\r?)\n/.exec(input)?.[0];
    if (whole === undefined) return undefined;
    input = input.slice(whole.length);
    return whole.replaceAll("\r\n", "\n").replace(/\n$/, "");
  };
  const next = (): Promise<string | undefined> =>
    new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), replyTimeoutMs);
      const look = (): void => {
        const reply = take();
        if (reply === undefined && !over) return;
        clearTimeout(timer);
        wake = () => {};
        resolve(reply);
      };
      wake = look;
      look();
    });
  return { next, said: () => said };
}
