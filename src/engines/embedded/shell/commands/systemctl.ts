import type { Command, CommandCall, CommandResult } from "../command.ts";
import { mainPid, type Unit, unitNamed, unitsOf } from "../services.ts";

const verbs = [
  "start",
  "stop",
  "restart",
  "reload",
  "reload-or-restart",
  "try-restart",
  "status",
  "is-active",
  "is-enabled",
  "enable",
  "disable",
] as const;
type Verb = (typeof verbs)[number];

/** systemctl, as the small one of our images without systemd behaves: same words on both engines. */
export const systemctl: Command = { name: "systemctl", run: async (call) => run(call) };

function run(call: CommandCall): CommandResult {
  const [verb, ...rest] = call.args;
  const { machine } = call;
  if (verb === undefined || verb === "list-units" || verb === "list-unit-files") {
    const line = (unit: Unit): string =>
      `${unit.name}.service ${isActive(call, unit) ? "active" : "inactive"} ${isEnabled(call, unit) ? "enabled" : "disabled"}\n`;
    return { stdout: unitsOf(machine).map(line).join(""), stderr: "", code: 0 };
  }
  if (verb === "daemon-reload") return { stdout: "", stderr: "", code: 0 };
  if (!isVerb(verb)) return { stdout: "", stderr: `Unknown command verb ${verb}.\n`, code: 1 };
  const names = rest.filter((arg) => !arg.startsWith("-"));
  if (names.length === 0) return { stdout: "", stderr: "Too few arguments.\n", code: 1 };
  const result = { stdout: "", stderr: "", code: 0 };
  for (const name of names) {
    const one = act(call, verb, name, rest.includes("--now"));
    result.stdout += one.stdout;
    result.stderr += one.stderr;
    if (one.code !== 0) result.code = one.code;
  }
  return rest.includes("-q") || rest.includes("--quiet") ? { ...result, stdout: "" } : result;
}

function isVerb(word: string): word is Verb {
  return (verbs as readonly string[]).includes(word);
}

function act(call: CommandCall, verb: Verb, name: string, now: boolean): CommandResult {
  const unit = unitNamed(call.machine, name);
  if (unit === undefined) return unknownUnit(verb, name.replace(/\.service$/, ""));
  const done: CommandResult = { stdout: "", stderr: "", code: 0 };
  switch (verb) {
    case "start":
      return start(call, unit);
    case "stop":
      call.machine.services.stop(unit.kind);
      return done;
    case "restart":
    case "try-restart":
      call.machine.services.stop(unit.kind);
      return start(call, unit);
    case "reload":
    case "reload-or-restart":
      if (isActive(call, unit)) {
        call.machine.services.reload(unit.kind);
        return done;
      }
      if (verb === "reload-or-restart") return start(call, unit);
      return { stdout: "", stderr: `${unit.name}.service is not active, cannot reload.\n`, code: 1 };
    case "is-active":
      return isActive(call, unit) ? { ...done, stdout: "active\n" } : { ...done, stdout: "inactive\n", code: 3 };
    case "is-enabled":
      return isEnabled(call, unit) ? { ...done, stdout: "enabled\n" } : { ...done, stdout: "disabled\n", code: 1 };
    case "enable":
      if (call.machine.files.exists(disabledMark(unit))) call.machine.files.remove(disabledMark(unit));
      return now ? start(call, unit) : done;
    case "disable":
      call.machine.files.write(disabledMark(unit), "");
      if (now) call.machine.services.stop(unit.kind);
      return done;
    case "status":
      return status(call, unit);
  }
}

function start(call: CommandCall, unit: Unit): CommandResult {
  const { services } = call.machine;
  if (isActive(call, unit)) return { stdout: "", stderr: "", code: 0 };
  const printed = services.start(unit.kind);
  const console = printed === "" || printed.endsWith("\n") ? printed : `${printed}\n`;
  if (isActive(call, unit)) return { stdout: "", stderr: console, code: 0 };
  const stderr =
    `${console}Job for ${unit.name}.service failed because the control process exited with error code.\n` +
    `See "systemctl status ${unit.name}.service" and "${unit.log}" for details.\n`;
  return { stdout: "", stderr, code: 1 };
}

function status(call: CommandCall, unit: Unit): CommandResult {
  const { machine } = call;
  const active = isActive(call, unit);
  const head = [
    `${active ? "●" : "○"} ${unit.name}.service - ${unit.description}`,
    `     Loaded: loaded (/usr/local/lib/services/${unit.name}.service; ${isEnabled(call, unit) ? "enabled" : "disabled"})`,
    `     Active: ${active ? "active (running)" : "inactive (dead)"}`,
    ...(active ? [`   Main PID: ${mainPid(machine, unit)} (${unit.comm})`] : []),
    "",
  ];
  const log = (machine.files.read(unit.log) ?? "")
    .split("\n")
    .filter((line) => line !== "")
    .slice(-10);
  return { stdout: `${[...head, ...log].join("\n")}\n`, stderr: "", code: active ? 0 : 3 };
}

function unknownUnit(verb: Verb, name: string): CommandResult {
  switch (verb) {
    case "is-active":
      return { stdout: "inactive\n", stderr: "", code: 3 };
    case "is-enabled":
      return { stdout: "", stderr: `Failed to get unit file state for ${name}.service: No such file or directory\n`, code: 1 };
    case "status":
      return { stdout: "", stderr: `Unit ${name}.service could not be found.\n`, code: 4 };
    default:
      return { stdout: "", stderr: `Failed to ${verb} ${name}.service: Unit ${name}.service not found.\n`, code: 5 };
  }
}

function isActive(call: CommandCall, unit: Unit): boolean {
  const state = call.machine.services.state(unit.kind);
  return state === "running" || state === "frozen";
}

function isEnabled(call: CommandCall, unit: Unit): boolean {
  return !call.machine.files.exists(disabledMark(unit));
}

function disabledMark(unit: Unit): string {
  return `/usr/local/etc/host/disabled/${unit.name}`;
}
