import type { FileReader } from "../../../../daemons/daemon.ts";
import type { FileTree } from "../../files/file-tree.ts";

/** A host's files as the pure daemon knowledge reads them. */
export function fileReaderOf(files: FileTree): FileReader {
  return { read: (path) => files.read(path), list: (path) => files.list(path) };
}
