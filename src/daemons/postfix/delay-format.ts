/** Where the time of a delivery went, in milliseconds. */
export interface DeliveryTimes {
  /** From arrival to the end of the attempt. */
  readonly totalMs: number;
  /** Before the message came into the active queue: arrival, and time in the deferred queue. */
  readonly beforeQueueManagerMs: number;
  readonly queueManagerMs: number;
  /** Name lookups, connecting, HELO and TLS. */
  readonly setUpMs: number;
  readonly transmissionMs: number;
}

/** The values of `delay=` and `delays=a/b/c/d`. */
export function formatDelays(times: DeliveryTimes): readonly [delay: string, delays: string] {
  const parts = [times.beforeQueueManagerMs, times.queueManagerMs, times.setUpMs, times.transmissionMs];
  return [formatDelay(times.totalMs), parts.map(formatDelay).join("/")];
}

/**
 * Seconds as Postfix's format_tv(3) prints them: at most two significant digits after rounding half up, at most two decimals
 * (`delay_logging_resolution_limit`), trailing zeros dropped: 0.07, 1.2, 34, 432000. Less than nothing counts as nothing.
 */
export function formatDelay(delayMs: number): string {
  const micros = Math.max(0, Math.round(delayMs * 1000));
  const decimals = micros < 1_000_000 ? 2 : micros < 10_000_000 ? 1 : 0;
  const unit = 1_000_000 / 10 ** decimals;
  return String(Math.floor((micros + unit / 2) / unit) / 10 ** decimals);
}
