const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

/**
 * A Postfix time value in milliseconds: `300s`, `5d`, `1h`; a bare number is in the default unit.
 * @returns undefined for text that is no time value
 */
export function parseTimeMs(text: string, defaultUnit: string): number | undefined {
  const match = /^(\d+)([smhdw]?)$/i.exec(text.trim());
  if (match === null) return undefined;
  const unit = unitMs[(match[2] || defaultUnit).toLowerCase()];
  return unit === undefined ? undefined : Number(match[1]) * unit;
}

/** A number of bytes; Postfix knows no unit here. @returns undefined for text that is no number */
export function parseSizeBytes(text: string): number | undefined {
  return /^\d+$/.test(text.trim()) ? Number(text.trim()) : undefined;
}
