import { deliveryName, folderPath, messageSizes, parseMaildirName } from "../../../../daemons/dovecot/maildir.ts";
import type { Usage } from "../../../../daemons/dovecot/quota.ts";
import { mailboxGuid } from "../../../../daemons/dovecot/session-id.ts";
import type { FileTree } from "../../files/file-tree.ts";
import { makeMailDirectory } from "./mail-directory.ts";
import type { Stamps } from "./stamps.ts";
import { formatUidList, parseUidList, type UidList } from "./uid-list.ts";

/** A message as it lies in a folder. */
export interface StoredMail {
  readonly uid: number;
  readonly path: string;
  /** The file name without its flags. */
  readonly base: string;
  /** Maildir letters; "" in new/. */
  readonly flags: string;
  /** It lies in new/: nobody has opened the folder yet. */
  readonly recent: boolean;
  readonly sizeBytes: number;
  readonly virtualBytes: number;
  /** When it was delivered, milliseconds since the Unix epoch, whole seconds. */
  readonly receivedAtMs: number;
}

/** One folder as it is now. */
export interface Folder {
  readonly name: string;
  readonly uidValidity: number;
  readonly uidNext: number;
  readonly guid: string;
  /** By UID. */
  readonly mails: readonly StoredMail[];
}

export interface StoreSetup {
  readonly files: FileTree;
  /** The INBOX: `/srv/vmail/alice/Maildir`. Other folders lie in it as `.Name`. */
  readonly root: string;
  /** Name or number of the files' owner. */
  readonly owner: string;
  readonly hostName: string;
  readonly stamps: Stamps;
}

/**
 * A user's mail in a Maildir++. The files are the truth: whatever somebody put there or took away counts.
 * UIDs are remembered in dovecot-uidlist, as the real program does; its index files (caches) are not written.
 */
export class MaildirStore {
  readonly #setup: StoreSetup;

  constructor(setup: StoreSetup) {
    this.#setup = setup;
  }

  get root(): string {
    return this.#setup.root;
  }

  exists(): boolean {
    return this.#setup.files.exists(`${this.root}/tmp`);
  }

