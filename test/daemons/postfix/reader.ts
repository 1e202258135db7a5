import type { FileReader } from "../../../src/daemons/daemon.ts";

/** One host's files, from a plain record. */
export function readerOf(files: Readonly<Record<string, string>>): FileReader {
  return {
    read: (path) => (Object.hasOwn(files, path) ? files[path] : undefined),
    list: (path) =>
      Object.keys(files)
        .filter((file) => file.startsWith(`${path}/`))
        .map((file) => file.slice(path.length + 1))
        .sort(),
  };
}
