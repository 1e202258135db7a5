import type { Machine } from "../../../machine.ts";
import type { CommandResult } from "../../../shell/command.ts";
import { configToStart, formatConfig } from "./conf-text.ts";
import { type DoveadmCall, DoveadmExit, EXIT, runningDovecot } from "./doveadm-call.ts";
import { commandUsage } from "./doveadm-usage.ts";
import { formatRecords } from "./records.ts";

const NOT_RUNNING = "Fatal: Dovecot is not running (read from /run/dovecot/master.pid)\n";

export const adminCommands: Readonly<Record<string, (call: DoveadmCall) => CommandResult>> = {
  reload: ({ machine, args }) => signal(machine, args, () => machine.services.reload("dovecot")),
  stop: ({ machine, args }) => signal(machine, args, () => machine.services.stop("dovecot")),
  user: (call) => userCommand(call),
  who: ({ machine, format }) => {
    if (runningDovecot(machine) === undefined) {
      throw new DoveadmExit("Fatal: net_connect_unix(/run/dovecot/anvil) failed: Connection refused\n", EXIT.temporary);
    }
    // Nobody is logged in: IMAP is not simulated.
    const columns = ["username", "#", "proto", "(pids)", "(ips)"].map((title) => ({ title }));
    return said(formatRecords(format ?? "table", columns, []));
  },
  "log find": ({ machine }) => {
    const path = runningDovecot(machine)?.policy.logPath ?? "/var/log/dovecot.log";
    return said(["Debug", "Info", "Warning", "Error", "Fatal"].map((level) => `${level}: ${path}\n`).join(""));
  },
  "auth test": (call) => {
    const [user, password = ""] = call.args;
    if (user === undefined) throw new DoveadmExit(commandUsage("auth test"), EXIT.usage);
    const dovecot = runningDovecot(call.machine);
    const good = dovecot?.users.logIn(dovecot.policy, user, password).right === true;
    const stdout = `passdb: ${user} auth ${good ? "succeeded" : "failed"}\nextra fields:\n  user=${nameOf(call.machine, user)}\n`;
    return { stdout, stderr: "", code: good ? 0 : EXIT.denied };
  },
  config: ({ machine, args }) => {
    const { policy, stderr, code } = configToStart(machine);
    return { stdout: formatConfig(policy, machine, args), stderr, code };
  },
};

/** `doveadm reload` and `stop` find the process by its pid file; while nothing runs the files are read, and may be broken. */
function signal(machine: Machine, args: readonly string[], send: () => void): CommandResult {
  if (args.length > 0) throw new DoveadmExit(`Error: Extraneous arguments found: ${args.join(" ")}\n`, EXIT.usage);
  if (runningDovecot(machine) === undefined) {
    const { stderr, code } = configToStart(machine);
    throw code === 0 ? new DoveadmExit(NOT_RUNNING, EXIT.temporary) : new DoveadmExit(stderr, code);
  }
  send();
  return said("");
}

function userCommand({ machine, args }: DoveadmCall): CommandResult {
  const field = args[0] === "-f" ? args[1] : undefined;
  const masks = (field === undefined ? args : args.slice(2)).filter((word) => word !== "-u");
  if (masks.length === 0) throw new DoveadmExit(commandUsage("user"), EXIT.usage);
  const dovecot = runningDovecot(machine);
  const pid = machine.newPid();
  const header = "field\tvalue\n";
  const failed = (name: string, words: string): DoveadmExit =>
    new DoveadmExit(`doveadm(${name})<${pid}><>: Error: auth-master: userdb lookup(${name}): ${words}\n`, EXIT.temporary, header);
  if (dovecot === undefined) throw failed(masks[0] ?? "", "connect(/run/dovecot/auth-userdb) failed: Connection refused");
  const missing = dovecot.missingPlugin();
  if (missing !== undefined)
    throw new DoveadmExit(`Fatal: Plugin '${missing}' not found from directory /usr/lib/dovecot/modules\n`, EXIT.temporary);
  if (masks.some((mask) => /[*?]/.test(mask))) {
    const patterns = masks.map(
      (mask) =>
        new RegExp(
          `^${mask
            .replace(/[.+^${}()|[\]\\]/g, "\\$&")
            .replaceAll("*", ".*")
            .replaceAll("?", ".")}$`,
        ),
    );
    const names = dovecot.users.list(dovecot.policy).filter((name) => patterns.some((pattern) => pattern.test(name)));
    return said(names.map((name) => `${name}\n`).join(""));
  }
  let stdout = field === undefined ? header : "";
  for (const mask of masks) {
    const lookUp = dovecot.users.lookUp(dovecot.policy, mask);
    if (lookUp.found === "failure") throw failed(mask, lookUp.words);
    if (lookUp.found === "nobody") {
      return { stdout: `${stdout}\nuserdb lookup: user ${mask} doesn't exist\n`, stderr: "", code: EXIT.noUser };
    }
    const { user } = lookUp;
    const fields: readonly (readonly [string, string])[] = [
      ...(user.name === mask ? [] : [["user", user.name] as const]),
      ["uid", String(user.uid ?? "")],
      ["gid", String(user.gid ?? "")],
      ["home", user.home],
      ["mail", user.mail],
      ...Object.entries(user.fields),
    ];
    if (field === undefined) stdout += fields.map(([name, value]) => `${name}\t${value}\n`).join("");
    else stdout += `${fields.find(([name]) => name === field)?.[1] ?? ""}\n`;
  }
  return said(stdout);
}

function nameOf(machine: Machine, login: string): string {
  const dovecot = runningDovecot(machine);
  const lookUp = dovecot?.users.lookUp(dovecot.policy, login);
  return lookUp?.found === "user" ? lookUp.user.name : login;
}

function said(stdout: string): CommandResult {
  return { stdout, stderr: "", code: 0 };
}
