import { accountsOf } from "../accounts.ts";
import type { Command } from "../command.ts";
import { readOptions } from "../options.ts";

/** id: a user's numbers, from the machine's accounts. */
export const id: Command = {
  name: "id",
  run: async ({ args, machine }) => {
    const accounts = accountsOf(machine.files);
    const options = readOptions(args, "ugGnr", ["user", "group", "groups", "name"]);
    const name = options.operands[0] ?? "root";
    const user = accounts.user(name);
    if (user === undefined) return { stdout: "", stderr: `id: ‘${name}’: no such user\n`, code: 1 };
    const userName = user.line.split(":")[0] ?? name;
    const group = accounts.groupName(user.gid);
    const letters = options.given.map((option) => option.name[0]).join("");
    const named = letters.includes("n");
    if (letters.includes("u")) return { stdout: `${named ? userName : user.uid}\n`, stderr: "", code: 0 };
    if (/[gG]/.test(letters)) return { stdout: `${named ? group : user.gid}\n`, stderr: "", code: 0 };
    return { stdout: `uid=${user.uid}(${userName}) gid=${user.gid}(${group}) groups=${user.gid}(${group})\n`, stderr: "", code: 0 };
  },
};
