import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, unlinkSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { ProblemError } from "../base/problem.ts";

/**
 * The folder where running ranges have their sockets: `maildrill` in the user's runtime folder (XDG), else a folder of
 * the user's own among the temporary files. Only its owner may enter it.
 * @throws ProblemError when somebody else's folder stands there
 */
export function runtimeFolder(env: Readonly<Record<string, string | undefined>>): string {
  const { uid } = userInfo();
  const folder = env.XDG_RUNTIME_DIR ? join(env.XDG_RUNTIME_DIR, "maildrill") : join(tmpdir(), `maildrill-${uid}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (uid >= 0 && statSync(folder).uid !== uid) {
    throw new ProblemError({
      code: "runtime-folder-foreign",
      message: "The folder for running ranges belongs to somebody else.",
      where: { file: folder },
      hint: "Set XDG_RUNTIME_DIR to a folder of your own.",
    });
  }
  chmodSync(folder, 0o700);
  return folder;
}

/** The socket of a range, by the range's name. */
export function socketPath(folder: string, range: string): string {
  return join(folder, `${range}.sock`);
}

/** Names of ranges that have a socket, alive or not. */
export function namedRanges(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".sock"))
    .map((name) => name.slice(0, -".sock".length))
    .sort();
}

/** The first of `side-door`, `side-door-2`, ... that is not taken. */
export function freeName(folder: string, wanted: string): string {
  const taken = new Set(namedRanges(folder));
  if (!taken.has(wanted)) return wanted;
  let number = 2;
  while (taken.has(`${wanted}-${number}`)) number++;
  return `${wanted}-${number}`;
}

/** Takes away the socket of a range whose process is gone. */
export function forget(folder: string, range: string): void {
  const path = socketPath(folder, range);
  if (existsSync(path)) unlinkSync(path);
}
