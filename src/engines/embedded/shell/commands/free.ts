import type { Command } from "../command.ts";

/** free: a host with 2 GiB and nothing that uses it up; memory is no part of the simulation. */
export const free: Command = {
  name: "free",
  run: async ({ args }) => {
    const unit = args.some((arg) => /^-[a-z]*h/.test(arg)) ? "h" : args.some((arg) => /^-[a-z]*m/.test(arg)) ? "m" : "k";
    const shown = (kilobytes: number): string =>
      unit === "k" ? String(kilobytes) : unit === "m" ? String(Math.floor(kilobytes / 1024)) : human(kilobytes);
    const row = (name: string, values: readonly number[]): string =>
      `${name.padEnd(8)}${values.map((value) => shown(value).padStart(12)).join("")}\n`;
    const head = "               total        used        free      shared  buff/cache   available\n";
    return {
      stdout: head + row("Mem:", [2_030_340, 412_008, 1_204_112, 1_020, 414_220, 1_480_512]) + row("Swap:", [0, 0, 0]),
      stderr: "",
      code: 0,
    };
  },
};

function human(kilobytes: number): string {
  if (kilobytes === 0) return "0B";
  if (kilobytes < 1024) return `${kilobytes}Ki`;
  const mebibytes = kilobytes / 1024;
  return mebibytes < 1024 ? `${mebibytes < 10 ? mebibytes.toFixed(1) : Math.round(mebibytes)}Mi` : `${(mebibytes / 1024).toFixed(1)}Gi`;
}
