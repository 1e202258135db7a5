import { posix } from "node:path";
import type { FsStat, IFileSystem } from "just-bash";
import { FileError, type FileTree } from "../files/file-tree.ts";
import { programPath } from "./program-paths.ts";
import { linkTarget, realPath, statOf } from "./symlinks.ts";

type Encoding = "utf8" | "utf-8" | "ascii" | "binary" | "base64" | "hex" | "latin1";

/** Directories that every Debian host has, even where a world puts no file there. */
const standingDirectories: ReadonlySet<string> = new Set(
  "/ /bin /sbin /dev /etc /home /lib /mnt /opt /proc /root /run /srv /sys /tmp /usr /usr/bin /usr/sbin /usr/local /usr/share /var /var/log /var/lib /var/spool /var/tmp".split(
    " ",
  ),
);
const devices: ReadonlySet<string> = new Set("/dev/null /dev/zero /dev/tty /dev/stdin /dev/stdout /dev/stderr".split(" "));

const messages: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EISDIR: "illegal operation on a directory",
  ENOTDIR: "not a directory",
  EEXIST: "file already exists",
  ENOTEMPTY: "directory not empty",
  ENOSPC: "no space left on device",
  EINVAL: "invalid argument",
  ELOOP: "too many levels of symbolic links",
};

/** Whether a directory is there, standing ones included. */
export function isDirectory(files: FileTree, path: string): boolean {
  return statOf(files, path)?.kind === "directory" || standingDirectories.has(path);
}

/**
 * A machine's file tree as just-bash's file system. Programs are no files in the tree: they show up in /usr/bin and /usr/sbin by
 * name, so that full paths work and `which` finds them.
 * @param programs names of the commands that exist on the machine
 */
export function createFileSystem(files: FileTree, programs: { has(name: string): boolean }): IFileSystem {
  return new FileSystem(files, programs);
}

class FileSystem implements IFileSystem {
  readonly #files: FileTree;
  readonly #programs: { has(name: string): boolean };

  constructor(files: FileTree, programs: { has(name: string): boolean }) {
    this.#files = files;
    this.#programs = programs;
  }

  readFile(path: string, options?: { encoding?: Encoding | null } | Encoding): Promise<string> {
    const encoding = typeof options === "string" ? options : (options?.encoding ?? "utf8");
    return this.readFileBuffer(path).then((bytes) => Buffer.from(bytes).toString(nodeEncoding(encoding)));
  }

