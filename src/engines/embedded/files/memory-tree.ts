import { createDisks, type Disks } from "./disks.ts";
import { FileError, type FileStat, type FileTree } from "./file-tree.ts";
import { bytesIn, followLinks, nodeAt, walkBelow } from "./lookup.ts";
import { createDirectory, type DirectoryNode, type FileNode, type Node, nodeSize, type Ownership, ownedDirectory, sizeOf } from "./node.ts";
import { isWithin, namesOf, pathOf } from "./path.ts";

/** An empty tree. @param now the clock for modification times, milliseconds since the Unix epoch */
export function createFileTree(now: () => number): FileTree {
  return new MemoryTree(now, (of) => createDirectory(of, now()), createDisks());
}

/**
 * A file tree in memory. Directories are copied on the first write after a clone, along the path of the write only; files
 * are never changed, only replaced. So a clone costs nothing, and ranges of one world share what they do not touch.
 */
class MemoryTree implements FileTree {
  readonly #now: () => number;
  readonly #disks: Disks;
  readonly #watchers = new Set<{ readonly path: string; readonly listener: (path: string) => void }>();
  #self: Ownership = {};
  #root: DirectoryNode;

  constructor(now: () => number, root: (of: Ownership) => DirectoryNode, disks: Disks) {
    this.#now = now;
    this.#disks = disks;
    this.#root = root(this.#self);
  }

  clone(now: () => number = this.#now): FileTree {
    // Neither tree owns the directories from here on: whoever writes first copies.
    this.#self = {};
    const shared = this.#root;
    return new MemoryTree(now, () => shared, this.#disks.clone());
  }

  exists(path: string): boolean {
    return this.#find(path) !== undefined;
  }

  stat(path: string): FileStat {
    return describe(this.#demand(path));
  }

  linkStat(path: string): FileStat {
    return describe(this.#demand(path, false));
  }

  read(path: string): string | undefined {
    const content = this.#content(path);
    return content === undefined || typeof content === "string"
      ? content
      : Buffer.from(content.buffer, content.byteOffset, content.length).toString("utf8");
  }

  readBytes(path: string): Uint8Array | undefined {
    const content = this.#content(path);
    return typeof content === "string" ? Buffer.from(content, "utf8") : content;
  }

  write(path: string, content: string | Uint8Array, attributes: { readonly mode?: number; readonly owner?: string } = {}): void {
    const names = this.#resolve(path);
    const old = this.#at(names);
    if (old?.kind === "directory") throw new FileError("EISDIR", path);
    const kept = old?.kind === "file" ? old : undefined;
    this.#store(names, {
      kind: "file",
      content,
      sizeBytes: sizeOf(content),
      mode: attributes.mode ?? kept?.mode ?? 0o644,
      owner: attributes.owner ?? kept?.owner ?? "root",
      group: attributes.owner ?? kept?.group ?? "root",
      modifiedAtMs: this.#now(),
    });
  }

  append(path: string, content: string, lineEnd = ""): void {
    const names = this.#resolve(path);
    const old = this.#at(names);
    if (old?.kind === "directory") throw new FileError("EISDIR", path);
    if (old?.kind !== "file") {
      this.write(path, content + lineEnd);
      return;
    }
    // The text as it was given stays one piece of the file's rope, which whoever gave it may hold too: a log line is kept once.
    const joined =
      typeof old.content === "string"
        ? old.content + content + lineEnd
        : Buffer.concat([old.content, Buffer.from(content + lineEnd, "utf8")]);
    const sizeBytes = old.sizeBytes + sizeOf(content) + lineEnd.length;
    this.#store(names, { ...old, content: joined, sizeBytes, modifiedAtMs: this.#now() });
  }

  remove(path: string, options: { readonly recursive?: boolean } = {}): void {
    const names = this.#resolve(path, false);
    const node = this.#at(names);
    if (node === undefined) throw new FileError("ENOENT", path);
    if (node.kind === "directory" && node.children.size > 0 && options.recursive !== true) throw new FileError("ENOTEMPTY", path);
    if (names.length === 0) throw new FileError("EINVAL", path);
    const gone = pathOf(names);
    const paths = node.kind === "directory" ? [...walkBelow(node, gone), gone] : [gone];
    this.#disks.take(gone, -bytesIn(node));
    this.#parentOf(names).children.delete(names.at(-1) as string);
    for (const each of paths) this.#tell(each);
  }

  rename(from: string, to: string): void {
    const source = this.#resolve(from, false);
    const target = this.#resolve(to, false);
    const node = this.#at(source);
    if (node === undefined) throw new FileError("ENOENT", from);
    const [fromPath, toPath] = [pathOf(source), pathOf(target)];
    if (fromPath === toPath) return;
    if (node.kind === "directory" && isWithin(toPath, fromPath)) throw new FileError("EINVAL", to);
    const old = this.#at(target);
    if (old?.kind === "directory") {
      if (node.kind !== "directory") throw new FileError("EISDIR", to);
      if (old.children.size > 0) throw new FileError("ENOTEMPTY", to);
    } else if (old !== undefined && node.kind === "directory") throw new FileError("ENOTDIR", to);
    if (!this.#disks.take(toPath, bytesIn(node))) throw new FileError("ENOSPC", to);
    if (old !== undefined) this.#disks.take(toPath, -bytesIn(old));
    this.#disks.take(fromPath, -bytesIn(node));
    this.#parentOf(source).children.delete(source.at(-1) as string);
    this.#parentOf(target).children.set(target.at(-1) as string, node);
    this.#tell(fromPath);
    this.#tell(toPath);
  }

  makeDirectory(path: string): void {
    this.#directoryAt(this.#resolve(path), path);
  }

  chmod(path: string, mode: number): void {
    this.#change(path, { mode });
  }

  setModifiedTime(path: string, modifiedAtMs: number): void {
    this.#change(path, { modifiedAtMs });
  }

  chown(path: string, owner: string, group?: string): void {
    this.#change(path, group === undefined ? { owner } : { owner, group });
  }

  symlink(target: string, path: string): void {
    const names = this.#resolve(path, false);
    if (this.#at(names) !== undefined) throw new FileError("EEXIST", path);
    this.#store(names, { kind: "symlink", target, mode: 0o777, owner: "root", group: "root", modifiedAtMs: this.#now() });
  }

  readLink(path: string): string {
    const node = this.#demand(path, false);
    if (node.kind !== "symlink") throw new FileError("EINVAL", path);
    return node.target;
  }

  list(path: string): readonly string[] {
    const node = this.#find(path);
    return node?.kind === "directory" ? [...node.children.keys()].sort() : [];
  }

  walk(path: string): readonly string[] {
    const names = this.#resolve(path);
    const node = this.#at(names);
    return node?.kind === "directory" ? walkBelow(node, pathOf(names)).sort() : [];
  }

  watch(path: string, listener: (path: string) => void): () => void {
    const watcher = { path: pathOf(namesOf(path)), listener };
    this.#watchers.add(watcher);
    return () => {
      this.#watchers.delete(watcher);
    };
  }

  freeBytes(path: string): number {
    return this.#disks.freeBytes(pathOf(this.#resolve(path)));
  }

  limitDisk(path: string, freeBytes: number | undefined): void {
    this.#disks.limit(pathOf(namesOf(path)), freeBytes);
  }

  disks(): ReturnType<Disks["all"]> {
    return this.#disks.all();
  }

  #content(path: string): string | Uint8Array | undefined {
    const node = this.#find(path);
    if (node === undefined) return undefined;
    if (node.kind !== "file") throw new FileError("EISDIR", path);
    return node.content;
  }

  #find(path: string, follow = true): Node | undefined {
    return this.#at(this.#resolve(path, follow));
  }

  #demand(path: string, follow = true): Node {
    const node = this.#find(path, follow);
    if (node === undefined) throw new FileError("ENOENT", path);
    return node;
  }

