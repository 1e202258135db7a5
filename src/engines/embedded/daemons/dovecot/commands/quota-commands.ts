import type { CommandResult } from "../../../shell/command.ts";
import type { OpenUser } from "../mailbox-user.ts";
import { type DoveadmCall, DoveadmExit, EXIT, forUsers, runningDovecot, userArguments } from "./doveadm-call.ts";
import type { Column } from "./records.ts";

const COLUMNS: readonly Column[] = [
  { title: "Quota name" },
  { title: "Type" },
  { title: "Value", right: true },
  { title: "Limit", right: true },
  { title: "%", right: true },
];

export const quotaCommands: Readonly<Record<string, (call: DoveadmCall) => CommandResult>> = {
  "quota get": (call) => {
    demandPlugin(call);
    const { rest } = userArguments(call);
    if (rest.length > 0) throw new DoveadmExit(`Error: Extraneous arguments found: ${rest.join(" ")}\n`, EXIT.usage);
    return forUsers(call, COLUMNS, "table", quotaRows);
  },
  // The files are counted each time; there is nothing to count anew.
  "quota recalc": (call) => {
    demandPlugin(call);
    return forUsers(call, [], "flow", () => []);
  },
};

/** The command comes with the plugin. */
function demandPlugin({ machine }: DoveadmCall): void {
  const dovecot = runningDovecot(machine);
  if (dovecot === undefined || dovecot.policy.mailPlugins.includes("quota")) return;
  throw new DoveadmExit("Fatal: Unknown command 'quota', but plugin quota exists. Try to set mail_plugins=quota\n", EXIT.temporary);
}

/** Storage in whole kibibytes, rounded up. */
function quotaRows(user: OpenUser): readonly (readonly string[])[] {
  const usage = user.store.usage();
  return user.quota.flatMap((root) => [
    row(root.name, "STORAGE", Math.ceil(usage.bytes / 1024), Math.ceil(root.storageLimitBytes / 1024)),
    row(root.name, "MESSAGE", usage.messages, root.messageLimit),
  ]);
}

function row(name: string, type: string, value: number, limit: number): readonly string[] {
  if (limit === 0) return [name, type, String(value), "-", "0"];
  return [name, type, String(value), String(limit), String(Math.floor((value * 100) / limit))];
}
