import type { Timer } from "../../../../base/clock.ts";
import type { MasterService } from "../../../../daemons/postfix/master-cf.ts";
import { type PostfixPolicy, readPolicy } from "../../../../daemons/postfix/policy.ts";
import { longQueueId, shortQueueId } from "../../../../daemons/postfix/queue-id.ts";
import { relayProtectionFault, unsimulatedRestrictions } from "../../../../daemons/postfix/restrictions/evaluate.ts";
import { isUnsimulatedTable } from "../../../../daemons/postfix/tables/open-table.ts";
import { createStubResolver, type StubResolver } from "../../dns/stub-resolver.ts";
import type { Machine } from "../../machine.ts";
import { type Program, StartFailure } from "../../program.ts";
import type { Listener, VirtualSocket } from "../../wire/network-stack.ts";
import { Anvil, type AnvilMemory } from "./anvil.ts";
import { Bounce } from "./bounce.ts";
import { Cleanup } from "./cleanup.ts";
import type { DestinationMemory } from "./destination-queue.ts";
import { Heartbeat } from "./heartbeat.ts";
import { MailLog } from "./mail-log.ts";
import type { MailSystem } from "./mail-system.ts";
import { listenAddresses, servicePort } from "./master-listeners.ts";
import { Pickup } from "./pickup.ts";
import { type IdleProcess, Processes } from "./processes.ts";
import { Queue } from "./queue.ts";
import { QueueManager } from "./queue-manager.ts";
import { fatalSetting } from "./settings-check.ts";
import { SessionCache } from "./smtp-client/session-cache.ts";
import { Smtpd } from "./smtpd/smtpd.ts";
import { Tables } from "./tables.ts";

const version = "3.7.11";
const configDirectory = "/etc/postfix";
/** `wakeup` of pickup in master.cf. */
const pickupPeriodMs = 60_000;

/** What a fork needs to go on where the original stands. */
export interface PostfixMemory {
  readonly pid: number;
  readonly qmgrPid: number;
  readonly pickupPid: number;
  /** main.cf and master.cf as they were read last. */
  readonly settings: Readonly<Record<string, string>>;
  readonly nextQueueRunInMs: number;
  readonly nextPickupInMs: number;
  readonly idleProcesses: readonly IdleProcess[];
  readonly destinations: readonly (readonly [string, DestinationMemory])[];
  readonly anvil: AnvilMemory;
  readonly firstInode: number;
}

/** A listener, and who serves its clients. */
interface Service {
  readonly listener: Listener;
  smtpd: Smtpd;
  /** Its process has died at its start; until `service_throttle_time` is over nobody is served. */
  throttled?: { readonly timer: Timer; readonly waiting: VirtualSocket[] } | undefined;
}

/** master(8): a running Postfix. Starts the other programs, listens for them, reloads and stops them. */
export class Master implements Program, MailSystem {
  readonly kind = "postfix" as const;
  readonly pid: number;
  readonly machine: Machine;
  readonly queue: Queue;
  readonly dns: StubResolver;
  readonly cleanup: Cleanup;
  readonly bounce: Bounce;
  readonly sessions: SessionCache;
  readonly processes: Processes;
  readonly #firstInode: number;
  readonly #anvil: Anvil;
  readonly #listeners = new Map<string, Service>();
  #settings: Readonly<Record<string, string>>;
  #policy: PostfixPolicy;
  #log: MailLog;
  #tables: Tables;
  #qmgr: { readonly manager: QueueManager; readonly pid: number };
  #pickup: { readonly pickup: Pickup; readonly pid: number };
  #pickupBeat: Heartbeat | undefined;
  #unwatchDrops: (() => void) | undefined;
  #incomingTriggered = false;
  #running = true;
  #aborting = false;

