import type { Clock, Timer } from "../../../../../base/clock.ts";
import type { Session } from "./transaction.ts";

/** `smtp_connection_cache_time_limit` */
const keptMs = 2000;

/** scache(8): connections that were kept open, by destination. Each is used again within two seconds or closed without a QUIT. */
export class SessionCache {
  readonly #clock: Clock;
  readonly #kept = new Map<string, { readonly session: Session; readonly timer: Timer }[]>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A connection for this destination, or undefined. */
  take(destination: string): Session | undefined {
    const kept = this.#kept.get(destination);
    const entry = kept?.shift();
    if (entry === undefined) return undefined;
    this.#clock.clearTimeout(entry.timer);
    return entry.session.connection.open ? entry.session : this.take(destination);
  }

  keep(destination: string, session: Session): void {
    const kept = this.#kept.get(destination) ?? [];
    this.#kept.set(destination, kept);
    const entry = {
      session,
      timer: this.#clock.setTimeout(() => {
        kept.splice(kept.indexOf(entry), 1);
        session.connection.close();
      }, keptMs),
    };
    kept.push(entry);
  }

  closeAll(): void {
    for (const kept of this.#kept.values()) {
      for (const { session, timer } of kept) {
        this.#clock.clearTimeout(timer);
        session.connection.close();
      }
    }
    this.#kept.clear();
  }
}
