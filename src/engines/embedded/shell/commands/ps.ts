import type { Command } from "../command.ts";
import { type Process, processesOf } from "../services.ts";

/** ps: init, the daemons' main processes, this shell. The short form, -e/-f and aux. */
export const ps: Command = {
  name: "ps",
  run: async ({ args, machine }) => {
    const text = args.join("");
    const self: Process = { pid: machine.newPid(), user: "root", comm: "ps", commandLine: ["ps", ...args].join(" ") };
    const own: Process = { pid: self.pid - 1, user: "root", comm: "bash", commandLine: "bash" };
    const all = [...processesOf(machine), own, self].sort((left, right) => left.pid - right.pid);
    if (/^-?a?u?x?$/.test(text) && /[ux]/.test(text)) return { stdout: userTable(all), stderr: "", code: 0 };
    if (/f/.test(text)) return { stdout: fullTable(all), stderr: "", code: 0 };
    const shown = /[eAax]/.test(text) ? all : [own, self];
    return { stdout: shortTable(shown), stderr: "", code: 0 };
  },
};

function shortTable(processes: readonly Process[]): string {
  const line = ({ pid, comm, unit }: Process): string => `${String(pid).padStart(7)} ${terminalOf(unit, pid).padEnd(8)} 00:00:00 ${comm}\n`;
  return `    PID TTY          TIME CMD\n${processes.map(line).join("")}`;
}

function userTable(processes: readonly Process[]): string {
  const line = ({ user, pid, commandLine, unit }: Process): string =>
    `${user.padEnd(8)} ${String(pid).padStart(7)}  0.0  0.0      0     0 ${terminalOf(unit, pid).padEnd(8)} ${unit === undefined ? "S " : "Ss"}   00:00   0:00 ${commandLine}\n`;
  return `USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n${processes.map(line).join("")}`;
}

function fullTable(processes: readonly Process[]): string {
  const line = ({ user, pid, commandLine, unit }: Process): string =>
    `${user.padEnd(8)} ${String(pid).padStart(7)} ${String(pid === 1 ? 0 : 1).padStart(7)}  0 00:00 ${terminalOf(unit, pid).padEnd(8)} 00:00:00 ${commandLine}\n`;
  return `UID          PID    PPID  C STIME TTY          TIME CMD\n${processes.map(line).join("")}`;
}

function terminalOf(unit: Process["unit"], pid: number): string {
  return unit !== undefined || pid === 1 ? "?" : "pts/0";
}
