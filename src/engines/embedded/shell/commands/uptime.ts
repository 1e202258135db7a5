import type { Command } from "../command.ts";
import { formatDate } from "../dates.ts";
import { statOf } from "../symlinks.ts";

/** uptime: since the host's files were laid down. Load is none of ours to show: it is nought. */
export const uptime: Command = {
  name: "uptime",
  run: async ({ args, machine }) => {
    const now = machine.clock.now();
    const bootedAtMs = Math.min(now, statOf(machine.files, "/etc/hostname")?.modifiedAtMs ?? now);
    const minutes = Math.floor((now - bootedAtMs) / 60_000);
    const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
    if (args[0] === "-s") return { stdout: `${formatDate("%Y-%m-%d %H:%M:%S", bootedAtMs)}\n`, stderr: "", code: 0 };
    if (args[0] === "-p") {
      const count = (value: number, unit: string): string[] => (value === 0 ? [] : [`${value} ${unit}${value === 1 ? "" : "s"}`]);
      const parts = [...count(days, "day"), ...count(hours, "hour"), ...(minutes < 1 ? ["0 minutes"] : count(rest, "minute"))];
      return { stdout: `up ${parts.join(", ")}\n`, stderr: "", code: 0 };
    }
    const clock = hours > 0 ? `${String(hours).padStart(2)}:${String(rest).padStart(2, "0")}` : `${rest} min`;
    const up = `${days > 0 ? `${days} day${days === 1 ? "" : "s"}, ` : ""}${clock}`;
    return { stdout: ` ${formatDate("%H:%M:%S", now)} up ${up},  0 user,  load average: 0.00, 0.00, 0.00\n`, stderr: "", code: 0 };
  },
};
