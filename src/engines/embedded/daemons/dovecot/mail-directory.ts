import type { FileTree } from "../../files/file-tree.ts";
import { accountsOf } from "../../shell/accounts.ts";

/** The mail user of our image, where the users file names no other. */
export const MAIL_UID = 5000;

/** How files of this user are marked: by name where /etc/passwd has one, else by number. */
export function ownerName(files: FileTree, uid: number): string {
  return accountsOf(files).user(String(uid))?.line.split(":")[0] ?? String(uid);
}

/** Makes a directory and those above it that are missing, as the mail user would: his own, closed to others. */
export function makeMailDirectory(files: FileTree, path: string, owner: string): void {
  if (files.exists(path)) return;
  makeMailDirectory(files, path.slice(0, path.lastIndexOf("/")) || "/", owner);
  files.makeDirectory(path);
  files.chmod(path, 0o700);
  files.chown(path, owner, owner);
}
