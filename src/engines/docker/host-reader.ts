import { posix } from "node:path";
import { buffer } from "node:stream/consumers";
import { unpackTar } from "modern-tar";
import type { FileReader } from "../../daemons/daemon.ts";
import type { LiveHost } from "./live-host.ts";

/**
 * Reads trees of text files of a host as they are now, for code that asks for files one by one.
 * @param paths files or directories; one that is not there is left out
 */
export async function readHostFiles({ container }: LiveHost, paths: readonly string[]): Promise<FileReader> {
  const texts = new Map<string, string>();
  for (const path of paths) {
    const archive = await container.getArchive({ path }).catch((error: { statusCode?: number }) => {
      if (error.statusCode === 404) return undefined;
      throw error;
    });
    if (archive === undefined) continue;
    for (const { header, data } of await unpackTar(await buffer(archive))) {
      // Names in the archive begin with the last part of the path that was asked for.
      const full = posix.join(posix.dirname(path), header.name);
      if (header.type === "file" && data !== undefined) texts.set(full, new TextDecoder().decode(data));
    }
  }
  return {
    read: (path) => texts.get(path),
    list(path) {
      const prefix = path.endsWith("/") ? path : `${path}/`;
      const below = [...texts.keys()].filter((each) => each.startsWith(prefix));
      return [...new Set(below.map((each) => each.slice(prefix.length).split("/")[0] as string))].sort();
    },
  };
}