  #at(names: readonly string[]): Node | undefined {
    return nodeAt(this.#root, names);
  }

  #resolve(path: string, follow = true): string[] {
    return followLinks(this.#root, path, follow);
  }

  /** The directory, made where it is missing, this tree's own from the root down. */
  #directoryAt(names: readonly string[], path: string): DirectoryNode {
    this.#root = ownedDirectory(this.#root, this.#self);
    let directory = this.#root;
    for (const name of names) {
      const next = directory.children.get(name);
      if (next !== undefined && next.kind !== "directory") throw new FileError("ENOTDIR", path);
      if (next === undefined) directory.modifiedAtMs = this.#now();
      const own = next === undefined ? createDirectory(this.#self, this.#now()) : ownedDirectory(next, this.#self);
      if (own !== next) directory.children.set(name, own);
      directory = own;
    }
    return directory;
  }

  /** The directory that holds the last name, about to be changed. */
  #parentOf(names: readonly string[]): DirectoryNode {
    const parent = this.#directoryAt(names.slice(0, -1), pathOf(names));
    parent.modifiedAtMs = this.#now();
    return parent;
  }

  #store(names: readonly string[], node: Exclude<Node, DirectoryNode>): void {
    const path = pathOf(names);
    if (names.length === 0) throw new FileError("EISDIR", path);
    const old = this.#at(names);
    const parent = this.#directoryAt(names.slice(0, -1), path);
    if (!this.#disks.take(path, nodeSize(node) - (old === undefined ? 0 : nodeSize(old)))) throw new FileError("ENOSPC", path);
    if (old === undefined) parent.modifiedAtMs = this.#now();
    parent.children.set(names.at(-1) as string, node);
    this.#tell(path);
  }

  #change(path: string, change: Partial<Pick<FileNode, "mode" | "owner" | "group" | "modifiedAtMs">>): void {
    const names = this.#resolve(path);
    const node = this.#at(names);
    if (node === undefined) throw new FileError("ENOENT", path);
    if (node.kind === "directory") Object.assign(this.#directoryAt(names, path), change);
    else this.#directoryAt(names.slice(0, -1), path).children.set(names.at(-1) as string, { ...node, ...change });
    this.#tell(pathOf(names));
  }

  #tell(path: string): void {
    if (this.#watchers.size === 0) return;
    for (const watcher of [...this.#watchers]) if (isWithin(path, watcher.path)) watcher.listener(path);
  }
}

function describe(node: Node): FileStat {
  const { kind, mode, owner, group, modifiedAtMs } = node;
  return { kind, sizeBytes: nodeSize(node), mode, owner, group, modifiedAtMs };
}
