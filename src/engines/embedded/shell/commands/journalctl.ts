import type { Command } from "../command.ts";
import { unitsOf } from "../services.ts";

/** journalctl: no host of ours keeps a journal; it says where the logs are. */
export const journalctl: Command = {
  name: "journalctl",
  run: async ({ machine }) => {
    const logs = unitsOf(machine).map((unit) => `  ${unit.log}  (${unit.name})\n`);
    const where = logs.length === 0 ? "No daemon on this host writes a log.\n" : `Its logs are files:\n${logs.join("")}`;
    return { stdout: "", stderr: `journalctl: this host keeps no journal (maildrill). ${where}`, code: 1 };
  },
};
