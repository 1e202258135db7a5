import type { Machine } from "../../machine.ts";
import type { Command } from "../command.ts";
import { describeOptionProblem, has, readOptions } from "../options.ts";
import { resolvePath } from "../paths.ts";

interface FileSystem {
  readonly device: string;
  readonly mount: string;
  readonly sizeKilobytes: number;
  readonly freeKilobytes: number;
}

/** The disk of a host whose world sets no limit. */
const roomyKilobytes = 20 * 1024 * 1024;

/** df: the root disk, and each path with a limit of its own as a disk mounted there. */
export const df: Command = {
  name: "df",
  run: async ({ args, cwd, machine }) => {
    const options = readOptions(args, "hkTiPmalx:t:", ["human-readable", "inodes", "all", "total"]);
    if (options.problem !== undefined) {
      return { stdout: "", stderr: `${describeOptionProblem("df", options.problem)}Try 'df --help' for more information.\n`, code: 1 };
    }
    const disks = fileSystemsOf(machine);
    let stderr = "";
    const shown: FileSystem[] = [];
    for (const operand of options.operands) {
      const path = resolvePath(cwd, operand);
      if (!machine.files.exists(path)) stderr += `df: ${operand}: No such file or directory\n`;
      else {
        const disk = disks.filter(({ mount }) => mount === "/" || path === mount || path.startsWith(`${mount}/`)).at(-1);
        if (disk !== undefined) shown.push(disk);
      }
    }
    const listed = options.operands.length === 0 ? disks : shown;
    if (listed.length === 0) return { stdout: "", stderr: stderr === "" ? "df: no file systems processed\n" : stderr, code: 1 };
    const text = has(options, "i", "inodes") ? inodeTable(listed) : sizeTable(listed, has(options, "h", "human-readable"));
    return { stdout: text, stderr, code: stderr === "" ? 0 : 1 };
  },
};

function fileSystemsOf(machine: Machine): readonly FileSystem[] {
  const limited = machine.host.disks.map(({ path }) => path).filter((path) => path !== "/");
  const disk = (device: string, mount: string): FileSystem => {
    const usedKilobytes = Math.ceil(usedBytes(machine, mount) / 1024);
    const free = machine.files.freeBytes(mount);
    const freeKilobytes = Number.isFinite(free) ? Math.floor(free / 1024) : roomyKilobytes - usedKilobytes;
    return { device, mount, sizeKilobytes: usedKilobytes + freeKilobytes, freeKilobytes };
  };
  return [disk("/dev/vda1", "/"), ...limited.sort().map((path, index) => disk(`/dev/vd${String.fromCharCode(98 + index)}1`, path))];
}

function usedBytes(machine: Machine, mount: string): number {
  let bytes = 0;
  for (const path of machine.files.walk(mount)) bytes += machine.files.linkStat(path).sizeBytes;
  return bytes;
}

function percent({ sizeKilobytes, freeKilobytes }: FileSystem): string {
  return sizeKilobytes === 0 ? "-" : `${Math.ceil((100 * (sizeKilobytes - freeKilobytes)) / sizeKilobytes)}%`;
}

function sizeTable(disks: readonly FileSystem[], human: boolean): string {
  const size = (kilobytes: number): string => (human ? humanKilobytes(kilobytes) : String(kilobytes));
  const rows = disks.map((disk) => [
    disk.device,
    size(disk.sizeKilobytes),
    size(disk.sizeKilobytes - disk.freeKilobytes),
    size(disk.freeKilobytes),
    percent(disk),
    disk.mount,
  ]);
  return table([["Filesystem", human ? "Size" : "1K-blocks", "Used", human ? "Avail" : "Available", "Use%", "Mounted on"], ...rows]);
}

function inodeTable(disks: readonly FileSystem[]): string {
  const rows = disks.map((disk) => [disk.device, "1310720", "35000", "1275720", "3%", disk.mount]);
  return table([["Filesystem", "Inodes", "IUsed", "IFree", "IUse%", "Mounted on"], ...rows]);
}

function humanKilobytes(kilobytes: number): string {
  let value = kilobytes;
  for (const unit of ["K", "M", "G", "T"]) {
    if (value < 9.95 && unit !== "K") return `${(Math.ceil(value * 10) / 10).toFixed(1)}${unit}`;
    if (value < 1023.5 || unit === "T") return value === 0 ? "0" : `${Math.ceil(value)}${unit}`;
    value /= 1024;
  }
  return String(kilobytes);
}

/** The first and last columns are left-aligned, those between right-aligned. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(column === 0 ? 14 : column < 4 ? 5 : 4, ...rows.map((row) => (row[column] ?? "").length)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : column === row.length - 1 ? cell : cell.padStart(widths[column] ?? 0),
      )
      .join(" ");
  return rows.map((row) => `${line(row)}\n`).join("");
}
