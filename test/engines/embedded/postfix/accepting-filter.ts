import type { SimulatedDaemon } from "../../../../src/engines/embedded/simulated-daemon.ts";
import {
  createMilterPacketReader,
  decodeMilterCommand,
  encodeMilterReply,
  type MilterCommand,
  type MilterReply,
} from "../../../../src/mail/milter.ts";

const unanswered: readonly string[] = ["macro", "abort", "quit", "quit-nc"];

/** What Rspamd wrote into brook's mail in the recordings. */
const results = [
  "mx1.meadow.example",
  "\tdkim=none",
  "\tspf=pass (mx1.meadow.example: domain of dana@brook.example designates 203.0.113.10 as permitted sender) smtp.mailfrom=dana@brook.example",
  "\tdmarc=pass (policy=reject) header.from=brook.example",
].join(";\n");

/** A mail filter in Rspamd's place: refuses GTUBE and brook's mail from elsewhere, lets everything else pass. */
export const acceptingFilter: SimulatedDaemon = {
  kind: "rspamd",
  commands: [],
  start(machine) {
    const listener = machine.net.listen(11332, (socket) => {
      const reader = createMilterPacketReader();
      const session = new Session();
      socket.on("error", () => undefined);
      socket.on("data", (chunk: Buffer) => {
        for (const packet of reader.push(chunk)) {
          for (const reply of session.answer(decodeMilterCommand(packet))) socket.write(encodeMilterReply(reply));
        }
      });
    });
    return { kind: "rspamd", reload: () => undefined, stop: () => listener.close() };
  },
};

class Session {
  #client = "";
  #from = "";
  #text = "";

  answer(command: MilterCommand): readonly MilterReply[] {
    if (command.command === "optneg") return [{ reply: "optneg", version: 6, actions: 0x7f, steps: 0, macros: {} }];
    if (unanswered.includes(command.command)) return [];
    if (command.command === "connect") this.#client = command.address;
    if (command.command === "mail") this.#from = command.parameters[0] ?? "";
    if (command.command === "body") this.#text += Buffer.from(command.chunk).toString("latin1");
    return command.command === "eom" ? this.#judge() : [{ reply: "continue" }];
  }

  #judge(): readonly MilterReply[] {
    const spam = this.#text.includes("GTUBE-STANDARD-ANTI-UBE");
    this.#text = "";
    if (spam) return [{ reply: "replycode", text: "554 5.7.1 Gtube pattern" }];
    if (!this.#from.endsWith("@brook.example>")) return [{ reply: "accept" }];
    if (this.#client === "203.0.113.11") return [{ reply: "replycode", text: "554 5.7.1 Action set by DMARC" }];
    const header = { reply: "insheader", index: 1, name: "Authentication-Results", value: results } as const;
    return this.#client === "203.0.113.10" ? [header, { reply: "accept" }] : [{ reply: "accept" }];
  }
}
