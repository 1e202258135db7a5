import ipaddr from "ipaddr.js";
import { expandMacros } from "../macro.ts";
import { editMainCf, type MainCfEntry, parseMainCf, splitNameValue } from "../main-cf.ts";
import { type MasterService, parseMasterCf } from "../master-cf.ts";
import { defaultOf } from "../parameters.ts";
import { PostfixFatal } from "../postfix-problem.ts";
import { checkNames, namesOfClass } from "./known-names.ts";
import { type PrintStyle, printParameter } from "./print.ts";
import type { Output, PostconfOptions, PostconfRequest } from "./request.ts";

const macroFatal = "macro processing error";

/** main.cf and master.cf as postconf(1) has read them. */
export interface Configuration {
  readonly entries: readonly MainCfEntry[];
  readonly services: readonly MasterService[];
  /** What a name is worth: as set, or its default. */
  valueOf(name: string): string | undefined;
}

/** Shows parameters of main.cf, or their defaults. */
export function showParameters(request: PostconfRequest, options: PostconfOptions, directory: string, output: Output): void {
  const { flags, operands } = options;
  const config = readConfiguration(request, options, directory, output);
  const check = checkNames(config.entries, config.services);
  // With -d main.cf has no say, not even in the defaults that depend on it.
  const defaults = defaultsOf(request, flags.has("d") ? { ...config, entries: [] } : config);
  const style: PrintStyle = { hideNames: flags.has("h"), hideValues: flags.has("H"), fold: flags.has("f") };
  const set = new Set(config.entries.map(({ name }) => name));
  if (!flags.has("d")) {
    for (const name of check.undefinedNames) output.warnings.push(`${directory}/main.cf: undefined parameter: ${name}`);
  }
  const show = (name: string): void => {
    const raw = flags.has("d") ? defaults(name) : (config.valueOf(name) ?? "");
    const value = flags.has("x") ? expandMacros(raw ?? "", config.valueOf, macroFatal) : (raw ?? "");
    output.out.push(printParameter(name, value, style));
  };
  if (operands.length > 0) {
    for (const name of operands) {
      const known = flags.has("d") ? defaults(name) !== undefined : check.isKnown(name);
      if (!known) output.warnings.push(`${name}: unknown parameter`);
      else if (!flags.has("n") || set.has(name)) show(name);
    }
  } else {
    const classes = new Set(options.classes.length === 0 ? ["all"] : options.classes);
    const unknown = [...classes].find((name) => !["all", "builtin", "service", "user"].includes(name));
    if (unknown !== undefined) throw new PostfixFatal(`unknown -C option value "${unknown}" in "${options.classes.join(",")}"`);
    const names = namesOfClass(classes, config.entries, config.services);
    for (const name of names) if (!flags.has("n") || set.has(name)) show(name);
  }
  if (!flags.has("d")) warnUnused(check, directory, output);
}

/** `unused parameter: foo=bar` for each name that is set and that nothing uses. */
export function warnUnused(check: ReturnType<typeof checkNames>, directory: string, output: Output): void {
  for (const { name, value } of check.unusedMain) output.warnings.push(`${directory}/main.cf: unused parameter: ${name}=${value}`);
  for (const { name, value } of check.unusedMaster) output.warnings.push(`${directory}/master.cf: unused parameter: ${name}=${value}`);
}

/** Reads both files; the first fatal problem ends the program. */
export function readConfiguration(request: PostconfRequest, options: PostconfOptions, directory: string, output: Output): Configuration {
  const entries = [...readMain(request, directory, output)];
  if (options.configDirectory !== undefined && options.configDirectory !== "/etc/postfix") {
    entries.push({ name: "config_directory", value: directory, line: 0 });
  }
  for (const [name, value] of options.overrides) entries.push({ name, value, line: 0 });
  const services = readServices(request, directory);
  const settings = new Map(entries.map(({ name, value }) => [name, value]));
  const config: Configuration = { entries, services, valueOf: (name) => settings.get(name) ?? defaults(name) };
  const defaults = defaultsOf(request, config);
  const level = expandMacros(config.valueOf("compatibility_level") ?? "0", config.valueOf, macroFatal);
  if (!/^\d+(\.\d+){0,2}$/.test(level)) throw new PostfixFatal(macroFatal, [`malformed compatibility level syntax: "${level}"`]);
  return config;
}