  /** Makes the INBOX, or another folder. */
  create(name: string, pid: number): void {
    const path = this.#pathOf(name);
    for (const part of ["cur", "new", "tmp"]) makeMailDirectory(this.#setup.files, `${path}/${part}`, this.#setup.owner);
    this.#write(`${path}/maildirfolder`, "");
    this.#saveUidList(path, this.#freshUidList(pid));
  }

  /** Folder names; the INBOX is always there. */
  folderNames(): readonly string[] {
    const others = this.#setup.files
      .list(this.root)
      .filter((name) => name.startsWith(".") && this.#setup.files.exists(`${this.root}/${name}/cur`));
    return [...others.map((name) => name.slice(1).replaceAll(".", "/")), "INBOX"];
  }

  hasFolder(name: string): boolean {
    return name.toUpperCase() === "INBOX" || this.#setup.files.exists(`${this.#pathOf(name)}/cur`);
  }

  /** Looks at what lies in a folder; new files get their UIDs. @param pid of the process that looks */
  folder(name: string, pid: number): Folder {
    const path = this.#pathOf(name);
    const found = [...this.#filesIn(`${path}/cur`), ...this.#filesIn(`${path}/new`)];
    const known = parseUidList(this.#setup.files.read(`${path}/dovecot-uidlist`)) ?? this.#freshUidList(pid);
    const list = synchronised(
      known,
      found.map((file) => file.base),
    );
    if (list !== known) this.#saveUidList(path, list);
    const byBase = new Map(found.map((file) => [file.base, file]));
    const mails = list.entries.flatMap(({ uid, base }) => {
      const file = byBase.get(base);
      return file === undefined ? [] : [{ uid, ...file }];
    });
    return { name, uidValidity: list.uidValidity, uidNext: list.uidNext, guid: list.guid, mails };
  }

  /** What all folders hold. */
  usage(): Usage {
    let usage: Usage = { bytes: 0, messages: 0 };
    for (const name of this.folderNames()) {
      const path = this.#pathOf(name);
      for (const file of [...this.#filesIn(`${path}/cur`), ...this.#filesIn(`${path}/new`)]) {
        usage = { bytes: usage.bytes + file.virtualBytes, messages: usage.messages + 1 };
      }
    }
    return usage;
  }

  /** The name that a message will have while it is written, and once it is delivered into new/. */
  nextName(pid: number, content: string): { readonly temporary: string; readonly final: string } {
    const stamp = { ...this.#setup.stamps.delivery(), pid, hostName: this.#setup.hostName };
    const final = deliveryName(stamp, messageSizes(content));
    return { temporary: final.slice(0, final.indexOf(",S=")), final };
  }

  /** Puts a message into new/. Text is latin1, a character a byte. @throws FileError ENOSPC */
  deliver(name: string, content: string): void {
    this.#write(`${this.root}/new/${name}`, Buffer.from(content, "latin1"));
  }

  /** The message, a character a byte. */
  content(mail: StoredMail): string {
    return Buffer.from(this.#setup.files.readBytes(mail.path) ?? new Uint8Array()).toString("latin1");
  }

  remove(mail: StoredMail): void {
    this.#setup.files.remove(mail.path);
  }

  /** Moves a message to another folder, where it gets a new UID. */
  move(mail: StoredMail, folder: string): void {
    this.#setup.files.rename(mail.path, `${this.#pathOf(folder)}/cur/${mail.base}:2,${mail.flags}`);
  }

  /** Sets a message's flags; a message in new/ goes to cur/. @param from its folder */
  setFlags(mail: StoredMail, folder: string, flags: string): void {
    this.#setup.files.rename(mail.path, `${this.#pathOf(folder)}/cur/${mail.base}:2,${[...new Set(flags)].sort().join("")}`);
  }

  #pathOf(folder: string): string {
    return folderPath(this.root, folder);
  }

  #filesIn(directory: string): readonly Omit<StoredMail, "uid">[] {
    const { files } = this.#setup;
    return files
      .list(directory)
      .filter((name) => !name.startsWith("."))
      .map((name) => {
        const path = `${directory}/${name}`;
        const parsed = parseMaildirName(name);
        const sizes =
          parsed.sizeBytes === undefined || parsed.virtualBytes === undefined ? messageSizes(files.read(path) ?? "") : undefined;
        return {
          path,
          base: parsed.base,
          flags: parsed.flags,
          recent: directory.endsWith("/new"),
          sizeBytes: parsed.sizeBytes ?? sizes?.sizeBytes ?? 0,
          virtualBytes: parsed.virtualBytes ?? sizes?.virtualBytes ?? 0,
          receivedAtMs: Math.floor(files.stat(path).modifiedAtMs / 1000) * 1000,
        };
      });
  }

  #freshUidList(pid: number): UidList {
    const stamp = { ...this.#setup.stamps.identifier(), pid, hostName: this.#setup.hostName };
    return { uidValidity: Math.floor(stamp.atMs / 1000), uidNext: 1, guid: mailboxGuid(stamp), entries: [] };
  }

  #saveUidList(path: string, list: UidList): void {
    if (this.#setup.files.exists(`${path}/cur`)) this.#write(`${path}/dovecot-uidlist`, formatUidList(list));
  }

  #write(path: string, content: string | Uint8Array): void {
    this.#setup.files.write(path, content, { mode: 0o600, owner: this.#setup.owner });
  }
}

/** The list with files that are new to it, in the order of their names, and without those that are gone; itself when nothing changed. */
function synchronised(list: UidList, bases: readonly string[]): UidList {
  const present = new Set(bases);
  const known = new Set(list.entries.map((entry) => entry.base));
  const fresh = [...present].filter((base) => !known.has(base)).sort(byDelivery);
  const kept = list.entries.filter((entry) => present.has(entry.base));
  if (fresh.length === 0 && kept.length === list.entries.length) return list;
  const added = fresh.map((base, index) => ({ uid: list.uidNext + index, base }));
  return { ...list, uidNext: list.uidNext + added.length, entries: [...kept, ...added] };
}

/** Seconds, then microseconds, then the whole name. */
function byDelivery(left: string, right: string): number {
  const key = (name: string): readonly number[] => {
    const match = /^(\d+)\.M(\d+)P/.exec(name);
    return [Number(match?.[1] ?? parseMaildirName(name).seconds ?? Number.POSITIVE_INFINITY), Number(match?.[2] ?? 0)];
  };
  const [leftKey, rightKey] = [key(left), key(right)];
  for (const [index, value] of leftKey.entries()) {
    const difference = value - (rightKey[index] as number);
    if (difference !== 0 && !Number.isNaN(difference)) return difference;
  }
  return left < right ? -1 : 1;
}
