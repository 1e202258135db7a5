/** A quota root: `quota = count:User quota` with its rules. */
export interface QuotaRoot {
  /** As doveadm prints it: `User quota`. */
  readonly name: string;
  readonly driver: string;
  /** 0: no limit. */
  readonly storageLimitBytes: number;
  /** 0: no limit. */
  readonly messageLimit: number;
  /** How far the last mail may go over the storage limit. */
  readonly graceBytes: number;
}

/** What a mailbox holds, as its quota driver counts it. */
export interface Usage {
  readonly bytes: number;
  readonly messages: number;
}

/** A setting under `plugin` that Dovecot cannot use. `message` is what it logs after `Failed to initialize quota: `. */
export class QuotaError extends Error {}

const DRIVERS = ["count", "maildir", "dirsize", "dict", "fs", "imapc"];
const UNITS: Readonly<Record<string, number>> = { b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };
const DEFAULT_GRACE = "10%";

/**
 * The quota roots of a user.
 * @param plugin the settings under `plugin`, the user's own (from the user database) laid over them
 * @throws QuotaError
 */
export function quotaRoots(plugin: Readonly<Record<string, string>>): readonly QuotaRoot[] {
  const roots: QuotaRoot[] = [];
  for (let number = 1; ; number++) {
    const key = number === 1 ? "quota" : `quota${number}`;
    const setting = plugin[key];
    if (setting === undefined || setting === "") return roots;
    const [driver = "", name = ""] = setting.split(":");
    if (!DRIVERS.includes(driver)) throw new QuotaError(`Invalid quota root ${key}: Unknown quota backend: ${driver}`);
    if (driver === "count" && plugin.quota_vsizes !== "yes") {
      throw new QuotaError(`Quota root ${name}: count quota init failed: quota count backend requires quota_vsizes=yes`);
    }
    const limits = rulesOf(plugin, key).reduce((sum, rule) => ({ ...sum, ...readRule(key, rule) }), { bytes: 0, messages: 0 });
    roots.push({
      name,
      driver,
      storageLimitBytes: limits.bytes,
      messageLimit: limits.messages,
      graceBytes: graceOf(plugin[`${key}_grace`] ?? plugin.quota_grace ?? DEFAULT_GRACE, limits.bytes),
    });
  }
}

/**
 * Whether a mail of this size may be saved: while a mailbox is not over its limit, the last mail may go over it by the grace.
 * (quota.c: an exactly full mailbox is not over.)
 */
export function fitsQuota(roots: readonly QuotaRoot[], usage: Usage, sizeBytes: number): boolean {
  return roots.every(({ storageLimitBytes, messageLimit, graceBytes }) => {
    if (messageLimit > 0 && usage.messages + 1 > messageLimit) return false;
    if (storageLimitBytes === 0) return true;
    return usage.bytes <= storageLimitBytes && usage.bytes + sizeBytes <= storageLimitBytes + graceBytes;
  });
}

/** `50M`, `1G`, `512` (bytes): bytes; undefined when it is no size. */
export function sizeInBytes(text: string, unit: "b" | "k" = "b"): number | undefined {
  const match = /^(\d+)\s*([bkmgt]?)b?$/i.exec(text.trim());
  if (match === null) return undefined;
  return Number(match[1]) * (UNITS[(match[2] === "" ? unit : (match[2] as string)).toLowerCase()] ?? 1);
}

/** `quota_rule`, `quota_rule2` ... of one root, in order. */
function rulesOf(plugin: Readonly<Record<string, string>>, key: string): readonly string[] {
  const rules: string[] = [];
  for (let number = 1; ; number++) {
    const rule = plugin[number === 1 ? `${key}_rule` : `${key}_rule${number}`];
    if (rule === undefined) return rules;
    rules.push(rule);
  }
}

/** Rules for single mailboxes (`Trash:storage=+100M`) add to what those may hold; the whole user's limit is that of `*`. */
function readRule(key: string, rule: string): Partial<Usage> {
  const complain = (why: string): QuotaError => new QuotaError(`Invalid quota root ${key}: Invalid rule ${rule}: ${why}`);
  const [mailbox = "", ...limits] = rule.split(":");
  if (limits.length === 0) throw complain("Invalid rule");
  if (mailbox !== "*" && mailbox !== "?") return {};
  let result: Partial<Usage> = {};
  for (const limit of limits) {
    const [name, value = ""] = limit.split("=");
    if (name === "storage" || name === "bytes") {
      const bytes = sizeInBytes(value, name === "storage" ? "k" : "b");
      if (bytes === undefined) throw complain(`Invalid ${name} limit: ${value}`);
      result = { ...result, bytes };
    } else if (name === "messages") {
      // The real program's own words.
      if (!/^\d+$/.test(value)) throw complain(`Invalid bytes messages: ${value}`);
      result = { ...result, messages: Number(value) };
    } else if (name === "ignore") result = { bytes: 0, messages: 0 };
    else if (name !== "") throw complain(`Unknown rule limit name: ${name}`);
  }
  return result;
}

function graceOf(text: string, limitBytes: number): number {
  const percent = /^(\d+)%{1,2}$/.exec(text.trim());
  if (percent !== null) return Math.floor((limitBytes * Number(percent[1])) / 100);
  return sizeInBytes(text) ?? 0;
}