  constructor(machine: Machine, memory?: PostfixMemory) {
    this.machine = machine;
    this.#settings = memory?.settings ?? settingsOf(machine);
    this.#policy = this.#readPolicy();
    const fatal = fatalSetting(this.#policy);
    if (fatal !== undefined) throw new StartFailure("postfix", `postfix: fatal: ${fatal}\n`);
    this.#log = new MailLog(machine, this.#policy.get("maillog_file"));
    if (memory === undefined) this.#log.info({ name: "postfix-script", pid: machine.newPid() }, "starting the Postfix mail system");
    this.pid = memory?.pid ?? machine.newPid();
    this.#firstInode = memory?.firstInode ?? 0x10_0000 + machine.random.below(0x10_0000);
    this.queue = new Queue(machine.files, this.#policy.get("queue_directory"));
    this.queue.prepare(this.pid);
    this.dns = createStubResolver(machine);
    this.processes = new Processes(
      machine.clock,
      machine.random,
      () => machine.newPid(),
      () => this.#policy.timeMs("max_idle"),
      memory?.idleProcesses,
    );
    this.sessions = new SessionCache(machine.clock);
    this.cleanup = new Cleanup(this);
    this.bounce = new Bounce(this);
    this.#anvil = new Anvil(
      machine.clock,
      () => this.#log,
      () => ({ name: "anvil", pid: machine.newPid() }),
      memory?.anvil,
    );
    this.#tables = this.#openTables();
    if (memory === undefined) this.#log.info(this.#author, `daemon started -- version ${version}, configuration ${configDirectory}`);
    this.#pickup = this.#startPickup(memory?.pickupPid);
    this.#qmgr = this.#startQmgr(memory?.qmgrPid, memory?.destinations);
    this.#listen();
    this.#tellUnsimulated();
    this.#qmgr.manager.start(memory?.nextQueueRunInMs);
    this.#wakePickup(memory?.nextPickupInMs);
  }

  get policy(): PostfixPolicy {
    return this.#policy;
  }

  get log(): MailLog {
    return this.#log;
  }

  get tables(): Tables {
    return this.#tables;
  }

  /** What `postqueue` asks of qmgr. */
  get queueManager(): QueueManager {
    return this.#qmgr.manager;
  }

  // ---- Program

  /**
   * The new settings hold from the next connection and the next message on. (An idle smtpd of the real Postfix serves one more
   * client with the old ones; here it does not, so that one probe after a reload is enough.)
   */
  reload(): void {
    const script = { name: "postfix-script", pid: this.machine.newPid() };
    const before = this.#settings;
    this.#settings = settingsOf(this.machine);
    const policy = this.#readPolicy();
    const fatal = fatalSetting(policy);
    if (fatal !== undefined) {
      this.#settings = before;
      this.#log.write({ name: "master", pid: this.pid }, { event: "remark", level: "fatal", text: fatal });
      return;
    }
    this.#log.info(script, "refreshing the Postfix mail system");
    const interfaces = this.#policy.get("inet_interfaces");
    this.#policy = policy;
    this.#log = new MailLog(this.machine, policy.get("maillog_file"));
    this.#log.info(this.#author, `reload -- version ${version}, configuration ${configDirectory}`);
    for (const problem of policy.problems) this.#log.warning(this.#author, problem.message);
    this.#warnInterfaces(interfaces, policy.get("inet_interfaces"));
    this.processes.renew();
    this.#anvil.end();
    this.sessions.closeAll();
    this.#tables.close();
    this.#tables = this.#openTables();
    const { nextRunInMs } = this.#qmgr.manager;
    this.#qmgr.manager.retire();
    this.#pickup = this.#startPickup();
    this.#qmgr = this.#startQmgr();
    this.#listen();
    this.#tellUnsimulated();
    this.#qmgr.manager.resume(nextRunInMs);
    this.#wakePickup();
  }

  stop(): void {
    const script = { name: "postfix-script", pid: this.machine.newPid() };
    this.#log.info(script, `${this.#aborting ? "aborting" : "stopping"} the Postfix mail system`);
    this.#running = false;
    this.#qmgr.manager.stop();
    for (const { listener, smtpd, throttled } of this.#listeners.values()) {
      listener.close();
      smtpd.stop();
      this.#turnAway(throttled);
    }
    this.#listeners.clear();
    this.sessions.closeAll();
    this.#tables.close();
    this.#pickupBeat?.stop();
    this.#unwatchDrops?.();
  }

  memory(): PostfixMemory {
    return {
      pid: this.pid,
      qmgrPid: this.#qmgr.pid,
      pickupPid: this.#pickup.pid,
      settings: this.#settings,
      nextQueueRunInMs: this.#qmgr.manager.nextRunInMs,
      nextPickupInMs: this.#pickupBeat?.nextInMs ?? pickupPeriodMs,
      idleProcesses: this.processes.memory(),
      destinations: this.#qmgr.manager.memory(),
      anvil: this.#anvil.memory(),
      firstInode: this.#firstInode,
    };
  }

  /** The next `stop` is that of `postfix abort`. */
  abort(): void {
    this.#aborting = true;
  }

  // ---- MailSystem

  get running(): boolean {
    return this.#running;
  }

  newQueueId(): string {
    for (;;) {
      const atMs = this.machine.clock.now() + this.machine.random.below(1000) / 1000;
      const inode = this.#firstInode + this.machine.random.below(0x400);
      const id = this.#policy.bool("enable_long_queue_ids") ? longQueueId({ atMs, inode }) : shortQueueId({ atMs, inode });
      if (this.queue.find(id, ["incoming", "active", "deferred", "hold"]) === undefined) return id;
    }
  }

  newMaildirName(): string {
    const now = this.machine.clock.now();
    const seconds = Math.floor(now / 1000);
    const inode = (this.#firstInode + this.machine.random.below(0x400)).toString(16);
    const microseconds = (now - seconds * 1000) * 1000 + this.machine.random.below(1000);
    return `${seconds}.V801I${inode}M${microseconds}.${this.#policy.get("myhostname")}`;
  }

  newMail(): void {
    if (this.#incomingTriggered) return;
    this.#incomingTriggered = true;
    // The trigger reaches qmgr after the program that gave it has gone on.
    queueMicrotask(() => {
      this.#incomingTriggered = false;
      this.#qmgr.manager.scanIncoming();
    });
  }

  /** sendmail(1) has dropped a message. */
  newDrop(): void {
    void this.#pickup.pickup.scan();
  }

  flushDomain(domain: string): void {
    this.#qmgr.manager.flushDomain(domain);
  }

  policyOf(service: string): PostfixPolicy {
    const line = this.#policy.services.find((each) => each.name === service && each.type === "unix");
    return line === undefined ? this.#policy : this.#policy.forService(line);
  }

  isOwnAddress(address: string): boolean {
    return this.#ownAddresses().includes(address);
  }

  // ---- within

  get #author(): { readonly name: string; readonly pid: number } {
    return { name: "master", pid: this.pid };
  }

  #readPolicy(): PostfixPolicy {
    const read = (path: string): string | undefined => this.#settings[path] ?? this.machine.files.read(path);
    return readPolicy({ read, list: (path) => this.machine.files.list(path) }, this.machine.name);
  }

  #openTables(): Tables {
    return new Tables(this.#policy, this.machine.files, this.#ownAddresses());
  }

  #ownAddresses(): readonly string[] {
    const listed = this.#policy.list("inet_interfaces");
    const machineAddresses = [...this.machine.net.addresses, "127.0.0.1"];
    const own = listed.includes("all") ? machineAddresses : listed.includes("loopback-only") ? ["127.0.0.1"] : listed;
    return [...own, ...this.#policy.list("proxy_interfaces")];
  }

  #startPickup(pid = this.machine.newPid()): { readonly pickup: Pickup; readonly pid: number } {
    return { pickup: new Pickup(this, { name: "pickup", pid }), pid };
  }

