const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const STAMP = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)$/;

/** Half a year: a stamp that lies further back than this belongs to the next year. */
const HALF_YEAR_MS = 183 * 86_400_000;

/** `Nov 24 02:23:53`, in UTC; the day is padded with a space. */
export function formatLogStamp(atMs: number): string {
  const time = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, "0");
  const day = String(time.getUTCDate()).padStart(2, " ");
  return `${MONTHS[time.getUTCMonth()]} ${day} ${two(time.getUTCHours())}:${two(time.getUTCMinutes())}:${two(time.getUTCSeconds())}`;
}

/**
 * Reads stamps without a year, in order, as UTC. The first one's year is given; a stamp that runs backwards by months starts the
 * next year, and one from just before midnight of New Year's Eve may come late.
 * @returns milliseconds since the Unix epoch; undefined when the text is no stamp
 */
export function logStampReader(year: number): (stamp: string) => number | undefined {
  let currentYear = year;
  let lastMs: number | undefined;
  return (stamp) => {
    const match = STAMP.exec(stamp);
    const month = MONTHS.indexOf(match?.[1] ?? "");
    if (match === null || month === -1) return undefined;
    const inYear = (of: number): number => Date.UTC(of, month, Number(match[2]), Number(match[3]), Number(match[4]), Number(match[5]));
    if (lastMs !== undefined && inYear(currentYear) < lastMs - HALF_YEAR_MS) currentYear++;
    const late = lastMs !== undefined && inYear(currentYear) > lastMs + HALF_YEAR_MS;
    const atMs = inYear(late ? currentYear - 1 : currentYear);
    if (!late) lastMs = atMs;
    return atMs;
  };
}
