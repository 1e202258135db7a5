import { delay } from "../../../../base/clock.ts";
import { quoteAddress, splitAddress } from "../../../../mail/address.ts";
import { notBefore } from "../../../../mail/retry-schedule.ts";
import { agentOf } from "./agents/agents.ts";
import { Delivery, type DeliveryRequest } from "./delivery.ts";
import { type DestinationMemory, DestinationQueue } from "./destination-queue.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { Author } from "./mail-log.ts";
import type { MailSystem } from "./mail-system.ts";
import { type QueueRecipient, readQueueFile, type StoredMessage, withDone, withoutWarning } from "./queue-file.ts";
import { filterRoute, type Route, routeOf } from "./routing.ts";

/** Recipients of one message that go the same way. */
interface Leg {
  readonly route: Route;
  readonly recipients: readonly QueueRecipient[];
}

/** qmgr(8): moves mail from incoming and deferred to active, hands it to delivery agents, and decides what becomes of it. */
export class QueueManager {
  readonly #system: MailSystem;
  readonly #author: Author;
  readonly #destinations = new Map<string, DestinationQueue>();
  /** How destinations stood in the range that this one was forked from. */
  readonly #remembered: Map<string, DestinationMemory>;
  readonly #unwatch: (() => void)[] = [];
  #runs: Heartbeat | undefined;
  #stopped = false;

  constructor(system: MailSystem, author: Author, remembered: readonly (readonly [string, DestinationMemory])[] = []) {
    this.#system = system;
    this.#author = author;
    this.#remembered = new Map(remembered);
  }

