/** A file's or directory's attributes. Times in milliseconds since the Unix epoch. */
export interface FileStat {
  readonly kind: "file" | "directory" | "symlink";
  readonly sizeBytes: number;
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
  readonly modifiedAtMs: number;
}

/**
 * A host's virtual file system. Contents are immutable values, so a fork shares them. Paths are absolute and normalised.
 * Failing calls throw a FileError with the errno name of the real call.
 */
export interface FileTree {
  exists(path: string): boolean;
  /** Follows symbolic links; `linkStat` tells about the link itself. */
  stat(path: string): FileStat;
  linkStat(path: string): FileStat;
  /** UTF-8 text of a file; undefined when there is none (a directory throws EISDIR). */
  read(path: string): string | undefined;
  /** The bytes themselves, not a copy: never change them. */
  readBytes(path: string): Uint8Array | undefined;
  /** Creates parents as needed. Bytes are kept, not copied: the caller must not change them afterwards. Throws ENOSPC when the disk that holds the path is full. */
  write(path: string, content: string | Uint8Array, attributes?: { readonly mode?: number; readonly owner?: string }): void;
  /** @param lineEnd goes behind the content, without a copy of it being made */
  append(path: string, content: string, lineEnd?: "\n"): void;
  remove(path: string, options?: { readonly recursive?: boolean }): void;
  rename(from: string, to: string): void;
  makeDirectory(path: string): void;
  chmod(path: string, mode: number): void;
  /** utime(2): a time to come is allowed (Postfix marks the next delivery attempt that way). */
  setModifiedTime(path: string, modifiedAtMs: number): void;
  chown(path: string, owner: string, group?: string): void;
  symlink(target: string, path: string): void;
  readLink(path: string): string;
  /** Names, sorted by code unit; empty when there is no such directory. */
  list(path: string): readonly string[];
  /** Every path below a directory, sorted. */
  walk(path: string): readonly string[];
  /** Calls back after each change of a file at or below the path, until the returned function is called (tail -f). */
  watch(path: string, listener: (path: string) => void): () => void;
  /** Free bytes on the disk that holds the path; Infinity where no limit is set. */
  freeBytes(path: string): number;
  /** Makes the path the mount point of a file system with so many bytes free; `undefined` takes the limit away. */
  limitDisk(path: string, freeBytes: number | undefined): void;
  /** The file systems with a limit. */
  disks(): readonly { readonly mountPoint: string; readonly freeBytes: number }[];
  /** An independent copy that shares contents; watchers stay with the original. @param now the copy's clock, else the same one */
  clone(now?: () => number): FileTree;
}

export class FileError extends Error {
  readonly code: "ENOENT" | "EISDIR" | "ENOTDIR" | "EEXIST" | "ENOTEMPTY" | "ENOSPC" | "EINVAL" | "ELOOP";
  readonly path: string;

  constructor(code: FileError["code"], path: string) {
    super(`${code}: ${path}`);
    this.name = "FileError";
    this.code = code;
    this.path = path;
  }
}
