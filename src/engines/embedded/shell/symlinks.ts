import { posix } from "node:path";
import { FileError, type FileStat, type FileTree } from "../files/file-tree.ts";

/** stat(2): of the file that the path leads to; undefined when there is none. */
export function statOf(files: FileTree, path: string): FileStat | undefined {
  try {
    return files.stat(path);
  } catch {
    return undefined;
  }
}

/** Where a symbolic link points, as it is written in the link; undefined when the path is none. */
export function linkTarget(files: FileTree, path: string): string | undefined {
  try {
    return files.readLink(path);
  } catch {
    return undefined;
  }
}

/** The path with every symbolic link in it followed. @throws FileError ELOOP */
export function realPath(files: FileTree, path: string, linksLeft = 40): string {
  let at = "/";
  const names = posix
    .normalize(path)
    .split("/")
    .filter((name) => name !== "");
  for (const [index, name] of names.entries()) {
    at = posix.join(at, name);
    const target = linkTarget(files, at);
    if (target === undefined) continue;
    if (linksLeft === 0) throw new FileError("ELOOP", path);
    const rest = names.slice(index + 1).join("/");
    return realPath(files, posix.join(posix.resolve(posix.dirname(at), target), rest), linksLeft - 1);
  }
  return at;
}