function readMain(request: PostconfRequest, directory: string, output: Output): readonly MainCfEntry[] {
  const path = `${directory}/main.cf`;
  const text = request.read(path);
  if (text === undefined) throw new PostfixFatal(`open ${path}: No such file or directory`);
  const main = parseMainCf(text, path);
  for (const problem of main.problems) {
    if (problem.level === "fatal") throw new PostfixFatal(problem.message);
    output.warnings.push(problem.message);
  }
  return main.entries;
}

export function readServices(request: PostconfRequest, directory: string): readonly MasterService[] {
  const path = `${directory}/master.cf`;
  const text = request.read(path);
  if (text === undefined) throw new PostfixFatal(`open ${path}: No such file or directory`);
  const master = parseMasterCf(text, path);
  const fatal = master.problems.find((problem) => problem.level === "fatal");
  if (fatal !== undefined) throw new PostfixFatal(fatal.message);
  return master.services;
}

/** Defaults, those included that depend on the host and on what main.cf says. */
function defaultsOf(request: PostconfRequest, config: Pick<Configuration, "services" | "entries">): (name: string) => string | undefined {
  const set = (name: string): string | undefined => config.entries.findLast((entry) => entry.name === name)?.value;
  const domain = (host: string): string => (host.includes(".") ? host.slice(host.indexOf(".") + 1) : "localdomain");
  return (name) => {
    switch (name) {
      case "myhostname":
        return request.hostName.includes(".") ? request.hostName : `${request.hostName}.${set("mydomain") ?? "localdomain"}`;
      case "mydomain":
        return domain(set("myhostname") ?? request.hostName);
      case "mynetworks":
        return defaultNetworks(request.interfaces, set);
      case "process_name":
        return "postconf";
      case "process_id":
        return String(request.pid);
      case "service_name":
        return "";
      default:
        return defaultOf(name, config.services);
    }
  };
}

/** `mynetworks_style`: the host's own addresses, or the networks they are in. */
function defaultNetworks(interfaces: readonly string[], set: (name: string) => string | undefined): string {
  const style = set("mynetworks_style") ?? (Number.parseFloat(set("compatibility_level") ?? "0") < 2 ? "subnet" : "host");
  return interfaces
    .map((each) => {
      const [address = "", length = "32"] = each.split("/");
      return style === "host" ? `${address}/32` : `${ipaddr.IPv4.networkAddressFromCIDR(`${address}/${length}`).toString()}/${length}`;
    })
    .join(" ");
}

/** Writes, removes or comments out parameters of main.cf. @returns the new text and the names that got a value */
export function editParameters(
  request: PostconfRequest,
  options: PostconfOptions,
  directory: string,
  output: Output,
): { readonly path: string; readonly text: string; readonly changed: readonly string[] } {
  const { flags, operands } = options;
  const path = `${directory}/main.cf`;
  const changes = new Map<string, { readonly value: string } | "remove" | "comment-out">();
  const drop = flags.has("X") ? "remove" : flags.has("#") ? "comment-out" : undefined;
  if (operands.length === 0) throw new PostfixFatal(drop === undefined ? "-e requires name=value argument" : "missing service argument");
  for (const operand of operands) {
    if (operand.includes("\n")) throw new PostfixFatal("-e, -X, or -# accepts no multi-line input");
    if (drop !== undefined) {
      if (operand.includes("=")) throw new PostfixFatal(`specify one of -e ${drop === "remove" ? "-X" : "-#"}`);
      changes.set(operand.trim(), drop);
      continue;
    }
    const parts = splitNameValue(operand);
    if (typeof parts === "string") throw new PostfixFatal(`${parts}: "${operand}"`);
    changes.set(parts.name, { value: parts.value });
  }
  const text = request.read(path);
  if (text === undefined) throw new PostfixFatal(`open ${path} for reading: No such file or directory`);
  const edited = editMainCf(text, path, changes);
  output.warnings.push(...edited.warnings);
  return { path, text: edited.content, changed: drop === undefined ? [...changes.keys()] : [] };
}
