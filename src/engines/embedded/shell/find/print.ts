import type { FileTree } from "../../files/file-tree.ts";
import { formatDate } from "../dates.ts";
import { diskKilobytes, listingDate, modeText, shownSize } from "../file-listing.ts";
import { linkTarget } from "../symlinks.ts";
import type { FindAction, FoundFile } from "./expression.ts";

/** What a printing action prints of a file. */
export function printFound(action: FindAction, file: FoundFile, files: FileTree, nowMs: number): string {
  switch (action.kind) {
    case "print":
      return `${file.shown}\n`;
    case "print0":
      return `${file.shown}\0`;
    case "ls":
      return lsLine(file, files, nowMs);
    case "printf":
      return formatted(action.format, file, files);
    default:
      return "";
  }
}

function lsLine({ shown, path, stat }: FoundFile, files: FileTree, nowMs: number): string {
  const inode = String(inodeOf(path)).padStart(9);
  const blocks = String(diskKilobytes(stat)).padStart(6);
  const links = String(stat.kind === "directory" ? 2 : 1).padStart(3);
  const size = String(shownSize(stat)).padStart(8);
  const target = stat.kind === "symlink" ? ` -> ${linkTarget(files, path) ?? ""}` : "";
  const who = `${stat.owner.padEnd(8)} ${stat.group.padEnd(8)}`;
  return `${inode} ${blocks} ${modeText(stat.kind, stat.mode)} ${links} ${who} ${size} ${listingDate(stat.modifiedAtMs, nowMs)} ${shown}${target}\n`;
}

/** A number that stays the same for a path. */
function inodeOf(path: string): number {
  let value = 7;
  for (const char of path) value = (value * 31 + char.charCodeAt(0)) % 900_000;
  return 1_000_000 + value;
}

function formatted(format: string, { shown, start, path, depth, stat }: FoundFile, files: FileTree): string {
  const name = shown.replace(/\/+$/, "").split("/").at(-1) ?? "";
  const values: Readonly<Record<string, string>> = {
    ...{ p: shown, f: name, h: shown.includes("/") ? shown.slice(0, shown.lastIndexOf("/")) || "/" : ".", H: start, d: String(depth) },
    ...{
      P: shown.slice(start.length).replace(/^\//, ""),
      s: String(shownSize(stat)),
      k: String(diskKilobytes(stat)),
      u: stat.owner,
      g: stat.group,
    },
    ...{
      m: (stat.mode & 0o7777).toString(8),
      M: modeText(stat.kind, stat.mode),
      y: stat.kind === "directory" ? "d" : stat.kind === "symlink" ? "l" : "f",
    },
    ...{
      l: stat.kind === "symlink" ? (linkTarget(files, path) ?? "") : "",
      t: formatDate("%a %b %e %H:%M:%S.%N0 %Y", stat.modifiedAtMs),
      "%": "%",
    },
  };
  const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", "0": "\0", "\\": "\\" };
  return format.replace(/\\(.)|%([TAC])([@A-Za-z+])|%(.)/g, (whole, escape?: string, time?: string, part?: string, letter?: string) => {
    if (escape !== undefined) return escapes[escape] ?? whole;
    if (time !== undefined && part !== undefined) return timePart(part, stat.modifiedAtMs);
    return values[letter ?? ""] ?? whole;
  });
}

function timePart(part: string, atMs: number): string {
  if (part === "@") return `${Math.floor(atMs / 1000)}.${String(Math.floor(atMs % 1000)).padStart(3, "0")}0000000`;
  if (part === "+") return formatDate("%Y-%m-%d+%H:%M:%S.%N0", atMs);
  return part === "T" || part === "S" ? `${formatDate(`%${part}`, atMs)}.${formatDate("%N", atMs)}0` : formatDate(`%${part}`, atMs);
}
