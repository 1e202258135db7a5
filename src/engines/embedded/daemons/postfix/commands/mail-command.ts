import { postfixDialect } from "../../../../../daemons/postfix/dialect.ts";
import { readPolicy } from "../../../../../daemons/postfix/policy.ts";
import type { Machine } from "../../../machine.ts";
import type { CommandCall } from "../../../shell/command.ts";
import { fileReaderOf } from "../file-reader.ts";
import { MailLog } from "../mail-log.ts";
import { Master } from "../master.ts";
import { Queue } from "../queue.ts";

/** The running Postfix of a machine; undefined while it is down. */
export function runningPostfix(machine: Machine): Master | undefined {
  const program = machine.services.program("postfix");
  return program instanceof Master ? program : undefined;
}

/** The queue of a machine, whether Postfix runs or not. */
export function queueOf(machine: Machine): Queue {
  return new Queue(machine.files, readPolicy(fileReaderOf(machine.files), machine.name).get("queue_directory"));
}

/** The log, as commands write to it too. */
export function logOf(machine: Machine): MailLog {
  const path = readPolicy(fileReaderOf(machine.files), machine.name).get("maillog_file");
  return new MailLog(machine, path === "" ? postfixDialect.path : path);
}

export function isRoot(call: CommandCall): boolean {
  return (call.env["USER"] ?? "root") === "root";
}
