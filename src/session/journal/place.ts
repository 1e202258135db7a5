import { homedir, userInfo } from "node:os";
import { join, resolve } from "node:path";

type Env = Readonly<Record<string, string | undefined>>;

/**
 * Where the journal lies: the option, else `MAILDRILL_JOURNAL`, else `maildrill/journal.db` in the user's data folder
 * (`XDG_DATA_HOME`, by default `~/.local/share`; the XDG base directory specification ignores a relative one).
 */
export function journalPath(option: unknown, env: Env): string {
  if (typeof option === "string") return resolve(option);
  if (env.MAILDRILL_JOURNAL) return resolve(env.MAILDRILL_JOURNAL);
  const data = env.XDG_DATA_HOME?.startsWith("/") ? env.XDG_DATA_HOME : join(env.HOME || homedir(), ".local", "share");
  return join(data, "maildrill", "journal.db");
}

/** Who learns: the option, else `MAILDRILL_LEARNER`, else the name of the user at this machine. */
export function learnerName(option: unknown, env: Env): string {
  const named = typeof option === "string" ? option : (env.MAILDRILL_LEARNER ?? "");
  return named.trim() || userInfo().username;
}
