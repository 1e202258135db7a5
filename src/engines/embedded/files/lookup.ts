import { FileError } from "./file-tree.ts";
import { type DirectoryNode, type Node, nodeSize } from "./node.ts";
import { namesOf, pathOf } from "./path.ts";

/** Linux: how many symbolic links one lookup follows before ELOOP. */
const LINKS_FOLLOWED = 40;

/** The node at names that hold no links any more. */
export function nodeAt(root: DirectoryNode, names: readonly string[]): Node | undefined {
  let node: Node = root;
  for (const name of names) {
    const next: Node | undefined = node.kind === "directory" ? node.children.get(name) : undefined;
    if (next === undefined) return undefined;
    node = next;
  }
  return node;
}

/**
 * The names on a path with its symbolic links followed; the last one only when `last` says so. What does not exist is left
 * as it is written.
 * @throws FileError ELOOP
 */
export function followLinks(root: DirectoryNode, path: string, last: boolean): string[] {
  let names = namesOf(path);
  let followed = 0;
  let node: Node = root;
  for (let depth = 0; depth < names.length; depth++) {
    const next: Node | undefined = node.kind === "directory" ? node.children.get(names[depth] as string) : undefined;
    if (next === undefined) break;
    if (next.kind !== "symlink" || (depth === names.length - 1 && !last)) {
      node = next;
      continue;
    }
    if (++followed > LINKS_FOLLOWED) throw new FileError("ELOOP", path);
    const base = next.target.startsWith("/") ? [] : names.slice(0, depth);
    names = namesOf(pathOf([...base, next.target, ...names.slice(depth + 1)]));
    depth = -1;
    node = root;
  }
  return names;
}

/** Every path below a directory. @param path the directory's own */
export function walkBelow(directory: DirectoryNode, path: string): string[] {
  const paths: string[] = [];
  const prefix = path === "/" ? "" : path;
  for (const [name, node] of directory.children) {
    const at = `${prefix}/${name}`;
    paths.push(at);
    if (node.kind === "directory") paths.push(...walkBelow(node, at));
  }
  return paths;
}

/** Bytes of all files in a node: what removing it gives back to its disk. */
export function bytesIn(node: Node): number {
  if (node.kind !== "directory") return nodeSize(node);
  let bytes = 0;
  for (const child of node.children.values()) bytes += bytesIn(child);
  return bytes;
}
