import type { Machine } from "../../../machine.ts";
import type { Command, CommandCall, CommandResult } from "../../../shell/command.ts";
import { has, readOptions, valueOf } from "../../../shell/options.ts";
import { logOf, runningPostfix } from "./mail-command.ts";
import { flush } from "./postqueue.ts";

/** postfix(1): starts, stops and reloads the mail system. What its script says goes to the log, and to a terminal. */
export const postfix: Command = {
  name: "postfix",
  async run(call) {
    const options = readOptions(call.args, "c:Dv", [], true);
    const [action = ""] = options.operands;
    const directory = valueOf(options, "c") ?? "/etc/postfix";
    if (!call.machine.files.exists(`${directory}/main.cf`)) {
      const text = `postfix: fatal: open ${directory}/main.cf: No such file or directory\n`;
      return { stdout: "", stderr: call.console === undefined ? "" : text, code: 1 };
    }
    if (has(options, "D")) call.machine.notSimulated("postfix -D");
    return (actions[action] ?? unknownAction(action))(call);
  },
};

type Action = (call: CommandCall) => CommandResult;

const notRunning = "fatal: the Postfix mail system is not running";

const actions: Readonly<Record<string, Action>> = {
  start(call) {
    if (runningPostfix(call.machine) !== undefined) return script(call, "fatal: the Postfix mail system is already running", 1);
    const trouble = call.machine.services.start("postfix");
    if (trouble !== "") return { stdout: "", stderr: call.console === undefined ? "" : trouble, code: 1 };
    return onTerminal(call, "starting the Postfix mail system");
  },
  stop(call) {
    if (runningPostfix(call.machine) === undefined) return script(call, notRunning, 1);
    call.machine.services.stop("postfix");
    return onTerminal(call, "stopping the Postfix mail system");
  },
  abort(call) {
    const master = runningPostfix(call.machine);
    if (master === undefined) return script(call, notRunning, 1);
    master.abort();
    call.machine.services.stop("postfix");
    return onTerminal(call, "aborting the Postfix mail system");
  },
  reload(call) {
    if (runningPostfix(call.machine) === undefined) return script(call, notRunning, 1);
    call.machine.services.reload("postfix");
    return onTerminal(call, "refreshing the Postfix mail system");
  },
  status(call) {
    const master = runningPostfix(call.machine);
    if (master === undefined) return script(call, "the Postfix mail system is not running", 1);
    return script(call, `the Postfix mail system is running: PID: ${master.pid}`, 0);
  },
  check: () => ({ stdout: "", stderr: "", code: 0 }),
  flush: (call) => flush(call.machine),
};

function unknownAction(action: string): Action {
  const text = `fatal: unknown command: '${action}'. Usage: postfix start (or stop, reload, abort, flush, check, status, set-permissions, upgrade-configuration, logrotate)`;
  return (call) => script(call, text, 1);
}

/** postfix-script's word, by postlog(1). */
function script(call: CommandCall, text: string, code: number): CommandResult {
  logScript(call.machine, text);
  return { ...onTerminal(call, text), code };
}

function logScript(machine: Machine, text: string): void {
  logOf(machine).info({ name: "postfix-script", pid: machine.newPid() }, text);
}

function onTerminal(call: CommandCall, text: string): CommandResult {
  return { stdout: "", stderr: call.console === undefined ? "" : `postfix/postfix-script: ${text}\n`, code: 0 };
}