  /** Mail that was being delivered when Postfix ended is taken up again, then both queues are looked through. */
  start(firstRunInMs?: number): void {
    for (const id of this.#system.queue.ids("active")) this.#system.queue.move(id, "active", "incoming");
    this.scanIncoming();
    if (firstRunInMs === undefined) this.scanDeferred(false);
    this.#scheduleRuns(firstRunInMs ?? this.#system.policy.timeMs("queue_run_delay"));
  }

  /** Takes over from the queue manager before a reload, whose deliveries go on. */
  resume(nextRunInMs: number): void {
    this.scanIncoming();
    this.#scheduleRuns(Math.min(nextRunInMs, this.#system.policy.timeMs("queue_run_delay")));
  }

  /** Mail that waits for a domain is tried now. */
  flushDomain(domain: string): void {
    const { queue } = this.#system;
    for (const id of queue.ids("deferred")) {
      const waits = queue
        .read("deferred", id)
        ?.recipients.some((recipient) => !recipient.done && splitAddress(recipient.address).domain?.toLowerCase() === domain.toLowerCase());
      if (waits === true) this.#activate("deferred", id);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.retire();
  }

  /** After a reload another one takes up new mail; what is under way here goes on to its end. */
  retire(): void {
    this.#runs?.stop();
    for (const unwatch of this.#unwatch.splice(0)) unwatch();
  }

  /** Until the next queue run, milliseconds. */
  get nextRunInMs(): number {
    return this.#runs?.nextInMs ?? 0;
  }

  /** How destinations stand, by transport and next hop. */
  memory(): readonly (readonly [string, DestinationMemory])[] {
    return [...this.#remembered, ...[...this.#destinations].map(([key, destination]) => [key, destination.memory()] as const)];
  }

  /** Takes up everything in `incoming`. */
  scanIncoming(): void {
    for (const id of this.#system.queue.ids("incoming")) this.#activate("incoming", id);
  }

  /** Takes up deferred mail that is due. @param all also what is not due yet (`postqueue -f`) */
  scanDeferred(all: boolean): void {
    const { queue, machine } = this.#system;
    for (const id of queue.ids("deferred")) {
      if (all || queue.dueAtMs("deferred", id) <= machine.clock.now() + 1000) this.#activate("deferred", id);
    }
  }

  /** `postqueue -f`: dead destinations and dates are forgotten. */
  flush(): void {
    this.#destinations.clear();
    this.#remembered.clear();
    this.scanIncoming();
    this.scanDeferred(true);
  }

  /** `postqueue -i`: one message, due or not. */
  flushMessage(id: string): void {
    if (this.#system.queue.find(id, ["deferred"]) !== undefined) this.#activate("deferred", id);
  }

  #scheduleRuns(firstInMs: number): void {
    const { queue, machine, policy } = this.#system;
    const runs = new Heartbeat(machine.clock, {
      periodMs: policy.timeMs("queue_run_delay"),
      firstInMs,
      idle: () => queue.isEmpty("incoming", "deferred"),
      beat: () => {
        this.scanIncoming();
        this.scanDeferred(false);
      },
    });
    this.#runs = runs;
    for (const name of ["incoming", "deferred"] as const) this.#unwatch.push(queue.watch(name, () => runs.nudge()));
  }

  #activate(from: "incoming" | "deferred", id: string): void {
    const { queue, machine, log } = this.#system;
    const bytes = queue.bytes(from, id);
    if (bytes === undefined) return;
    const message = readQueueFile(bytes);
    if (message === undefined) {
      log.warning(this.#author, `saving corrupt file "${id}" from queue "${from}" to queue "corrupt"`);
      queue.move(id, from, "corrupt");
      return;
    }
    queue.move(id, from, "active");
    log.write(this.#author, {
      event: "queued",
      queueId: id,
      from: quoteAddress(message.sender),
      sizeBytes: message.sizeBytes,
      recipients: message.recipients.length,
    });
    void this.#deliver(id, message, machine.clock.now());
  }

  async #deliver(id: string, message: StoredMessage, activeAtMs: number): Promise<void> {
    const waiting = message.recipients.filter((recipient) => !recipient.done);
    this.#system.bounce.forgetDelays(id);
    const legs = this.#legs(waiting, message.contentFilter);
    await Promise.all(legs.map((leg) => this.#deliverLeg(id, message, leg, activeAtMs)));
    if (!this.#stopped) await this.#finish(id);
  }

  /** Sorted as qmgr sorts them: transport, next hop, domain, address; then cut where a delivery takes no more recipients. */
  #legs(recipients: readonly QueueRecipient[], filter: string | undefined): readonly Leg[] {
    const routed = recipients.map((recipient) => ({ recipient, route: this.#route(recipient.address, filter) }));
    const domain = (address: string): string => splitAddress(address).domain?.toLowerCase() ?? "\uffff";
    const order = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
    routed.sort(
      (one, other) =>
        order(one.route.transport, other.route.transport) ||
        order(one.route.queueName, other.route.queueName) ||
        order(domain(one.recipient.address), domain(other.recipient.address)) ||
        order(one.recipient.address, other.recipient.address),
    );
    const legs: { route: Route; recipients: QueueRecipient[] }[] = [];
    for (const { recipient, route } of routed) {
      const last = legs.at(-1);
      const same = last !== undefined && last.route.transport === route.transport && last.route.queueName === route.queueName;
      const limit = this.#recipientLimit(route.transport);
      if (same && last.route.nexthop === route.nexthop && last.recipients.length < limit)
        last.recipients.push(this.#rewritten(recipient, route));
      else legs.push({ route, recipients: [this.#rewritten(recipient, route)] });
    }
    return legs;
  }

  #route(address: string, filter: string | undefined): Route {
    const oneByOne = (transport: string): boolean => this.#recipientLimit(transport) === 1;
    if (filter !== undefined) return filterRoute(filter, address, oneByOne);
    const route = routeOf(this.#system.tables.addresses, address, oneByOne);
    if (route.warnings.length > 0) {
      const worker = this.#system.processes.take("rewrite/unix", "trivial-rewrite");
      for (const warning of route.warnings) this.#system.log.warning(worker, warning);
      worker.release();
    }
    return route;
  }

  #rewritten(recipient: QueueRecipient, route: Route): QueueRecipient {
    return route.recipient === recipient.address ? recipient : { ...recipient, address: route.recipient };
  }

  #recipientLimit(transport: string): number {
    const name = `${transport}_destination_recipient_limit`;
    const parameter = this.#system.policy.raw(name) === undefined ? "default_destination_recipient_limit" : name;
    const limit = this.#system.policy.int(parameter);
    return limit === 0 ? Number.POSITIVE_INFINITY : limit;
  }

  async #deliverLeg(id: string, message: StoredMessage, leg: Leg, activeAtMs: number): Promise<void> {
    const { route, recipients } = leg;
    const deferred = this.#system.policy.list("defer_transports").includes(route.transport);
    if (deferred) return this.#retryService(id, message, recipients, activeAtMs, "4.3.2 deferred transport");
    const destination = this.#destination(route);
    const suspension = await destination.enter();
    if (this.#stopped) return;
    if (suspension !== undefined) {
      return this.#retryService(id, message, recipients, activeAtMs, `${suspension.dsn} ${suspension.text}`);
    }
    const delivery = await this.#handOver(
      {
        queueId: id,
        message,
        transport: route.transport,
        nexthop: route.nexthop,
        recipients,
        activeAtMs,
        handedOverAtMs: this.#system.machine.clock.now(),
        keepConnection: destination.lively,
      },
      `${route.transport}/unix`,
    );
    destination.leave(delivery.hopTrouble);
    if (destination.empty) this.#destinations.delete(this.#destinationKey(route));
  }

  async #retryService(
    id: string,
    message: StoredMessage,
    recipients: readonly QueueRecipient[],
    activeAtMs: number,
    nexthop: string,
  ): Promise<void> {
    const handedOverAtMs = this.#system.machine.clock.now();
    const request = { queueId: id, message, transport: "retry", nexthop, recipients, activeAtMs, handedOverAtMs, keepConnection: false };
    await this.#handOver(request, "retry/unix");
  }

  async #handOver(request: DeliveryRequest, service: string): Promise<Delivery> {
    const agent = agentOf(this.#system, request.transport);
    if (agent.warning !== undefined) this.#system.log.warning(this.#author, agent.warning);
    const worker = this.#system.processes.take(service, agent.processName);
    await delay(this.#system.machine.clock, worker.startMs);
    const delivery = new Delivery(this.#system, { ...request, handedOverAtMs: this.#system.machine.clock.now() }, worker);
    try {
      await agent.deliver(delivery, this.#system);
    } finally {
      worker.release();
    }
    if (!this.#stopped) this.#markDone(delivery);
    return delivery;
  }

  /** A recipient that has the mail, or will never get it, is struck out in the queue file. */
  #markDone(delivery: Delivery): void {
    const { queue } = this.#system;
    const id = delivery.request.queueId;
    const done = delivery.outcomes.filter((outcome) => outcome.status !== "deferred").map((outcome) => outcome.recipient.offset);
    const bytes = done.length === 0 ? undefined : queue.bytes("active", id);
    if (bytes !== undefined) queue.put("active", id, withDone(bytes, done));
  }

  #destinationKey(route: Route): string {
    return `${route.transport}/${route.queueName}`;
  }

  #destination(route: Route): DestinationQueue {
    const key = this.#destinationKey(route);
    const known = this.#destinations.get(key);
    if (known !== undefined) return known;
    const { policy, machine } = this.#system;
    const setting = (suffix: string): number => {
      const own = `${route.transport}_${suffix}`;
      return policy.int(policy.raw(own) === undefined ? `default_${suffix}` : own);
    };
    const settings = {
      initial: policy.int("initial_destination_concurrency"),
      limit: setting("destination_concurrency_limit"),
      failedCohortLimit: setting("destination_concurrency_failed_cohort_limit"),
      retryAfterMs: policy.timeMs("minimal_backoff_time"),
    };
    const created = new DestinationQueue(machine.clock, settings, this.#remembered.get(key));
    this.#remembered.delete(key);
    this.#destinations.set(key, created);
    return created;
  }

  /** All recipients were tried: bounce what failed, put off what is left, or be done. */
  async #finish(id: string): Promise<void> {
    const { queue, bounce, log, machine, policy } = this.#system;
    const message = queue.read("active", id);
    if (message === undefined) return;
    await bounce.flushFailed(id, message);
    await bounce.flushTrace(id, message);
    const left = message.recipients.some((recipient) => !recipient.done);
    if (!left) {
      this.#remove(id);
      return;
    }
    const lifetimeMs = policy.timeMs(message.sender === "" ? "bounce_queue_lifetime" : "maximal_queue_lifetime");
    const now = machine.clock.now();
    if (now - message.createdAtMs >= lifetimeMs) {
      log.write(this.#author, { event: "expired", queueId: id, from: quoteAddress(message.sender), forced: false });
      await bounce.flushExpired(id, message);
      this.#remove(id);
      return;
    }
    if (message.warnAtMs !== undefined && now >= message.warnAtMs - 1000) {
      await bounce.warnDelayed(id, message);
      const bytes = queue.bytes("active", id);
      if (bytes !== undefined) queue.put("active", id, withoutWarning(bytes));
    }
    this.#defer(id, message.createdAtMs);
  }

  #defer(id: string, createdAtMs: number): void {
    const { queue, machine, policy } = this.#system;
    if (queue.find(id, ["active"]) === undefined) return;
    const timers = { minimalBackoffMs: policy.timeMs("minimal_backoff_time"), maximalBackoffMs: policy.timeMs("maximal_backoff_time") };
    const dueAtMs = notBefore(timers, createdAtMs, machine.clock.now());
    queue.move(id, "active", "deferred");
    queue.setDue("deferred", id, Math.floor(dueAtMs / 1000) * 1000);
  }

  #remove(id: string): void {
    this.#system.queue.remove("active", id);
    this.#system.bounce.forget(id);
    this.#system.log.write(this.#author, { event: "removed", queueId: id });
  }
}
