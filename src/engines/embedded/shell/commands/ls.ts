import { posix } from "node:path";
import type { FileStat } from "../../files/file-tree.ts";
import { accountsOf } from "../accounts.ts";
import type { Command, CommandCall } from "../command.ts";
import { diskKilobytes, humanSize, listingDate, listingStat, modeText, shownSize } from "../file-listing.ts";
import { directoryEntries, isDirectory } from "../file-system.ts";
import { describeOptionProblem, has, type Options, readOptions } from "../options.ts";
import { resolvePath } from "../paths.ts";
import { linkTarget, statOf } from "../symlinks.ts";

interface Entry {
  /** As shown. */
  readonly name: string;
  readonly path: string;
  readonly stat: FileStat;
}

/** ls: with the tree's own owners, groups, modes and dates. */
export const ls: Command = {
  name: "ls",
  run: async (call) => {
    const options = readOptions(call.args, "laA1htSrdRnFCgGosi", [
      "all",
      "almost-all",
      "human-readable",
      "reverse",
      "recursive",
      "directory",
      "color=?",
    ]);
    if (options.problem !== undefined) {
      return { stdout: "", stderr: `${describeOptionProblem("ls", options.problem)}Try 'ls --help' for more information.\n`, code: 2 };
    }
    return list(call, options);
  },
};

function list(call: CommandCall, options: Options): { stdout: string; stderr: string; code: number } {
  const { files, clock } = call.machine;
  const plain: Entry[] = [];
  const directories: Entry[] = [];
  let stderr = "";
  for (const operand of options.operands.length === 0 ? ["."] : options.operands) {
    const path = resolvePath(call.cwd, operand);
    const own = listingStat(files, path, clock.now());
    // A link named on the command line is followed, but not in a long listing.
    const stat = own?.kind === "symlink" && !has(options, "l", "d") ? (statOf(files, path) ?? own) : own;
    if (stat === undefined) stderr += `ls: cannot access '${operand}': No such file or directory\n`;
    else if (isDirectory(files, path) && stat.kind === "directory" && !has(options, "d", "directory"))
      directories.push({ name: operand, path, stat });
    else plain.push({ name: operand, path, stat });
  }
  const blocks: string[] = [];
  if (plain.length > 0) blocks.push(render(call, options, sorted(plain, options)));
  const titled = options.operands.length > 1 || has(options, "R", "recursive");
  const queue = sorted(directories, options);
  for (let directory = queue.shift(); directory !== undefined; directory = queue.shift()) {
    const entries = sorted(entriesOf(call, directory, options), options);
    const total = has(options, "l", "n", "s", "g", "o") ? `total ${totalText(entries, options)}\n` : "";
    blocks.push(`${titled ? `${directory.name}:\n` : ""}${total}${render(call, options, entries)}`);
    if (has(options, "R", "recursive")) {
      const below = entries.filter((entry) => entry.stat.kind === "directory" && entry.name !== "." && entry.name !== "..");
      queue.unshift(...below.map((entry) => ({ ...entry, name: `${directory?.name === "/" ? "" : directory?.name}/${entry.name}` })));
    }
  }
  return { stdout: blocks.join("\n"), stderr, code: stderr === "" ? 0 : 2 };
}

function entriesOf(call: CommandCall, directory: Entry, options: Options): Entry[] {
  const { files, clock } = call.machine;
  const names = directoryEntries(files, directory.path).filter(
    (name) => has(options, "a", "all", "A", "almost-all") || !name.startsWith("."),
  );
  if (has(options, "a", "all")) names.unshift(".", "..");
  return names.flatMap((name) => {
    const path = posix.join(directory.path, name);
    const stat = listingStat(files, path, clock.now());
    return stat === undefined ? [] : [{ name, path, stat }];
  });
}

