import type { Clock, Timer } from "../../../../base/clock.ts";
import type { Author, MailLog } from "./mail-log.ts";

/** `anvil_rate_time_unit` */
const windowMs = 60_000;
/** smtpd keeps anvil busy until its own `max_idle` is over; then anvil waits as long again. */
const idleMs = 200_000;

interface ClientRecord {
  connections: number;
  /** When connections began, milliseconds, within the window. */
  started: number[];
  messages: number[];
  recipients: number[];
}

/** What anvil has counted. */
export interface AnvilMemory {
  readonly author: Author | undefined;
  readonly endsAtMs: number;
  readonly clients: readonly (readonly [string, ClientRecord])[];
  readonly rate: Peak | undefined;
  readonly count: Peak | undefined;
  readonly cache: { readonly value: number; readonly atMs: number } | undefined;
}

interface Peak {
  readonly value: number;
  readonly who: string;
  readonly atMs: number;
}

/** anvil(8): counts connections and messages by client, and tells the highest counts when it ends. */
export class Anvil {
  readonly #clock: Clock;
  readonly #log: () => MailLog;
  readonly #newAuthor: () => Author;
  readonly #clients = new Map<string, ClientRecord>();
  #author: Author | undefined;
  #timer: Timer | undefined;
  #endsAtMs = 0;
  #rate: Peak | undefined;
  #count: Peak | undefined;
  #cache: { readonly value: number; readonly atMs: number } | undefined;

  /** @param memory of the range that this one was forked from; its connections are gone */
  constructor(clock: Clock, log: () => MailLog, newAuthor: () => Author, memory?: AnvilMemory) {
    this.#clock = clock;
    this.#log = log;
    this.#newAuthor = newAuthor;
    if (memory?.author === undefined) return;
    this.#author = memory.author;
    this.#rate = memory.rate;
    this.#count = memory.count;
    this.#cache = memory.cache;
    for (const [client, record] of memory.clients) this.#clients.set(client, { ...record, connections: 0 });
    this.#endAt(memory.endsAtMs);
  }

  memory(): AnvilMemory {
    return {
      author: this.#author,
      endsAtMs: this.#timer === undefined ? this.#clock.now() + idleMs : this.#endsAtMs,
      clients: [...this.#clients].map(([client, record]) => [client, { ...record }]),
      rate: this.#rate,
      count: this.#count,
      cache: this.#cache,
    };
  }

  /** @param client `smtp:203.0.113.10` */
  connected(client: string): { readonly count: number; readonly rate: number } {
    this.#author ??= this.#newAuthor();
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = this.#clock.now();
    for (const [key, record] of this.#clients) {
      if (record.connections === 0 && record.started.every((at) => at <= now - windowMs)) this.#clients.delete(key);
    }
    const record = this.#clients.get(client) ?? { connections: 0, started: [], messages: [], recipients: [] };
    this.#clients.set(client, record);
    record.connections += 1;
    record.started = [...record.started.filter((at) => at > now - windowMs), now];
    const rate = record.started.length;
    if (rate > (this.#rate?.value ?? 0)) this.#rate = { value: rate, who: client, atMs: now };
    if (record.connections > (this.#count?.value ?? 0)) this.#count = { value: record.connections, who: client, atMs: now };
    if (this.#clients.size > (this.#cache?.value ?? 0)) this.#cache = { value: this.#clients.size, atMs: now };
    return { count: record.connections, rate };
  }

  /** A MAIL command. @returns how many within the window */
  message(client: string): number {
    const record = this.#clients.get(client);
    if (record === undefined) return 0;
    const now = this.#clock.now();
    record.messages = [...record.messages.filter((at) => at > now - windowMs), now];
    return record.messages.length;
  }

  /** A RCPT command. @returns how many within the window */
  recipient(client: string): number {
    const record = this.#clients.get(client);
    if (record === undefined) return 0;
    const now = this.#clock.now();
    record.recipients = [...record.recipients.filter((at) => at > now - windowMs), now];
    return record.recipients.length;
  }

  disconnected(client: string): void {
    const record = this.#clients.get(client);
    if (record !== undefined) record.connections -= 1;
    if ([...this.#clients.values()].every((each) => each.connections === 0)) {
      this.#endAt(this.#clock.now() + idleMs);
    }
  }

  #endAt(atMs: number): void {
    this.#endsAtMs = atMs;
    this.#timer = this.#clock.setTimeout(() => this.end(), atMs - this.#clock.now());
  }

  /** Ends the process: writes what it has seen. */
  end(): void {
    if (this.#timer !== undefined) this.#clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    const author = this.#author;
    if (author === undefined) return;
    const say = (text: string): void => this.#log().info(author, `statistics: ${text}`);
    if (this.#rate !== undefined) say(`max connection rate ${this.#rate.value}/60s for (${this.#rate.who}) at ${stamp(this.#rate.atMs)}`);
    if (this.#count !== undefined) say(`max connection count ${this.#count.value} for (${this.#count.who}) at ${stamp(this.#count.atMs)}`);
    if (this.#cache !== undefined) say(`max cache size ${this.#cache.value} at ${stamp(this.#cache.atMs)}`);
    this.#author = undefined;
    this.#rate = undefined;
    this.#count = undefined;
    this.#cache = undefined;
    this.#clients.clear();
  }
}

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** `Nov 24 02:28:55` */
function stamp(atMs: number): string {
  const date = new Date(atMs);
  return `${months[date.getUTCMonth()]} ${String(date.getUTCDate()).padStart(2, " ")} ${date.toISOString().slice(11, 19)}`;
}
