import type { Command } from "../command.ts";

/** whoami: root. */
export const whoami: Command = { name: "whoami", run: async () => ({ stdout: "root\n", stderr: "", code: 0 }) };