  #startQmgr(
    pid = this.machine.newPid(),
    destinations: PostfixMemory["destinations"] = [],
  ): { readonly manager: QueueManager; readonly pid: number } {
    return { manager: new QueueManager(this, { name: "qmgr", pid }, destinations), pid };
  }

  /** `pickup` is woken once a minute, whatever comes. */
  /** At once, unless a fork goes on with the beat of its original. */
  #wakePickup(firstInMs?: number): void {
    this.#pickupBeat?.stop();
    this.#unwatchDrops?.();
    if (firstInMs === undefined) this.newDrop();
    const beat = new Heartbeat(this.machine.clock, {
      periodMs: pickupPeriodMs,
      firstInMs: firstInMs ?? pickupPeriodMs,
      idle: () => this.queue.isEmpty("maildrop"),
      beat: () => this.newDrop(),
    });
    this.#pickupBeat = beat;
    this.#unwatchDrops = this.queue.watch("maildrop", () => beat.nudge());
  }

  /** Opens the `inet` lines of master.cf that run smtpd, and closes those that are gone. */
  #listen(): void {
    const wanted = new Set<string>();
    for (const service of this.#policy.services) {
      if (service.type !== "inet" || service.command !== "smtpd") continue;
      const port = servicePort(service.name);
      if (port === undefined) continue;
      for (const address of listenAddresses(service.name, this.#policy.list("inet_interfaces"))) {
        const key = `${address ?? "*"}:${port}`;
        wanted.add(key);
        const smtpd = new Smtpd(this, { name: service.name, policy: this.#policy.forService(service) }, this.#anvil, (worker) =>
          this.#died(key, worker.pid, worker.fresh),
        );
        const open = this.#listeners.get(key);
        if (open !== undefined) {
          open.smtpd = smtpd;
          this.#unthrottle(key);
        } else this.#open(key, port, address, smtpd, service);
      }
    }
    for (const [key, { listener, throttled }] of this.#listeners) {
      if (wanted.has(key)) continue;
      listener.close();
      this.#turnAway(throttled);
      this.#listeners.delete(key);
    }
  }

  #open(key: string, port: number, address: string | undefined, smtpd: Smtpd, service: MasterService): void {
    const serve = (socket: VirtualSocket): void => this.#serve(key, socket);
    try {
      const listener = this.machine.net.listen(port, serve, address);
      this.#listeners.set(key, { listener, smtpd });
    } catch (error) {
      if (!(error instanceof Error) || !("code" in error)) throw error;
      const reason = error.code === "EADDRINUSE" ? "Address already in use" : "Cannot assign requested address";
      this.#log.write(this.#author, { event: "remark", level: "fatal", text: `bind ${address ?? "0.0.0.0"} port ${port}: ${reason}` });
      this.machine.notSimulated(`the listener ${service.name} of master.cf when its port cannot be had`);
    }
  }

  /** A service whose process has died at its start waits, and so do its clients: the kernel has taken them, nobody greets them. */
  #serve(key: string, socket: VirtualSocket): void {
    const entry = this.#listeners.get(key);
    if (entry === undefined) return;
    if (entry.throttled !== undefined) {
      socket.on("error", () => undefined);
      entry.throttled.waiting.push(socket);
      return;
    }
    const fault = relayProtectionFault(entry.smtpd.service.policy);
    if (fault === undefined) {
      entry.smtpd.accept(socket);
      return;
    }
    // It ends before it has taken its client.
    const pid = this.machine.newPid();
    this.#log.write({ name: "smtpd", pid }, { event: "remark", level: "fatal", text: fault });
    this.#died(key, pid, true);
    this.#serve(key, socket);
  }

  /** An smtpd ended with exit status 1. @param atStart it has served nobody: master waits before it starts another */
  #died(key: string, pid: number, atStart: boolean): void {
    if (!this.#running) return;
    this.#log.warning(this.#author, `process /usr/lib/postfix/sbin/smtpd pid ${pid} exit status 1`);
    const entry = this.#listeners.get(key);
    if (!atStart || entry === undefined || entry.throttled !== undefined) return;
    this.#log.warning(this.#author, "/usr/lib/postfix/sbin/smtpd: bad command startup -- throttling");
    const timer = this.machine.clock.setTimeout(() => this.#unthrottle(key), this.#policy.timeMs("service_throttle_time"));
    entry.throttled = { timer, waiting: [] };
  }

  /** Those who still wait for a service that is gone. */
  #turnAway(throttled: Service["throttled"]): void {
    if (throttled === undefined) return;
    this.machine.clock.clearTimeout(throttled.timer);
    for (const socket of throttled.waiting) socket.destroy();
  }

  #unthrottle(key: string): void {
    const entry = this.#listeners.get(key);
    if (entry?.throttled === undefined) return;
    const { timer, waiting } = entry.throttled;
    this.machine.clock.clearTimeout(timer);
    entry.throttled = undefined;
    for (const socket of waiting) this.#serve(key, socket);
  }

  #warnInterfaces(before: string, now: string): void {
    if (before === now) return;
    this.#log.warning(this.#author, "ignoring inet_interfaces parameter value change");
    this.#log.warning(this.#author, `old value: "${before}", new value: "${now}"`);
    this.#log.warning(this.#author, "to change inet_interfaces, stop and start Postfix");
  }

  /** Tables that main.cf names and whose type is real, and not simulated here. */
  #unsimulatedTables(): ReadonlySet<string> {
    const members = this.#policy.entries.flatMap(({ name }) => this.#policy.get(name).split(/[\s,]+/));
    return new Set(members.filter(isUnsimulatedTable));
  }

  #tellUnsimulated(): void {
    for (const name of this.#policy.unsimulated) this.machine.notSimulated(`the parameter ${name}`);
    for (const name of unsimulatedRestrictions(this.#policy)) this.machine.notSimulated(`the restriction ${name}`);
    for (const table of this.#unsimulatedTables()) this.machine.notSimulated(`the table ${table}: nothing is found in it`);
    for (const service of this.#policy.services) {
      if (service.type === "inet" && service.command !== "smtpd")
        this.machine.notSimulated(`the service ${service.name} (${service.command}) of master.cf`);
      else if (service.command === "pipe") this.machine.notSimulated(`the transport ${service.name} (pipe) of master.cf`);
    }
  }
}

/** main.cf and master.cf as they stand now. */
function settingsOf(machine: Machine): Readonly<Record<string, string>> {
  const paths = [`${configDirectory}/main.cf`, `${configDirectory}/master.cf`];
  return Object.fromEntries(
    paths.flatMap((path) => {
      const text = machine.files.read(path);
      return text === undefined ? [] : [[path, text]];
    }),
  );
}
