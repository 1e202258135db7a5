import { posix } from "node:path";
import type { FileStat, FileTree } from "../files/file-tree.ts";
import { isDirectory } from "./file-system.ts";
import { linkTarget, statOf } from "./symlinks.ts";

const monthNames = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"] as const;
const halfYearMs = 365.2425 * 86_400_000 * 0.5;

/** `-rw-r-----`, as stat(2)'s mode is shown. @param mode permission bits, set-id and sticky bits included */
export function modeText(kind: FileStat["kind"], mode: number): string {
  const letter = kind === "directory" ? "d" : kind === "symlink" ? "l" : "-";
  const triple = (shift: number, special: boolean, set: string): string => {
    const bits = (mode >> shift) & 7;
    const execute = (bits & 1) !== 0;
    return `${bits & 4 ? "r" : "-"}${bits & 2 ? "w" : "-"}${special ? (execute ? set : set.toUpperCase()) : execute ? "x" : "-"}`;
  };
  return `${letter}${triple(6, (mode & 0o4000) !== 0, "s")}${triple(3, (mode & 0o2000) !== 0, "s")}${triple(0, (mode & 0o1000) !== 0, "t")}`;
}

/** `Nov 24 04:13`, or `Jul  9  2019` for what is older than half a year or lies ahead: as ls shows it in the C locale, UTC. */
export function listingDate(atMs: number, nowMs: number): string {
  const date = new Date(atMs);
  const day = `${monthNames[date.getUTCMonth()] ?? "Jan"} ${String(date.getUTCDate()).padStart(2)}`;
  const recent = atMs <= nowMs && atMs > nowMs - halfYearMs;
  return recent ? `${day} ${twoDigits(date.getUTCHours())}:${twoDigits(date.getUTCMinutes())}` : `${day}  ${date.getUTCFullYear()}`;
}

/** `2026-11-24 04:14:02.609000000 +0000` */
export function fullDate(atMs: number): string {
  const text = new Date(atMs).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 19)}.${text.slice(20, 23)}000000 +0000`;
}

/** `974`, `101K`, `1.5M`: sizes as -h rounds them, up. */
export function humanSize(bytes: number): string {
  if (bytes < 1024) return String(bytes);
  let value = bytes;
  for (const unit of ["K", "M", "G", "T"]) {
    value /= 1024;
    if (value < 9.95) return `${(Math.ceil(value * 10) / 10).toFixed(1)}${unit}`;
    if (value < 1023.5 || unit === "T") return `${Math.ceil(value)}${unit}`;
  }
  return String(bytes);
}

/** Kilobytes that a file takes on a disk with blocks of 4 KiB. */
export function diskKilobytes(stat: FileStat): number {
  return stat.kind === "symlink" ? 0 : stat.kind === "directory" ? 4 : Math.ceil(stat.sizeBytes / 4096) * 4;
}

/** A path's own attributes (a link's, not its target's); standing directories have some too. Undefined when nothing is there. */
export function listingStat(files: FileTree, path: string, startedAtMs: number): FileStat | undefined {
  try {
    return files.linkStat(path);
  } catch {
    if (linkTarget(files, path) !== undefined) return undefined;
    const found = statOf(files, path);
    if (found !== undefined) return found;
    if (!isDirectory(files, path)) return undefined;
    const mode = path === "/root" ? 0o700 : posix.basename(path) === "tmp" ? 0o1777 : 0o755;
    return { kind: "directory", sizeBytes: 4096, mode, owner: "root", group: "root", modifiedAtMs: startedAtMs };
  }
}

/** Directory sizes are shown as one block. */
export function shownSize(stat: FileStat): number {
  return stat.kind === "directory" ? 4096 : stat.sizeBytes;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, "0");
}
