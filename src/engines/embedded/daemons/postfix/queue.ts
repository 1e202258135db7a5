import { FileError, type FileTree } from "../../files/file-tree.ts";
import { readQueueFile, type StoredMessage } from "./queue-file.ts";

export type QueueName = "maildrop" | "incoming" | "active" | "deferred" | "hold" | "corrupt";

/** Directories in which `hash_queue_depth = 1` puts a level between (`hash_queue_names`). */
const hashed: ReadonlySet<string> = new Set(["deferred", "defer"]);

const directories = [
  "active",
  "bounce",
  "corrupt",
  "defer",
  "deferred",
  "flush",
  "hold",
  "incoming",
  "maildrop",
  "pid",
  "private",
  "public",
  "saved",
  "trace",
];

const readyMode = 0o700;

/**
 * The mail queue: files below the spool directory and nothing else, so that a stopped Postfix, a restarted one and a fork
 * of the range all find the same mail.
 */
export class Queue {
  readonly files: FileTree;
  readonly directory: string;

  constructor(files: FileTree, directory: string) {
    this.files = files;
    this.directory = directory;
  }

  /** The directories that `postfix start` makes where they are missing, and master's pid file. */
  prepare(pid: number): void {
    for (const name of directories) {
      const path = `${this.directory}/${name}`;
      if (this.files.exists(path)) continue;
      this.files.makeDirectory(path);
      this.files.chmod(path, 0o700);
      this.files.chown(path, name === "pid" ? "root" : "postfix", "root");
    }
    this.files.write(`${this.directory}/pid/master.pid`, `${String(pid).padStart(32)}\n`);
  }

  /** Absolute path of a message's file, or of its log in `defer`, `bounce`, `trace`. */
  path(queue: QueueName | "defer" | "bounce" | "trace", id: string): string {
    const level = hashed.has(queue) ? `${id[0]}/` : "";
    return `${this.directory}/${queue}/${level}${id}`;
  }

  /** As log lines and `postcat` name it: `deferred/9/9B375190333`. */
  shortPath(queue: QueueName, id: string): string {
    return this.path(queue, id).slice(this.directory.length + 1);
  }

  /** @throws FileError ENOSPC */
  put(queue: QueueName, id: string, bytes: Buffer, owner = "postfix"): void {
    this.files.write(this.path(queue, id), bytes, { mode: readyMode, owner });
  }

  bytes(queue: QueueName, id: string): Buffer | undefined {
    const bytes = this.files.readBytes(this.path(queue, id));
    return bytes === undefined ? undefined : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The message, or undefined when there is none or it is damaged. */
  read(queue: QueueName, id: string): StoredMessage | undefined {
    const bytes = this.bytes(queue, id);
    return bytes === undefined ? undefined : readQueueFile(bytes);
  }

  /** The queue that holds the message. */
  find(id: string, queues: readonly QueueName[]): QueueName | undefined {
    return queues.find((queue) => this.files.exists(this.path(queue, id)));
  }

  ids(queue: QueueName): readonly string[] {
    const root = `${this.directory}/${queue}`;
    if (!hashed.has(queue)) return this.files.list(root);
    return this.files.list(root).flatMap((level) => this.files.list(`${root}/${level}`));
  }

  /** True when none of the queues holds anything. */
  isEmpty(...queues: readonly QueueName[]): boolean {
    return queues.every((queue) => this.ids(queue).length === 0);
  }

  /** Calls back after each change in a queue, until the returned function is called. */
  watch(queue: QueueName, listener: () => void): () => void {
    return this.files.watch(`${this.directory}/${queue}`, listener);
  }

  move(id: string, from: QueueName, to: QueueName): void {
    this.files.rename(this.path(from, id), this.path(to, id));
  }

  remove(queue: QueueName | "defer" | "bounce" | "trace", id: string): void {
    try {
      this.files.remove(this.path(queue, id));
    } catch (error) {
      // Somebody was quicker (postsuper -d): what was to go is gone.
      if (!(error instanceof FileError) || error.code !== "ENOENT") throw error;
    }
  }

  /** A file's modification time in `deferred` is when the next attempt is due. */
  dueAtMs(queue: QueueName, id: string): number {
    return this.files.stat(this.path(queue, id)).modifiedAtMs;
  }

  setDue(queue: QueueName, id: string, atMs: number): void {
    this.files.setModifiedTime(this.path(queue, id), atMs);
  }
}
