import type { Command } from "../../../shell/command.ts";
import { compileTable } from "./compile-table.ts";

/** postmap: compiles lookup tables, and asks them. */
export const postmap: Command = {
  name: "postmap",
  run: async ({ machine, args, cwd, stdin }) => compileTable(machine, "postmap", { args, cwd, stdin }),
};
