/** What a file tree is made of. Files and links are immutable; a directory belongs to one tree or is shared and then never changed. */
export type Node = FileNode | DirectoryNode | LinkNode;

export interface Attributes {
  readonly mode: number;
  readonly owner: string;
  readonly group: string;
  readonly modifiedAtMs: number;
}

export interface FileNode extends Attributes {
  readonly kind: "file";
  readonly content: string | Uint8Array;
  readonly sizeBytes: number;
}

export interface LinkNode extends Attributes {
  readonly kind: "symlink";
  readonly target: string;
}

export interface DirectoryNode {
  readonly kind: "directory";
  mode: number;
  owner: string;
  group: string;
  modifiedAtMs: number;
  readonly children: Map<string, Node>;
  /** The tree that may change this directory in place; every other one copies it first. */
  readonly of: Ownership;
}

/** An identity and nothing else: a tree gets a new one when it is cloned, which makes all its directories shared. */
export type Ownership = Record<never, never>;

export const EMPTY_DIRECTORY_BYTES = 4096;

export function createDirectory(of: Ownership, modifiedAtMs: number): DirectoryNode {
  return { kind: "directory", mode: 0o755, owner: "root", group: "root", modifiedAtMs, children: new Map(), of };
}

/** The directory itself where it is this owner's, else a copy that is. */
export function ownedDirectory(directory: DirectoryNode, of: Ownership): DirectoryNode {
  return directory.of === of ? directory : { ...directory, children: new Map(directory.children), of };
}

/** UTF-8 bytes of a content. */
export function sizeOf(content: string | Uint8Array): number {
  return typeof content === "string" ? Buffer.byteLength(content) : content.length;
}

export function nodeSize(node: Node): number {
  if (node.kind === "file") return node.sizeBytes;
  return node.kind === "symlink" ? sizeOf(node.target) : EMPTY_DIRECTORY_BYTES;
}
