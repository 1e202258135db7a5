const secondMs = 1000;
const unitMs: Readonly<Record<string, number>> = {
  ...{ sec: secondMs, second: secondMs, min: 60 * secondMs, minute: 60 * secondMs, hour: 3600 * secondMs },
  ...{
    day: 86_400 * secondMs,
    week: 604_800 * secondMs,
    fortnight: 1_209_600 * secondMs,
    month: 2_592_000 * secondMs,
    year: 31_536_000 * secondMs,
  },
};

/**
 * A date as `date -d` and `touch -d` take it: `@1795493645`, `2026-11-24 04:14`, `now`, `yesterday`, `2 hours ago`, `+1 day`.
 * @returns milliseconds since the Unix epoch, or undefined when it is none
 */
export function parseDate(text: string, nowMs: number): number | undefined {
  const trimmed = text.trim().toLowerCase();
  if (trimmed === "" || trimmed === "now" || trimmed === "today") return nowMs;
  if (trimmed === "yesterday") return nowMs - 86_400_000;
  if (trimmed === "tomorrow") return nowMs + 86_400_000;
  const epoch = /^@(-?\d+(?:\.\d+)?)$/.exec(trimmed);
  if (epoch !== null) return Number(epoch[1]) * 1000;
  const relative = /^(?:now\s*)?([+-]?\s*\d+)\s*([a-z]+?)s?(\s+ago)?$/.exec(trimmed);
  const unit = unitMs[relative?.[2] ?? ""];
  if (relative !== null && unit !== undefined) {
    const count = Number((relative[1] ?? "").replace(/\s/g, ""));
    return nowMs + (relative[3] === undefined ? count : -count) * unit;
  }
  const iso = /^(\d{4}-\d{2}-\d{2})(?:[t ](\d{2}:\d{2}(?::\d{2})?))?(?:\s*(z|utc|[+-]\d{2}:?\d{2}))?$/.exec(trimmed);
  if (iso !== null) {
    const zone = iso[3] === undefined || iso[3] === "z" || iso[3] === "utc" ? "Z" : iso[3];
    const parsed = Date.parse(`${iso[1]}T${iso[2] ?? "00:00"}${zone}`);
    return Number.isNaN(parsed) ? undefined : parsed;
  }
  const parsed = Date.parse(/\b(utc|gmt|[+-]\d{4})\b/i.test(text) ? text : `${text} UTC`);
  return Number.isNaN(parsed) ? undefined : parsed;
}

const dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"] as const;
const monthNames = [
  ...["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
] as const;

/** strftime(3) in the C locale, UTC. */
export function formatDate(format: string, atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = dayNames[date.getUTCDay()] ?? "";
  const month = monthNames[date.getUTCMonth()] ?? "";
  const hours = date.getUTCHours();
  const startOfYear = Date.UTC(date.getUTCFullYear(), 0, 1);
  const values: Readonly<Record<string, string | undefined>> = {
    ...{ a: day.slice(0, 3), A: day, b: month.slice(0, 3), h: month.slice(0, 3), B: month, Y: String(date.getUTCFullYear()) },
    ...{ C: two(Math.floor(date.getUTCFullYear() / 100)), y: two(date.getUTCFullYear() % 100), m: two(date.getUTCMonth() + 1) },
    ...{ d: two(date.getUTCDate()), e: String(date.getUTCDate()).padStart(2), H: two(hours), I: two(hours % 12 === 0 ? 12 : hours % 12) },
    ...{ k: String(hours).padStart(2), l: String(hours % 12 === 0 ? 12 : hours % 12).padStart(2), M: two(date.getUTCMinutes()) },
    ...{ S: two(date.getUTCSeconds()), p: hours < 12 ? "AM" : "PM", P: hours < 12 ? "am" : "pm", Z: "UTC", z: "+0000" },
    ...{ s: String(Math.floor(atMs / 1000)), N: String(Math.floor(atMs % 1000) * 1_000_000).padStart(9, "0"), n: "\n", t: "\t", "%": "%" },
    ...{
      j: String(Math.floor((atMs - startOfYear) / 86_400_000) + 1).padStart(3, "0"),
      u: String(date.getUTCDay() || 7),
      w: String(date.getUTCDay()),
    },
  };
  const composed: Readonly<Record<string, string>> = {
    F: "%Y-%m-%d",
    T: "%H:%M:%S",
    R: "%H:%M",
    D: "%m/%d/%y",
    c: "%a %b %e %H:%M:%S %Y",
    x: "%m/%d/%y",
    X: "%H:%M:%S",
    r: "%I:%M:%S %p",
  };
  const expanded = format.replace(/%%|%([FTRDcxXr])/g, (whole, letter?: string) =>
    letter === undefined ? whole : (composed[letter] ?? whole),
  );
  return expanded.replace(/%(:?[-_0^]?)([A-Za-z%])/g, (whole, flag: string, letter: string) => {
    if (flag === ":" && letter === "z") return "+00:00";
    const value = values[letter];
    if (value === undefined) return whole;
    if (flag === "-") return value.replace(/^[0 ]+(?=.)/, "");
    return flag === "^" ? value.toUpperCase() : value;
  });
}
