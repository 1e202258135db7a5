import { expandMacros } from "../macro.ts";
import { splitNameValue } from "../main-cf.ts";
import type { MasterService } from "../master-cf.ts";
import { PostfixFatal } from "../postfix-problem.ts";
import { checkNames } from "./known-names.ts";
import { type Configuration, readConfiguration, warnUnused } from "./main-mode.ts";
import { columnsOf, editMasterCf, fieldOf, type MasterField, masterFields, namesService, type ServiceChange } from "./master-edit.ts";
import { printParameter, printService } from "./print.ts";
import type { Output, PostconfOptions, PostconfRequest } from "./request.ts";

/** `-M` services, `-F` columns, `-P` parameters of services. */
export type MasterMode = "M" | "F" | "P";

/** Shows what master.cf says. */
export function showMaster(mode: MasterMode, request: PostconfRequest, options: PostconfOptions, directory: string, output: Output): void {
  const config = readConfiguration(request, options, directory, output);
  const requests = options.operands.length === 0 ? [undefined] : options.operands;
  for (const wanted of requests) {
    const pattern = wanted?.split("/") ?? [];
    const services = config.services.filter((service) => namesService(service, pattern));
    const shown = services.flatMap((service) => showOne(mode, service, pattern[2], config, options));
    if (wanted !== undefined && shown.length === 0) output.warnings.push(`unmatched request: "${wanted}"`);
    output.out.push(...shown);
  }
  warnUnused(checkNames(config.entries, config.services), directory, output);
}

function showOne(
  mode: MasterMode,
  service: MasterService,
  part: string | undefined,
  config: Configuration,
  options: PostconfOptions,
): readonly string[] {
  const { flags } = options;
  const style = { hideNames: flags.has("h"), hideValues: flags.has("H"), fold: flags.has("f") };
  const expand = (value: string): string => {
    if (!flags.has("x")) return value;
    const local = (name: string): string | undefined =>
      name === "service_name" ? service.name : (service.overrides[name] ?? config.valueOf(name));
    return expandMacros(value, local, "macro processing error");
  };
  const start = `${service.name}/${service.type}`;
  switch (mode) {
    case "M":
      return [printService(columnsOf(service), service.args.map(expand), flags.has("f"))];
    case "F":
      return masterFields
        .filter((field) => part === undefined || part === "*" || part === field)
        .map((field) => printParameter(`${start}/${field}`, expand(fieldOf(service, field)), style));
    case "P":
      return Object.entries(service.overrides)
        .filter(([name]) => part === undefined || part === "*" || part === name)
        .map(([name, value]) => printParameter(`${start}/${name}`, expand(value), style));
  }
}

/** Changes master.cf. @returns its new text */
export function editMaster(
  mode: MasterMode,
  request: PostconfRequest,
  options: PostconfOptions,
  directory: string,
  output: Output,
): { readonly path: string; readonly text: string } {
  const { flags, operands } = options;
  const path = `${directory}/master.cf`;
  const text = request.read(path);
  if (text === undefined) throw new PostfixFatal(`open ${path} for reading: No such file or directory`);
  const drop = flags.has("X") ? "remove" : flags.has("#") ? "comment-out" : undefined;
  if (operands.length === 0) throw new PostfixFatal("missing service argument");
  const edits = operands.map((operand) => (drop === undefined ? changing(mode, operand) : dropping(mode, operand, drop)));
  const edited = edits.reduce((content, edit) => {
    let matched = false;
    const next = editMasterCf(content, path, (service) => {
      if (!namesService(service, edit.pattern)) return undefined;
      matched = true;
      return edit.change(service);
    });
    if (matched) return next;
    if (edit.added === undefined) output.warnings.push(`unmatched service_name/type: "${edit.operand}"`);
    return edit.added === undefined ? content : editMasterCf(content, path, () => undefined, [edit.added]);
  }, text);
  return { path, text: edited };
}

interface Edit {
  readonly operand: string;
  readonly pattern: readonly string[];
  change(service: MasterService): ServiceChange;
  /** What is appended when no service fits. */
  readonly added?: Exclude<ServiceChange, string | undefined>;
}

function changing(mode: MasterMode, operand: string): Edit {
  const parts = splitNameValue(operand);
  if (typeof parts === "string") throw new PostfixFatal(`${parts}: "${operand}"`);
  const pattern = parts.name.split("/");
  const { value } = parts;
  if (mode === "M") {
    const words = splitWords(value);
    if (words.length < 8) throw new PostfixFatal(`bad field count: "${operand}"`);
    const service = { columns: words.slice(0, 8), args: words.slice(8) };
    return { operand, pattern, change: () => service, added: service };
  }
  const [, , part = ""] = pattern;
  if (mode === "F") {
    const field = masterFields.find((known) => known === part);
    if (field === undefined) throw new PostfixFatal(`invalid service attribute name: "${part}"`);
    return { operand, pattern, change: (service) => withField(service, field, value) };
  }
  if (/\s/.test(value)) throw new PostfixFatal("-Pe does not accept whitespace in parameter value");
  return { operand, pattern, change: (service) => ({ columns: columnsOf(service), args: withOverride(service, part, value) }) };
}

function dropping(mode: MasterMode, operand: string, drop: "remove" | "comment-out"): Edit {
  const pattern = operand.split("/");
  if (mode !== "P") return { operand, pattern, change: () => drop };
  return {
    operand,
    pattern,
    change: (service) => ({ columns: columnsOf(service), args: withOverride(service, pattern[2] ?? "", undefined) }),
  };
}

const fieldPatterns: Readonly<Partial<Record<MasterField, RegExp>>> = {
  type: /^(inet|unix|unix-dgram|fifo|pass)$/,
  private: /^[yn-]$/,
  unprivileged: /^[yn-]$/,
  chroot: /^[yn-]$/,
  wakeup: /^(-|\d+\??)$/,
  process_limit: /^(-|\d+)$/,
};

function withField(service: MasterService, field: MasterField, value: string): ServiceChange {
  if (field === "command") {
    const [command = "", ...args] = splitWords(value);
    return { columns: [...columnsOf(service).slice(0, -1), command], args };
  }
  if (fieldPatterns[field]?.test(value) === false) throw new PostfixFatal(`invalid ${field} field "${value}" in "${value}"`);
  const at = masterFields.indexOf(field);
  return { columns: columnsOf(service).map((column, index) => (index === at ? value : column)), args: service.args };
}

/** The arguments with one `-o name=value` set, or without it. */
function withOverride(service: MasterService, name: string, value: string | undefined): readonly string[] {
  const args: string[] = [];
  let seen = false;
  for (let index = 0; index < service.args.length; index++) {
    const arg = service.args[index] ?? "";
    const setting = arg === "-o" ? service.args[index + 1] : undefined;
    if (setting === undefined) {
      args.push(arg);
      continue;
    }
    index++;
    if (setting.slice(0, setting.indexOf("=")).trim() !== name) args.push("-o", setting);
    else if (value !== undefined && !seen) {
      args.push("-o", `${name}=${value}`);
      seen = true;
    }
  }
  return seen || value === undefined ? args : [...args, "-o", `${name}=${value}`];
}

/** Words, `{ ... }` being one without its braces. */
function splitWords(text: string): readonly string[] {
  return [...text.matchAll(/\{\s*([^}]*?)\s*\}|\S+/g)].map((match) => match[1] ?? match[0]);
}
