import { readPolicy } from "../../../../../daemons/postfix/policy.ts";
import { failed } from "../../../shell/answer.ts";
import type { Command } from "../../../shell/command.ts";
import { fileReaderOf } from "../file-reader.ts";
import { compileTable } from "./compile-table.ts";

/** newaliases: compiles every table of `alias_database`, by postalias. */
export const newaliases: Command = {
  name: "newaliases",
  run: async ({ machine }) => {
    const policy = readPolicy(fileReaderOf(machine.files));
    const fatal = policy.problems.find(({ level, where }) => level === "fatal" && where?.file?.endsWith("main.cf"));
    if (fatal !== undefined) return failed(`newaliases: fatal: ${fatal.message}\n`, 75);
    const tables = policy.list("alias_database");
    return tables.length === 0
      ? { stdout: "", stderr: "", code: 0 }
      : compileTable(machine, "postalias", { args: tables, cwd: "/", stdin: "" });
  },
};
