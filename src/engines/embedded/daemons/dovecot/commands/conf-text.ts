import { type ConfigDump, DOVECOT_CONF, type DovecotPolicy, readPolicy } from "../../../../../daemons/dovecot/policy.ts";
import { SETTING_DEFAULTS } from "../../../../../daemons/dovecot/setting-defaults.ts";
import type { Machine } from "../../../machine.ts";

/** What doveconf makes of the files, with what it prints about them. */
export interface ReadConfig {
  readonly policy: DovecotPolicy;
  readonly stderr: string;
  /** 0, or 89 after a fatal problem. */
  readonly code: number;
}

/** The filters' sections come last, whatever their names. */
const FILTERS = new Set(["protocol", "local", "local_name", "remote"]);

export function configToStart(machine: Machine): ReadConfig {
  const { policy, problems } = readPolicy(machine.files);
  const stderr = problems.map(({ level, message }) => `doveconf: ${level === "fatal" ? "Fatal" : "Warning"}: ${message}\n`).join("");
  return { policy, stderr, code: problems.some((problem) => problem.level === "fatal") ? 89 : 0 };
}

/**
 * What doveconf(1) prints.
 * @param args names of settings (`mail_location`, `plugin/quota`), `-h` for the value alone; without names all that differs from the defaults
 */
export function formatConfig(policy: DovecotPolicy, machine: Machine, args: readonly string[]): string {
  const names = args.filter((word) => !word.startsWith("-"));
  if (names.length > 0) return names.map((name) => named(policy.config, name, args.includes("-h"))).join("");
  const everything = args.includes("-a") || !args.includes("-n");
  return header(machine, everything) + levelText(policy.config, 0, everything);
}

function header(machine: Machine, everything: boolean): string {
  return [
    `# 2.3.19.1 (9b53102964): ${DOVECOT_CONF}`,
    "# Pigeonhole version 0.5.19 (4eae2f79)",
    "# OS: Linux 6.1.0-49-amd64 x86_64 Debian 12.15 ext4",
    `# Hostname: ${machine.name}`,
    ...(everything ? ["# NOTE: Send doveconf -n output instead when asking for help."] : []),
    "",
  ].join("\n");
}

function levelText(section: ConfigDump, depth: number, everything: boolean): string {
  const indent = "  ".repeat(depth);
  const defaults = depth === 0 && everything ? SETTING_DEFAULTS : {};
  const settings = Object.entries({ ...defaults, ...section.settings })
    .filter(([name, value]) => everything || depth > 0 || value !== SETTING_DEFAULTS[name])
    .map(([name, value]) => ({ key: name, text: `${indent}${name} = ${value}\n` }));
  const inner = section.sections.map((each) => ({
    key: each.kind,
    last: FILTERS.has(each.kind),
    text: `${indent}${[each.kind, each.name].filter((word) => word !== "").join(" ")} {\n${levelText(each, depth + 1, everything)}${indent}}\n`,
  }));
  const sorted = [...settings, ...inner.filter((each) => !each.last)].sort((left, right) =>
    left.key < right.key ? -1 : left.key > right.key ? 1 : 0,
  );
  return [...sorted, ...inner.filter((each) => each.last)].map((each) => each.text).join("");
}

function named(config: ConfigDump, name: string, valueOnly: boolean): string {
  const [first = "", second] = name.split("/", 2);
  const section = config.sections.find((each) => each.kind === first);
  if (second !== undefined) {
    const value = section?.settings[second];
    return value === undefined ? "" : valueOnly ? `${value}\n` : `${name} = ${value}\n`;
  }
  const value = config.settings[name] ?? SETTING_DEFAULTS[name];
  if (value !== undefined) return valueOnly ? `${value}\n` : `${name} = ${value}\n`;
  return config.sections
    .filter((each) => each.kind === name)
    .map((each) => levelText({ kind: "", name: "", settings: {}, sections: [each] }, 0, false))
    .join("");
}
