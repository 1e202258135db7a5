import type { CommandResult } from "../../../shell/command.ts";
import type { OpenUser } from "../mailbox-user.ts";
import type { Folder } from "../maildir-store.ts";
import { type DoveadmCall, DoveadmExit, EXIT, forUsers, userArguments } from "./doveadm-call.ts";
import { commandUsage } from "./doveadm-usage.ts";
import type { Column } from "./records.ts";

/** Status fields in the order in which they are printed. */
const FIELDS: readonly (readonly [string, (folder: Folder) => string])[] = [
  ["messages", ({ mails }) => String(mails.length)],
  ["recent", ({ mails }) => String(mails.filter((mail) => mail.recent).length)],
  ["uidnext", ({ uidNext }) => String(uidNext)],
  ["uidvalidity", ({ uidValidity }) => String(uidValidity)],
  ["unseen", ({ mails }) => String(mails.filter((mail) => !mail.flags.includes("S")).length)],
  ["highestmodseq", ({ uidNext }) => String(uidNext)],
  ["vsize", ({ mails }) => String(mails.reduce((sum, mail) => sum + mail.virtualBytes, 0))],
  ["guid", ({ guid }) => guid],
  ["firstsaved", ({ mails }) => (mails[0] === undefined ? "never" : String(mails[0].receivedAtMs / 1000))],
];

export const mailboxCommands: Readonly<Record<string, (call: DoveadmCall) => CommandResult>> = {
  "mailbox list": (call) => {
    const { rest } = userArguments(call, "78s");
    const masks = rest.map(maskOf);
    return forUsers(call, [{ title: "mailbox", bare: true }], "flow", ({ store }) =>
      store
        .folderNames()
        .filter((name) => masks.length === 0 || masks.some((mask) => mask.test(name)))
        .map((name) => [name]),
    );
  },
  "mailbox status": (call) => {
    const { rest } = userArguments(call);
    const [fields, ...masks] = rest;
    if (fields === undefined || masks.length === 0) throw new DoveadmExit(commandUsage("mailbox status"), EXIT.usage);
    const wanted = fieldsOf(fields);
    const columns: readonly Column[] = [{ title: "mailbox", bare: true }, ...wanted.map(([title]) => ({ title }))];
    return forUsers(call, columns, "flow", (user, pid) =>
      foldersMatching(user, masks).map((name) => [name, ...wanted.map(([, read]) => read(user.store.folder(name, pid)))]),
    );
  },
  "mailbox create": (call) =>
    changeFolders(call, "mailbox create", (user, name, pid) => {
      if (user.store.hasFolder(name)) return `Can't create mailbox ${name}: Mailbox already exists`;
      user.store.create(name, pid);
      return undefined;
    }),
};

function fieldsOf(text: string): typeof FIELDS {
  const names = text.split(" ").filter((name) => name !== "");
  const unknown = names.find((name) => name !== "all" && !FIELDS.some(([known]) => known === name));
  if (unknown !== undefined) throw new DoveadmExit(`Fatal: Unknown status field: ${unknown}\n`, EXIT.usage);
  return FIELDS.filter(([name]) => names.includes("all") || names.includes(name));
}

/** In the order of the list, not of the masks. */
function foldersMatching(user: OpenUser, masks: readonly string[]): readonly string[] {
  const absent = masks.find((mask) => !/[*%]/.test(mask) && !user.store.hasFolder(mask));
  if (absent !== undefined) {
    const words = `Mailbox ${absent}: Failed to lookup mailbox status: Mailbox doesn't exist: ${absent}`;
    throw new DoveadmExit(`doveadm(${user.name}): Error: ${words}\n`, EXIT.notFound);
  }
  const patterns = masks.map(maskOf);
  return user.store.folderNames().filter((name) => patterns.some((pattern) => pattern.test(name)));
}

function changeFolders(
  call: DoveadmCall,
  command: string,
  change: (user: OpenUser, name: string, pid: number) => string | undefined,
): CommandResult {
  const { rest } = userArguments(call, "s");
  if (rest.length === 0) throw new DoveadmExit(commandUsage(command), EXIT.usage);
  return forUsers(call, [], "flow", (user, pid) => {
    for (const name of rest) {
      const complaint = change(user, name, pid);
      if (complaint !== undefined) throw new DoveadmExit(`doveadm(${user.name}): Error: ${complaint}\n`, 65);
    }
    return [];
  });
}

function maskOf(mask: string): RegExp {
  return new RegExp(
    `^${mask
      .replace(/[.+^${}()|[\]\\?]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("%", "[^/]*")}$`,
    "i",
  );
}
