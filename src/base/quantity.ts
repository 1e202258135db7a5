const durationUnitsMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const sizeUnitsBytes: Readonly<Record<string, number>> = { B: 1, kB: 1000, KB: 1000, MB: 1_000_000, KiB: 1024, MiB: 1_048_576 };

/** What a duration looks like in a scenario: `90s`, `1h`, `20ms`, or sums of them: `1m+30s`. `ttl` stands for the zones' TTL. */
export const durationPattern = /^(?:ttl|\d+(?:ms|s|m|h|d))(?:\+(?:ttl|\d+(?:ms|s|m|h|d)))*$/;

/** What a size looks like in a scenario: `4MB`, `20kB`, `512KiB`, `300B`. */
export const sizePattern = /^\d+(?:B|kB|KB|MB|KiB|MiB)$/;

/**
 * Milliseconds that a text such as `ttl+60s` means.
 * @param ttlMs what `ttl` stands for
 * @returns undefined when the text is no duration
 */
export function parseDurationMs(text: string, ttlMs = 0): number | undefined {
  if (!durationPattern.test(text)) return undefined;
  return text.split("+").reduce((sumMs, term) => sumMs + (term === "ttl" ? ttlMs : termMs(term)), 0);
}

function termMs(term: string): number {
  const unit = term.replace(/^\d+/, "");
  return Number.parseInt(term, 10) * (durationUnitsMs[unit] ?? 0);
}

/** Bytes that a text such as `4MB` means (decimal units; KiB and MiB are binary); undefined when it is no size. */
export function parseSizeBytes(text: string): number | undefined {
  if (!sizePattern.test(text)) return undefined;
  const unit = text.replace(/^\d+/, "");
  return Number.parseInt(text, 10) * (sizeUnitsBytes[unit] ?? 1);
}
