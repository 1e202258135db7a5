import type { Machine } from "../machine.ts";
import type { CommandResult } from "./command.ts";
import { type Process, processesOf } from "./services.ts";

const signals: Readonly<Record<string, string>> = {
  ...{
    "1": "HUP",
    "2": "INT",
    "3": "QUIT",
    "9": "KILL",
    "10": "USR1",
    "12": "USR2",
    "15": "TERM",
    "18": "CONT",
    "19": "STOP",
    "20": "TSTP",
  },
};
const known = new Set([...Object.values(signals), "0"]);

/** Signals daemons by name, as pkill does: -x for the whole name, -f for the command line. */
export function signalByName(machine: Machine, args: readonly string[]): CommandResult {
  const whole = args.includes("-x");
  const lines = args.includes("-f");
  const { signal, operands } = readSignal(args.filter((arg) => !["-x", "-f", "-e"].includes(arg)));
  const [pattern] = operands;
  if (pattern === undefined) {
    return { stdout: "", stderr: "pkill: no matching criteria specified\nTry `pkill --help' for more information.\n", code: 2 };
  }
  const expression = safePattern(whole ? `^(?:${pattern})$` : pattern);
  const hit = processesOf(machine).filter(
    ({ comm, commandLine, unit }) => unit !== undefined && expression.test(lines ? commandLine : comm),
  );
  for (const process of hit) deliver(machine, process, signal);
  return { stdout: "", stderr: "", code: hit.length === 0 ? 1 : 0 };
}

function safePattern(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch {
    return /(?!)/;
  }
}

/** A signal (`-9`, `-HUP`, `-s TERM`) and the operands; `problem` is a signal that is none. */
export function readSignal(args: readonly string[]): {
  readonly signal: string;
  readonly operands: readonly string[];
  readonly problem?: string;
} {
  let signal = "TERM";
  const operands: string[] = [];
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    const text =
      arg === "-s" || arg === "-n"
        ? (args[++index] ?? "")
        : arg.startsWith("-") && arg !== "--"
          ? arg.replace(/^-(-signal=)?/, "")
          : undefined;
    if (text === undefined) {
      if (arg !== "--") operands.push(arg);
      continue;
    }
    const name = (signals[text] ?? text).toUpperCase().replace(/^SIG/, "");
    if (!known.has(name)) return { signal, operands, problem: text };
    signal = name;
  }
  return { signal, operands };
}

/** What the signal does to a daemon. Others change nothing that can be seen. */
export function deliver(machine: Machine, { unit }: Process, signal: string): void {
  if (unit === undefined) return;
  if (signal === "TERM" || signal === "KILL" || signal === "INT" || signal === "QUIT") machine.services.stop(unit.kind);
  else if (signal === "HUP") machine.services.reload(unit.kind);
  else if (signal === "STOP" || signal === "TSTP") machine.services.freeze(unit.kind);
  else if (signal === "CONT") machine.services.thaw(unit.kind);
}
