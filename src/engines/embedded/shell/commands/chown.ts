import { accountsOf } from "../accounts.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { describeOptionProblem, has, readOptions } from "../options.ts";
import { resolvePath } from "../paths.ts";

/** chown: owner, group, or both. */
export const chown: Command = {
  name: "chown",
  run: async (call) => {
    const { operands, recursive, failure } = readArguments(call, "chown");
    if (failure !== undefined) return failure;
    const [who = "", ...paths] = operands;
    const [owner = "", group] = who.split(/[:.]/, 2);
    const accounts = accountsOf(call.machine.files);
    if (owner !== "" && accounts.user(owner) === undefined) return invalid("chown", "user", who);
    if (group !== undefined && group !== "" && !accounts.group.some((line) => line.startsWith(`${group}:`)))
      return invalid("chown", "group", who);
    const loginGroup = (name: string): string | undefined => {
      const user = accounts.user(name);
      return user === undefined ? undefined : accounts.groupName(user.gid);
    };
    return change(call, "chown", paths, recursive, (path) => {
      const { files } = call.machine;
      const before = files.stat(path);
      const newGroup = group === undefined ? undefined : group === "" ? loginGroup(owner) : group;
      files.chown(path, owner === "" ? before.owner : owner, newGroup ?? before.group);
    });
  },
};

/** chgrp: the group alone. */
export const chgrp: Command = {
  name: "chgrp",
  run: async (call) => {
    const { operands, recursive, failure } = readArguments(call, "chgrp");
    if (failure !== undefined) return failure;
    const [group = "", ...paths] = operands;
    if (!accountsOf(call.machine.files).group.some((line) => line.startsWith(`${group}:`))) return invalid("chgrp", "group", group);
    return change(call, "chgrp", paths, recursive, (path) => call.machine.files.chown(path, call.machine.files.stat(path).owner, group));
  },
};

interface Arguments {
  readonly operands: readonly string[];
  readonly recursive: boolean;
  readonly failure?: CommandResult;
}

function readArguments(call: CommandCall, program: string): Arguments {
  const options = readOptions(call.args, "Rvchf", ["recursive", "verbose", "no-dereference"]);
  const recursive = has(options, "R", "recursive");
  if (options.problem !== undefined) {
    return { operands: [], recursive, failure: { stdout: "", stderr: describeOptionProblem(program, options.problem), code: 1 } };
  }
  if (options.operands.length < 2) {
    const missing = options.operands[0] === undefined ? "missing operand" : `missing operand after '${options.operands[0]}'`;
    return {
      operands: [],
      recursive,
      failure: { stdout: "", stderr: `${program}: ${missing}\nTry '${program} --help' for more information.\n`, code: 1 },
    };
  }
  return { operands: options.operands, recursive };
}

function change(
  call: CommandCall,
  program: string,
  operands: readonly string[],
  recursive: boolean,
  apply: (path: string) => void,
): CommandResult {
  const { files } = call.machine;
  let stderr = "";
  for (const operand of operands) {
    const path = resolvePath(call.cwd, operand);
    if (!files.exists(path)) {
      stderr += `${program}: cannot access '${operand}': No such file or directory\n`;
      continue;
    }
    apply(path);
    if (recursive) for (const below of files.walk(path)) if (files.exists(below)) apply(below);
  }
  return { stdout: "", stderr, code: stderr === "" ? 0 : 1 };
}

function invalid(program: string, what: "user" | "group", text: string): CommandResult {
  return { stdout: "", stderr: `${program}: invalid ${what}: '${text}'\n`, code: 1 };
}
