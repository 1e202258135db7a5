import { failed } from "../../../shell/answer.ts";
import type { Command, CommandCall, CommandResult } from "../../../shell/command.ts";
import { describeOptionProblem, readOptions } from "../../../shell/options.ts";
import type { QueueName } from "../queue.ts";
import { isRoot, logOf, queueOf } from "./mail-command.ts";

interface Operation {
  /** Queues that it looks into where none is named. */
  readonly from: readonly QueueName[];
  readonly to?: QueueName;
  readonly one: string;
  readonly many: string;
}

const operations: Readonly<Record<string, Operation>> = {
  d: { from: ["maildrop", "hold", "incoming", "active", "deferred"], one: "removed", many: "Deleted" },
  h: { from: ["incoming", "active", "deferred"], to: "hold", one: "placed on hold", many: "Placed on hold" },
  H: { from: ["hold"], to: "deferred", one: "released from hold", many: "Released from hold" },
  r: { from: ["hold", "incoming", "active", "deferred"], to: "maildrop", one: "requeued", many: "Requeued" },
};

const usage =
  "postsuper: fatal: usage: postsuper [-c config_dir] [-d queue_id (delete)] [-e queue_id (expire)] [-f queue_id (expire and release)] " +
  "[-h queue_id (hold)] [-H queue_id (un-hold)] [-p (purge temporary files)] [-r queue_id (requeue)] [-s (structure fix)] " +
  "[-S (redundant structure fix)] [-v (verbose)] [queue...]\n";

/** postsuper(1): deletes, holds, releases and requeues messages. What it says stands in the log, too. */
export const postsuper: Command = {
  name: "postsuper",
  async run(call) {
    const options = readOptions(call.args, "c:d:e:f:h:H:pr:sSv");
    if (options.problem !== undefined) return failed(describeOptionProblem("postsuper", options.problem) + usage);
    if (!isRoot(call)) return failed("postsuper: fatal: use of this command is reserved for the superuser\n");
    const log = logOf(call.machine);
    const author = { name: "postsuper", pid: call.machine.newPid() };
    let stderr = "";
    const say = (text: string): void => {
      log.info(author, text);
      stderr += `postsuper: ${text}\n`;
    };
    for (const { name, value } of options.given) {
      const operation = operations[name];
      if (operation === undefined) {
        if (name === "e" || name === "f") call.machine.notSimulated(`postsuper -${name}`);
        continue;
      }
      const count = carryOut(call, operation, value ?? "", options.operands, say);
      say(`${operation.many}: ${count} message${count === 1 ? "" : "s"}`);
    }
    return { stdout: "", stderr, code: 0 } satisfies CommandResult;
  },
};

function carryOut(call: CommandCall, operation: Operation, what: string, named: readonly string[], say: (text: string) => void): number {
  const queue = queueOf(call.machine);
  const from = named.length === 0 ? operation.from : operation.from.filter((name) => named.includes(name));
  const all = what === "ALL";
  const wanted =
    what === "-"
      ? call.stdin
          .split("\n")
          .map((line) => line.trim())
          .filter((line) => line !== "")
      : [what];
  const targets = from.flatMap((name) =>
    (all ? queue.ids(name) : queue.ids(name).filter((id) => wanted.includes(id))).map((id) => ({ name, id })),
  );
  for (const { name, id } of targets) {
    if (operation.to === undefined) {
      queue.remove(name, id);
      queue.remove("defer", id);
      queue.remove("bounce", id);
    } else {
      queue.move(id, name, operation.to);
      if (operation.to === "maildrop") queue.files.chown(queue.path("maildrop", id), "postfix");
    }
    if (!all) say(`${id}: ${operation.one}`);
  }
  return targets.length;
}
