import type { DialogueAnswer, DialogueQuestion } from "../../../world/question.ts";
import { addressFor } from "../../../world/world.ts";
import type { LiveRange } from "../live-range.ts";
import type { Machine } from "../machine.ts";
import { ConversationFailure, connectTcp, replyText, SmtpConnection } from "../smtp/connection.ts";
import { errorText } from "../wire/error-text.ts";
import { NetworkError } from "../wire/network-stack.ts";

/** How long a reply may take: RFC 5321, section 4.5.3.2, asks clients for 5 minutes and more. */
const replyTimeoutMs = 600_000;
const connectTimeoutMs = 30_000;

/** Holds an SMTP dialogue from a host: each line after the reply to the one before; what follows a 354 goes out as it stands. */
export async function answerDialogue(range: LiveRange, question: DialogueQuestion): Promise<DialogueAnswer> {
  const machine = range.machine(question.from);
  const address = addressFor(machine.host, range.machine(question.to).host);
  return range.clock.runUntil(hold(machine, address, question));
}

async function hold(machine: Machine, address: string, { port, send }: DialogueQuestion): Promise<DialogueAnswer> {
  const steps: { sent?: string; reply: string }[] = [];
  try {
    const connection = new SmtpConnection(await connectTcp(machine.net, { address, port, timeoutMs: connectTimeoutMs }), machine.clock);
    const read = async (): Promise<string> => replyText(await connection.readReply(replyTimeoutMs));
    try {
      steps.push({ reply: await read() });
      let content = false;
      for (const line of send) {
        connection.send(line);
        content = content && line !== ".";
        if (content) continue;
        const reply = await read();
        steps.push({ sent: line, reply });
        content = reply.startsWith("354");
      }
    } finally {
      connection.close();
    }
  } catch (error) {
    if (error instanceof NetworkError) return { ask: "dialogue", failure: errorText[error.code], steps };
    // A server that hangs up in the middle has said what it had to say.
    if (!(error instanceof ConversationFailure)) throw error;
  }
  return { ask: "dialogue", steps };
}
