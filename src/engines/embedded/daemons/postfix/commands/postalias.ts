import type { Command } from "../../../shell/command.ts";
import { compileTable } from "./compile-table.ts";

/** postalias: compiles tables in the format of aliases(5), and asks them. */
export const postalias: Command = {
  name: "postalias",
  run: async ({ machine, args, cwd, stdin }) => compileTable(machine, "postalias", { args, cwd, stdin }),
};