function sorted(entries: readonly Entry[], options: Options): Entry[] {
  const byName = (left: Entry, right: Entry): number => (left.name < right.name ? -1 : left.name > right.name ? 1 : 0);
  const result = [...entries].sort((left, right) => {
    if (has(options, "t")) return right.stat.modifiedAtMs - left.stat.modifiedAtMs || byName(left, right);
    if (has(options, "S")) return shownSize(right.stat) - shownSize(left.stat) || byName(left, right);
    return byName(left, right);
  });
  return has(options, "r", "reverse") ? result.reverse() : result;
}

function totalText(entries: readonly Entry[], options: Options): string {
  const kilobytes = entries.reduce((sum, entry) => sum + diskKilobytes(entry.stat), 0);
  return has(options, "h", "human-readable") ? (kilobytes === 0 ? "0" : humanSize(kilobytes * 1024)) : String(kilobytes);
}

function render(call: CommandCall, options: Options, entries: readonly Entry[]): string {
  const mark = (entry: Entry): string => (has(options, "F") ? fileMark(entry.stat) : "");
  if (has(options, "l", "n", "g", "o")) return longLines(call, options, entries);
  const names = entries.map((entry) => entry.name + mark(entry));
  if (call.console === undefined && !has(options, "C")) return names.map((name) => `${name}\n`).join("");
  return has(options, "1") ? names.map((name) => `${name}\n`).join("") : columns(names, call.console?.columns ?? 80);
}

function longLines(call: CommandCall, options: Options, entries: readonly Entry[]): string {
  const { files, clock } = call.machine;
  const accounts = accountsOf(files);
  const numeric = has(options, "n");
  const rows = entries.map(({ name, path, stat }) => ({
    mode: modeText(stat.kind, stat.mode),
    links: String(
      stat.kind === "directory" ? 2 + files.list(path).filter((child) => isDirectory(files, posix.join(path, child))).length : 1,
    ),
    owner: numeric ? String(accounts.userId(stat.owner)) : stat.owner,
    group: numeric ? String(accounts.groupId(stat.group)) : stat.group,
    size: has(options, "h", "human-readable") ? humanSize(shownSize(stat)) : String(shownSize(stat)),
    date: listingDate(stat.modifiedAtMs, clock.now()),
    name: stat.kind === "symlink" ? `${name} -> ${linkTarget(files, path) ?? ""}` : name + (has(options, "F") ? fileMark(stat) : ""),
  }));
  const width = (key: "links" | "owner" | "group" | "size"): number => Math.max(0, ...rows.map((row) => row[key].length));
  const [links, owner, group, size] = [width("links"), width("owner"), width("group"), width("size")];
  const line = (row: (typeof rows)[number]): string => {
    const who = `${has(options, "g") ? "" : `${row.owner.padEnd(owner)} `}${has(options, "o", "G") ? "" : `${row.group.padEnd(group)} `}`;
    return `${row.mode} ${row.links.padStart(links)} ${who}${row.size.padStart(size)} ${row.date} ${row.name}\n`;
  };
  return rows.map(line).join("");
}

function fileMark(stat: FileStat): string {
  return stat.kind === "directory" ? "/" : stat.kind === "symlink" ? "@" : (stat.mode & 0o111) !== 0 ? "*" : "";
}

/** Names in as many columns as fit, filled downwards. */
function columns(names: readonly string[], width: number): string {
  for (let rows = 1; rows < names.length; rows++) {
    const count = Math.ceil(names.length / rows);
    const widths = Array.from({ length: count }, (_, column) =>
      Math.max(0, ...names.slice(column * rows, (column + 1) * rows).map((name) => name.length)),
    );
    if (widths.reduce((sum, each) => sum + each, 2 * (count - 1)) >= width) continue;
    const line = (row: number): string =>
      widths
        .map((each, column) => (names[column * rows + row] ?? "").padEnd(each))
        .join("  ")
        .trimEnd();
    return Array.from({ length: rows }, (_, row) => `${line(row)}\n`).join("");
  }
  return names.map((name) => `${name}\n`).join("");
}
