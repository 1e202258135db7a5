import { FileError, type FileTree } from "../../files/file-tree.ts";
import { accountsOf } from "../../shell/accounts.ts";

/** The user that a process of Dovecot acts as. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

const READ_WRITE_ENTER = { r: 4, w: 2, x: 1 } as const;

/**
 * Why this user may not do something in a directory, as Dovecot says it (eacces_error_get); undefined when he may.
 * The virtual file system itself asks nobody for permission: what root does on a shell always works.
 * @param need `x` to reach what lies in the directory, `w` to create or remove in it
 */
export function refusal(files: FileTree, identity: Identity, directory: string, need: "w" | "x"): string | undefined {
  for (const each of [...ancestors(directory), directory]) {
    const lacking = each === directory && need === "w" ? (["x", "w"] as const) : (["x"] as const);
    const missing = lacking.find((right) => !allows(files, identity, each, right));
    if (missing !== undefined) return describe(files, identity, each, missing);
  }
  return undefined;
}

/** The nearest directory above a path that exists. */
export function nearestDirectory(files: FileTree, path: string): string {
  for (let at = path; ; at = parentOf(at)) {
    if (at === "/" || files.exists(at)) return at;
  }
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf("/")));
}

function ancestors(path: string): readonly string[] {
  const parts = path.split("/").slice(1, -1);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}

function allows(files: FileTree, { uid, gid }: Identity, directory: string, right: keyof typeof READ_WRITE_ENTER): boolean {
  try {
    const accounts = accountsOf(files);
    const { mode, owner, group } = files.stat(directory);
    const shift = accounts.userId(owner) === uid ? 6 : accounts.groupId(group) === gid ? 3 : 0;
    return ((mode >> shift) & READ_WRITE_ENTER[right]) !== 0;
  } catch (error) {
    // What is not there keeps nobody out.
    if (error instanceof FileError) return true;
    throw error;
  }
}

function describe(files: FileTree, { uid, gid }: Identity, directory: string, missing: string): string {
  const accounts = accountsOf(files);
  const { mode, owner, group } = files.stat(directory);
  const nameOf = (lines: readonly string[], id: number): string =>
    lines.find((line) => line.split(":")[2] === String(id))?.split(":")[0] ?? "";
  const named = (id: number, name: string): string => (name === "" ? `${id}(unknown)` : `${id}(${name})`);
  const who = `euid=${named(uid, nameOf(accounts.passwd, uid))} egid=${named(gid, nameOf(accounts.group, gid))}`;
  const whose = `dir owned by ${accounts.userId(owner)}:${accounts.groupId(group)} mode=${(mode & 0o7777).toString(8).padStart(4, "0")}`;
  return `Permission denied (${who} missing +${missing} perm: ${directory}, ${whose})`;
}
