import { readPolicy } from "../../../../daemons/postfix/policy.ts";
import { compileAliases, compileMap, formatDatabase } from "../../../../daemons/postfix/tables/database.ts";
import type { FileTree } from "../../files/file-tree.ts";
import { fileReaderOf } from "./file-reader.ts";

/**
 * What the service's start script does before `postfix start`: tables that have never been compiled are compiled. One that was
 * edited later is its owner's business.
 */
export function compileMissingTables(files: FileTree): void {
  const policy = readPolicy(fileReaderOf(files));
  const sources = new Set(
    policy.entries.flatMap(({ name }) => [...policy.get(name).matchAll(/\bhash:(\/[^ ,}]+)/g)].map((match) => match[1] as string)),
  );
  for (const path of sources) {
    const source = files.read(path);
    if (source === undefined || files.exists(`${path}.db`)) continue;
    const { entries } = path.endsWith("/aliases") ? compileAliases(source, path) : compileMap(source, path);
    files.write(`${path}.db`, formatDatabase({ type: "hash", entries }));
  }
}
