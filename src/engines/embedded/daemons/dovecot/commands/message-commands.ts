import type { CommandResult } from "../../../shell/command.ts";
import type { OpenUser } from "../mailbox-user.ts";
import { type DoveadmCall, DoveadmExit, EXIT, forUsers, userArguments } from "./doveadm-call.ts";
import { commandUsage } from "./doveadm-usage.ts";
import { FETCH_FIELDS_HELP, fetchField, isFetchField } from "./fetch-fields.ts";
import { type Candidate, parseQuery, QueryError, type SearchQuery } from "./search-query.ts";

const FLAGS: Readonly<Record<string, string>> = { "\\answered": "R", "\\deleted": "T", "\\draft": "D", "\\flagged": "F", "\\seen": "S" };

export const messageCommands: Readonly<Record<string, (call: DoveadmCall) => CommandResult>> = {
  search: (call) => {
    const query = queryOf(call, "search", userArguments(call).rest);
    const columns = [
      { title: "mailbox-guid", bare: true },
      { title: "uid", bare: true },
    ];
    return forUsers(call, columns, "flow", (user, pid) => found(user, query, pid).map(({ guid, mail }) => [guid, String(mail.uid)]));
  },
  fetch: (call) => {
    const [fields, ...words] = userArguments(call).rest;
    if (fields === undefined) throw new DoveadmExit(commandUsage("fetch"), EXIT.usage);
    const names = fields.split(" ").filter((name) => name !== "");
    const unknown = names.find((name) => !isFetchField(name));
    if (unknown !== undefined) {
      throw new DoveadmExit(`${FETCH_FIELDS_HELP}\nFatal: Unknown fetch field: ${unknown}\n`, EXIT.temporary);
    }
    const query = queryOf(call, "fetch", words);
    const columns = names.map((title) => ({ title, stream: /^(hdr|body|text)$/.test(title) }));
    return forUsers(call, columns, "pager", (user, pid) =>
      found(user, query, pid).map((candidate) => names.map((name) => fetchField(name, candidate, user, call.machine))),
    );
  },
  expunge: (call) => {
    const query = queryOf(call, "expunge", userArguments(call, "m").rest);
    if (!query.boundToMailbox) {
      throw new DoveadmExit("Fatal: expunge: To avoid accidents, search query must contain MAILBOX in all search branches\n", EXIT.usage);
    }
    return forUsers(call, [], "flow", (user, pid) => {
      for (const { mail } of found(user, query, pid)) user.store.remove(mail);
      return [];
    });
  },
  move: (call) => {
    const [target, ...words] = userArguments(call).rest;
    if (target === undefined) throw new DoveadmExit(commandUsage("move"), EXIT.usage);
    const query = queryOf(call, "move", words);
    return forUsers(call, [], "flow", (user, pid) => {
      if (!user.store.hasFolder(target)) {
        const words = `Can't open mailbox '${target}': Mailbox doesn't exist: ${target}`;
        throw new DoveadmExit(`doveadm(${user.name}): Error: ${words}\n`, EXIT.notFound);
      }
      for (const { mail } of found(user, query, pid)) user.store.move(mail, target);
      return [];
    });
  },
  "flags add": (call) => changeFlags(call, "flags add", (old, given) => old + given),
  "flags remove": (call) => changeFlags(call, "flags remove", (old, given) => [...old].filter((flag) => !given.includes(flag)).join("")),
  "flags replace": (call) => changeFlags(call, "flags replace", (_, given) => given),
};

function changeFlags(call: DoveadmCall, command: string, change: (old: string, given: string) => string): CommandResult {
  const [flags, ...words] = userArguments(call).rest;
  if (flags === undefined || words.length === 0) throw new DoveadmExit(commandUsage(command), EXIT.usage);
  const given = flags
    .split(" ")
    .filter((word) => word !== "")
    .map((word) => {
      const letter = FLAGS[word.toLowerCase()];
      if (letter !== undefined) return letter;
      if (word.startsWith("\\")) throw new DoveadmExit(`Fatal: Invalid system flag: ${word}\n`, EXIT.temporary);
      call.machine.notSimulated("keywords of messages in Dovecot");
      return "";
    })
    .join("");
  const query = queryOf(call, command, words);
  return forUsers(call, [], "flow", (user, pid) => {
    for (const { mail, folder } of found(user, query, pid)) user.store.setFlags(mail, folder, change(mail.flags, given));
    return [];
  });
}

function queryOf(call: DoveadmCall, command: string, words: readonly string[]): SearchQuery {
  if (words.length === 0) throw new DoveadmExit(commandUsage(command), EXIT.usage);
  try {
    return parseQuery(words, call.machine.clock.now());
  } catch (error) {
    if (error instanceof QueryError) throw new DoveadmExit(`Fatal: ${error.message}\n`, EXIT.temporary);
    throw error;
  }
}

/** Messages that match, folder by folder. */
function found(user: OpenUser, query: SearchQuery, pid: number): readonly Candidate[] {
  const absent = query.mailboxes.find((name) => !/[*%?]/.test(name) && !user.store.hasFolder(name));
  if (absent !== undefined) {
    const words = `Couldn't get mailbox '${absent}' GUID: Mailbox doesn't exist: ${absent}`;
    throw new DoveadmExit(`doveadm(${user.name}): Error: ${words}\n`, EXIT.notFound);
  }
  return user.store.folderNames().flatMap((name) => {
    const folder = user.store.folder(name, pid);
    const lastUid = folder.mails.at(-1)?.uid ?? 0;
    return folder.mails
      .map((mail, index): Candidate => {
        let content: string | undefined;
        const read = (): string => {
          content ??= user.store.content(mail);
          return content;
        };
        return { folder: name, guid: folder.guid, mail, sequence: index + 1, lastUid, content: read };
      })
      .filter(query.matches);
  });
}
