import type { Command } from "../command.ts";
import { signalByName } from "../signals.ts";

/** pkill: the same by name; -x for the whole name, -f for the command line. */
export const pkill: Command = { name: "pkill", run: async ({ args, machine }) => signalByName(machine, args) };