  async readFileBuffer(path: string): Promise<Uint8Array> {
    return this.#do("open", path, () => {
      if (devices.has(path)) return new Uint8Array();
      if (isDirectory(this.#files, path)) throw new FileError("EISDIR", path);
      const bytes = this.#files.readBytes(path);
      if (bytes !== undefined) return bytes;
      if (this.#isProgram(path)) return Buffer.from(`#!/bin/bash\n/usr/bin/${posix.basename(path)} "$@"\n`);
      throw new FileError("ENOENT", path);
    });
  }

  async writeFile(path: string, content: string | Uint8Array, options?: { encoding?: Encoding } | Encoding): Promise<void> {
    this.#do("open", path, () => {
      if (!devices.has(path)) this.#files.write(this.#writable(path), contentBytes(content, options));
    });
  }

  async appendFile(path: string, content: string | Uint8Array, options?: { encoding?: Encoding } | Encoding): Promise<void> {
    this.#do("open", path, () => {
      if (devices.has(path)) return;
      const real = this.#writable(path);
      const before = this.#files.readBytes(real) ?? new Uint8Array();
      this.#files.write(real, Buffer.concat([before, contentBytes(content, options)]));
    });
  }

  async exists(path: string): Promise<boolean> {
    if (devices.has(path) || this.#isProgram(path)) return true;
    return statOf(this.#files, path) !== undefined || standingDirectories.has(path);
  }

  async stat(path: string): Promise<FsStat> {
    return this.#do("stat", path, () => this.#statOf(path));
  }

  async lstat(path: string): Promise<FsStat> {
    return this.#do("lstat", path, () => {
      const target = linkTarget(this.#files, path);
      if (target === undefined) return this.#statOf(path);
      const mtime = new Date(this.#files.linkStat(path).modifiedAtMs);
      return { isFile: false, isDirectory: false, isSymbolicLink: true, mode: 0o777, size: target.length, mtime };
    });
  }

  async mkdir(path: string, options?: { recursive?: boolean }): Promise<void> {
    this.#do("mkdir", path, () => {
      if (isDirectory(this.#files, path)) {
        if (options?.recursive) return;
        throw new FileError("EEXIST", path);
      }
      if (statOf(this.#files, path) !== undefined) throw new FileError("EEXIST", path);
      if (!options?.recursive && !isDirectory(this.#files, posix.dirname(path))) throw new FileError("ENOENT", path);
      this.#files.makeDirectory(path);
    });
  }

  async readdir(path: string): Promise<string[]> {
    return this.#do("scandir", path, () => {
      if (!isDirectory(this.#files, path)) {
        throw new FileError(statOf(this.#files, path) === undefined ? "ENOENT" : "ENOTDIR", path);
      }
      return directoryEntries(this.#files, path);
    });
  }

  async readdirWithFileTypes(path: string): Promise<{ name: string; isFile: boolean; isDirectory: boolean; isSymbolicLink: boolean }[]> {
    const names = await this.readdir(path);
    return names.map((name) => {
      const at = posix.join(path, name);
      const link = linkTarget(this.#files, at) !== undefined;
      const directory = !link && isDirectory(this.#files, at);
      return { name, isFile: !link && !directory, isDirectory: directory, isSymbolicLink: link };
    });
  }

  async rm(path: string, options?: { recursive?: boolean; force?: boolean }): Promise<void> {
    this.#do("rm", path, () => {
      const link = linkTarget(this.#files, path) !== undefined;
      if (!link && statOf(this.#files, path) === undefined) {
        if (options?.force) return;
        throw new FileError("ENOENT", path);
      }
      if (!link && this.#files.list(path).length > 0 && !options?.recursive) throw new FileError("ENOTEMPTY", path);
      this.#files.remove(path, { recursive: options?.recursive ?? false });
    });
  }

  async cp(source: string, destination: string, options?: { recursive?: boolean }): Promise<void> {
    this.#do("cp", source, () => copy(this.#files, source, destination, options?.recursive ?? false));
  }

  async mv(source: string, destination: string): Promise<void> {
    this.#do("mv", source, () => this.#files.rename(source, destination));
  }

  resolvePath(base: string, path: string): string {
    const resolved = posix.resolve(base, path);
    return resolved.startsWith("//") ? resolved.slice(1) : resolved;
  }

  getAllPaths(): string[] {
    return ["/", ...this.#files.walk("/")];
  }

  async chmod(path: string, mode: number): Promise<void> {
    this.#do("chmod", path, () => this.#files.chmod(path, mode & 0o7777));
  }

  async symlink(target: string, path: string): Promise<void> {
    this.#do("symlink", path, () => {
      this.#files.symlink(target, path);
    });
  }

  /** Hard links are not in the file tree; a copy behaves alike until one of the two is changed in place. */
  async link(existing: string, path: string): Promise<void> {
    this.#do("link", existing, () => {
      if (statOf(this.#files, path) !== undefined) throw new FileError("EEXIST", path);
      copy(this.#files, existing, path, false);
    });
  }

  async readlink(path: string): Promise<string> {
    return this.#do("readlink", path, () => {
      const target = linkTarget(this.#files, path);
      if (target === undefined) throw new FileError(statOf(this.#files, path) === undefined ? "ENOENT" : "EINVAL", path);
      return target;
    });
  }

  async realpath(path: string): Promise<string> {
    return this.#do("realpath", path, () => {
      const real = realPath(this.#files, path);
      if (statOf(this.#files, real) === undefined && !standingDirectories.has(real)) throw new FileError("ENOENT", path);
      return real;
    });
  }

  async utimes(path: string, _accessed: Date, modified: Date): Promise<void> {
    this.#do("utimes", path, () => this.#files.setModifiedTime(path, modified.getTime()));
  }

  /**
   * just-bash runs its commands from /bin and /usr/bin only; what Debian keeps in /usr/sbin is there too, as a script that hands on.
   */
  #isProgram(path: string): boolean {
    const name = posix.basename(path);
    if (!this.#programs.has(name)) return false;
    const directory = posix.dirname(path);
    if (directory === "/bin" || directory === "/usr/bin") return true;
    return (directory === "/sbin" || directory === "/usr/sbin") && posix.dirname(programPath(name)) === "/usr/sbin";
  }

  #statOf(real: string): FsStat {
    const found = statOf(this.#files, real);
    if (found !== undefined) {
      const directory = found.kind === "directory";
      const mtime = new Date(found.modifiedAtMs);
      return {
        isFile: !directory,
        isDirectory: directory,
        isSymbolicLink: false,
        mode: found.mode,
        size: found.sizeBytes,
        mtime,
        identity: real,
      };
    }
    const directory = standingDirectories.has(real);
    if (!directory && !devices.has(real) && !this.#isProgram(real)) throw new FileError("ENOENT", real);
    const mode = devices.has(real) ? 0o666 : 0o755;
    return { isFile: !directory, isDirectory: directory, isSymbolicLink: false, mode, size: 0, mtime: new Date(0), identity: real };
  }

  /** Where a write to the path goes; as open(2) with O_CREAT it wants a directory to be there. */
  #writable(path: string): string {
    if (isDirectory(this.#files, path)) throw new FileError("EISDIR", path);
    if (!isDirectory(this.#files, posix.dirname(path))) throw new FileError("ENOENT", path);
    return path;
  }

  /** just-bash reads the errno name out of the message, as Node writes it. */
  #do<T>(call: string, path: string, act: () => T): T {
    if (path.includes("\0")) throw new Error(`ENOENT: no such file or directory, ${call} '${path.replaceAll("\0", "")}'`);
    try {
      return act();
    } catch (error) {
      if (!(error instanceof FileError)) throw error;
      throw new Error(`${error.code}: ${messages[error.code] ?? "error"}, ${call} '${path}'`);
    }
  }
}

/** Names in a directory, with the standing directories that no file of the world has made yet. */
export function directoryEntries(files: FileTree, directory: string): string[] {
  const names = new Set(files.list(directory));
  for (const standing of standingDirectories) {
    if (standing !== "/" && posix.dirname(standing) === directory) names.add(posix.basename(standing));
  }
  return [...names].sort();
}

function copy(files: FileTree, source: string, destination: string, recursive: boolean): void {
  const stat = files.stat(source);
  if (stat.kind === "directory") {
    if (!recursive) throw new FileError("EISDIR", source);
    if (`${destination}/`.startsWith(`${source}/`)) throw new FileError("EINVAL", source);
    files.makeDirectory(destination);
    for (const name of files.list(source)) copy(files, posix.join(source, name), posix.join(destination, name), true);
    return;
  }
  const existed = statOf(files, destination) !== undefined;
  files.write(destination, files.readBytes(source) ?? new Uint8Array());
  if (!existed) files.chmod(destination, stat.mode);
}

function nodeEncoding(encoding: Encoding): BufferEncoding {
  return encoding === "binary" ? "latin1" : encoding;
}

function contentBytes(content: string | Uint8Array, options?: { encoding?: Encoding } | Encoding): Uint8Array {
  if (typeof content !== "string") return content;
  const encoding = typeof options === "string" ? options : (options?.encoding ?? "utf8");
  return Buffer.from(content, nodeEncoding(encoding));
}
