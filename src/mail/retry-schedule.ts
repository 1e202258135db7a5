/** The timers that decide when a deferred message is tried again. */
export interface RetryTimers {
  readonly minimalBackoffMs: number;
  readonly maximalBackoffMs: number;
  /** How often the deferred queue is looked through. */
  readonly queueRunMs: number;
  /** After this age the next failed attempt returns the message. */
  readonly lifetimeMs: number;
  /** After this age the sender is told of the delay, once; 0 never. */
  readonly delayWarningMs: number;
}

/** Postfix's timers as Debian ships them. */
export const stockTimers: RetryTimers = {
  minimalBackoffMs: 300_000,
  maximalBackoffMs: 4_000_000,
  queueRunMs: 300_000,
  lifetimeMs: 5 * 86_400_000,
  delayWarningMs: 0,
};

/**
 * When a message that failed now may be tried again: after its age so far, but not sooner than the minimal and not later than the
 * maximal backoff. The attempt itself waits for the queue run that comes after this time.
 */
export function notBefore(
  timers: Pick<RetryTimers, "minimalBackoffMs" | "maximalBackoffMs">,
  arrivedAtMs: number,
  failedAtMs: number,
): number {
  const age = Math.max(0, failedAtMs - arrivedAtMs);
  return failedAtMs + Math.min(Math.max(age, timers.minimalBackoffMs), timers.maximalBackoffMs);
}

/**
 * The attempt that follows a failed one: the first queue run at or after `notBefore`.
 * @param queueRunAtMs any time at which the deferred queue was looked through; runs come every `queueRunMs` from there
 */
export function nextAttempt(timers: RetryTimers, arrivedAtMs: number, failedAtMs: number, queueRunAtMs: number): number {
  const earliest = notBefore(timers, arrivedAtMs, failedAtMs);
  const runs = Math.ceil((earliest - queueRunAtMs) / timers.queueRunMs);
  return queueRunAtMs + Math.max(runs, Math.floor((failedAtMs - queueRunAtMs) / timers.queueRunMs) + 1) * timers.queueRunMs;
}

/** What is due when an attempt fails at this age. */
export function dueOnFailure(timers: RetryTimers, arrivedAtMs: number, failedAtMs: number, warned: boolean): "expire" | "warn" | "defer" {
  const age = failedAtMs - arrivedAtMs;
  if (age >= timers.lifetimeMs) return "expire";
  return !warned && timers.delayWarningMs > 0 && age >= timers.delayWarningMs ? "warn" : "defer";
}
