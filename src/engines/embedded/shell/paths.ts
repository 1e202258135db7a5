import { posix } from "node:path";

/** An absolute, normalised path; `~` is root's home. No slash at the end. */
export function resolvePath(cwd: string, path: string): string {
  const home = path === "~" || path.startsWith("~/") ? `/root${path.slice(1)}` : path;
  const resolved = posix.resolve(cwd, home);
  return resolved.startsWith("//") ? resolved.slice(1) : resolved;
}

export const directoryName = posix.dirname;
