import { ConversationFailure, type SmtpConnection, type SmtpReply } from "../../../smtp/connection.ts";
import { dsnOf, lost, type Protocol, quoted, type StepTimeouts, type Trouble } from "./transaction.ts";

/** Greeting and EHLO. @returns the features, or what went wrong */
export async function greet(
  connection: SmtpConnection,
  context: {
    readonly protocol: Protocol;
    readonly peer: string;
    readonly heloName: string;
    readonly timeouts: StepTimeouts;
    readonly skip5xxGreeting: boolean;
  },
): Promise<{ readonly features: ReadonlyMap<string, string>; readonly greetingName: string; readonly heloReplyName: string } | Trouble> {
  const { protocol, peer, timeouts } = context;
  let doing = "receiving the initial server greeting";
  const refused = (reply: SmtpReply, dsn = dsnOf(reply)): Trouble => ({
    dsn,
    text: `host ${peer} refused to talk to me: ${quoted(reply)}`,
    reply: quoted(reply),
    throttles: true,
  });
  try {
    const greeting = await connection.readReply(timeouts.greeting);
    if (greeting.code >= 300 || greeting.code < 200) {
      return refused(greeting, context.skip5xxGreeting ? `4${dsnOf(greeting).slice(1)}` : dsnOf(greeting));
    }
    const greetingName = (greeting.lines[0] ?? "").slice(4).split(" ")[0] ?? "";
    const verb = protocol === "lmtp" ? "LHLO" : "EHLO";
    doing = `performing the ${verb} handshake`;
    connection.send(`${verb} ${context.heloName}`);
    let reply = await connection.readReply(timeouts.helo);
    if (Math.floor(reply.code / 100) === 2) return { features: featuresOf(reply), greetingName, heloReplyName: heloNameOf(reply) };
    if (protocol === "lmtp" || reply.code === 421) return refused(reply);
    doing = "performing the HELO handshake";
    connection.send(`HELO ${context.heloName}`);
    reply = await connection.readReply(timeouts.helo);
    if (Math.floor(reply.code / 100) !== 2) return refused(reply);
    return { features: new Map(), greetingName, heloReplyName: heloNameOf(reply) };
  } catch (error) {
    if (error instanceof ConversationFailure) return lost(peer, error, doing);
    throw error;
  }
}

function heloNameOf(reply: SmtpReply): string {
  return (reply.lines[0] ?? "").slice(4).split(" ")[0] ?? "";
}

function featuresOf(reply: SmtpReply): ReadonlyMap<string, string> {
  return new Map(
    reply.lines.slice(1).map((line) => {
      const [keyword = "", ...parameters] = line.slice(4).split(/[ =]+/);
      return [keyword.toUpperCase(), parameters.join(" ")];
    }),
  );
}
