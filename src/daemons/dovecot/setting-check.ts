import { SECTION_SETTINGS, SETTING_DEFAULTS } from "./setting-defaults.ts";

/** Filters (`protocol lmtp { }`) hold settings of the level around them. */
const TRANSPARENT = new Set(["protocol", "local", "local_name", "remote"]);

/** Settings whose value is one of a few words. */
const CHOICES: Readonly<Record<string, readonly string[]>> = {
  ssl: ["no", "yes", "required"],
};

/**
 * Whether a setting may stand here.
 * @param kinds the open sections, outermost first: `["service", "unix_listener"]`
 */
export function findSetting(kinds: readonly string[], name: string): boolean {
  const kind = innermost(kinds);
  if (kind === "plugin") return true;
  if (kind === "") return SETTING_DEFAULTS[name] !== undefined;
  return (SECTION_SETTINGS[kind] ?? []).includes(name);
}

/** What doveconf says about a value that does not fit its setting; undefined when it fits. */
export function checkSetting(kinds: readonly string[], name: string, value: string): string | undefined {
  const kind = innermost(kinds);
  if (kind === "plugin") return undefined;
  if (kind === "inet_listener" && name === "port") return /^\d+$/.test(value) ? undefined : `Invalid port number ${value}`;
  if (/_listener$/.test(kind) && name === "mode") return /^\d+$/.test(value) ? undefined : notANumber(value);
  if (kind !== "") return undefined;
  const choices = CHOICES[name];
  if (choices !== undefined) return choices.includes(value) ? undefined : `Invalid value: ${value}`;
  return checkLike(SETTING_DEFAULTS[name] ?? "", value);
}

/** The default's shape tells the setting's type. */
function checkLike(standard: string, value: string): string | undefined {
  if (standard === "yes" || standard === "no") {
    return /^(yes|y|no|1|0)$/i.test(value) ? undefined : `Invalid boolean value: ${value} (use yes or no)`;
  }
  if (/^\d+ (days|hours|mins|secs|msecs|weeks)$/.test(standard)) {
    return /^\d+\s*(|ms(ec(s)?)?|s(ec(s)?)?|m(in(s)?)?|h(our(s)?)?|d(ay(s)?)?|w(eek(s)?)?)$/i.test(value)
      ? undefined
      : `Invalid time interval: ${value}`;
  }
  if (/^\d+ [kMG]$/.test(standard)) return /^\d+\s*(|b|k|kb|m|mb|g|gb|t|tb)$/i.test(value) ? undefined : `Invalid size: ${value}`;
  if (/^\d+$/.test(standard)) return /^\d+/.test(value) || value === "unlimited" ? undefined : notANumber(value);
  return undefined;
}

function notANumber(value: string): string {
  return `Invalid number ${value}: Not a valid number`;
}

function innermost(kinds: readonly string[]): string {
  return kinds.findLast((kind) => !TRANSPARENT.has(kind)) ?? "";
}
