import { posix } from "node:path";
import { quoteWord } from "../../../base/shell-words.ts";
import type { FileReader } from "../../../daemons/daemon.ts";
import { demandDaemon, fileChange, reloadedBy, type TextEffect, undoChange } from "../../../daemons/effects.ts";
import { readHostFiles } from "../host-reader.ts";
import type { LiveHost } from "../live-host.ts";
import { reloadDaemon } from "./daemon.ts";
import type { Undo } from "./undo.ts";

/** Changes a file, a parameter or a zone on a running host, and has the daemon read it. */
export async function changeText(live: LiveHost, effect: TextEffect): Promise<Undo> {
  const daemon = reloadedBy(effect);
  if (daemon !== undefined) demandDaemon(live.host, daemon);
  const put = async (path: string, text: string | undefined): Promise<void> => {
    await writeFile(live, path, text);
    if (daemon !== undefined) await reloadDaemon(live, daemon);
  };
  const change = fileChange(await filesFor(live, effect), effect);
  await put(change.path, change.after);
  return async () => {
    const undone = undoChange(await filesFor(live, effect), effect, change);
    if ("code" in undone) return undone;
    await put(undone.path, undone.after);
    return undefined;
  };
}

/** The files that the effect may look at. */
function filesFor(live: LiveHost, effect: TextEffect): Promise<FileReader> {
  switch (effect.effect) {
    case "file":
      return readHostFiles(live, [effect.path]);
    case "parameter":
      return readHostFiles(live, ["/etc/postfix/main.cf"]);
    case "record":
      return readHostFiles(live, ["/etc/bind"]);
  }
}

/**
 * Writes into the file that is there, so that its owner, mode and number stay; undefined takes it away. What Postfix reads looks some
 * seconds old: each of its programs waits until main.cf has been left alone that long (dict_load_file). Anything else does not: BIND passes
 * over a zone file that is older than the zone it has.
 */
async function writeFile(live: LiveHost, path: string, text: string | undefined): Promise<void> {
  const file = quoteWord(path);
  const aged = path.startsWith("/etc/postfix/") ? ` && touch -d '3 seconds ago' ${file}` : "";
  if (text === undefined) await live.demand(`rm -f ${file}`);
  else await live.demand(`mkdir -p ${quoteWord(posix.dirname(path))} && cat >${file}${aged}`, { stdin: text });
}
