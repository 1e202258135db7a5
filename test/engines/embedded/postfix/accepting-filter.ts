import type { SimulatedDaemon } from "../../../../src/engines/embedded/simulated-daemon.ts";
import { createMilterPacketReader, decodeMilterCommand, encodeMilterReply } from "../../../../src/mail/milter.ts";

/** A mail filter in Rspamd's place that refuses GTUBE and lets everything else pass. */
export const acceptingFilter: SimulatedDaemon = {
  kind: "rspamd",
  commands: [],
  start(machine) {
    machine.net.listen(11332, (socket) => {
      const reader = createMilterPacketReader();
      let text = "";
      socket.on("error", () => undefined);
      socket.on("data", (chunk: Buffer) => {
        for (const packet of reader.push(chunk)) {
          const command = decodeMilterCommand(packet);
          if (command.command === "optneg")
            socket.write(encodeMilterReply({ reply: "optneg", version: 6, actions: 0x7f, steps: 0, macros: {} }));
          else if (command.command === "body") text += Buffer.from(command.chunk).toString("latin1");
          if (command.command === "eom") {
            const refused = text.includes("GTUBE-STANDARD-ANTI-UBE");
            text = "";
            socket.write(encodeMilterReply(refused ? { reply: "replycode", text: "554 5.7.1 Gtube pattern" } : { reply: "accept" }));
          } else if (!["optneg", "macro", "abort", "quit", "quit-nc"].includes(command.command))
            socket.write(encodeMilterReply({ reply: "continue" }));
        }
      });
    });
    return { kind: "rspamd", reload: () => undefined, stop: () => undefined };
  },
};
