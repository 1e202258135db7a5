import { authMechanisms } from "../../../../daemons/dovecot/auth-mechanism.ts";
import { dovecotDialect } from "../../../../daemons/dovecot/dialect.ts";
import { type DovecotPolicy, type LmtpListener, readPolicy } from "../../../../daemons/dovecot/policy.ts";
import { sessionId } from "../../../../daemons/dovecot/session-id.ts";
import type { Event, Origin, Remark } from "../../../../world/event.ts";
import type { Machine } from "../../machine.ts";
import { type Program, StartFailure } from "../../program.ts";
import { VirtualSmtpServer } from "../../smtp/server.ts";
import type { ClientLink } from "../../smtp/session.ts";
import type { Listener, VirtualSocket } from "../../wire/network-stack.ts";
import { AuthSession } from "./auth-session.ts";
import { type DeliveryOutcome, deliver } from "./delivery.ts";
import { type LmtpDelivery, type LmtpProcess, LmtpSession } from "./lmtp-session.ts";
import { openUser, UserFailure } from "./mailbox-user.ts";
import { createStamps, type StampState, type Stamps } from "./stamps.ts";
import { type AuthMemory, Users } from "./users.ts";
import { type Worker, WorkerPool, type WorkerState } from "./worker-pool.ts";

const VERSION = "v2.3.19.1 (9b53102964)";
const PID_FILE = "/run/dovecot/master.pid";

/** Plugins that Debian's packages bring along. */
const PLUGINS = new Set(
  (
    "acl apparmor charset_alias fts fts_squat imap_acl imap_filter_sieve imap_old_stats imap_quota imap_sieve imap_zlib last_login lazy_expunge " +
    "listescape mail_crypt mail_crypt_acl mail_log mail_lua mailbox_alias notify notify_status old_stats pop3_migration push_notification " +
    "push_notification_lua quota quota_clone replication sieve trash virtual welcome zlib"
  ).split(" "),
);
/** Those that the simulated Dovecot follows, or that change nothing for LMTP. */
const SIMULATED_PLUGINS = new Set(["quota", "imap_quota", "notify"]);

interface Memory {
  readonly policy: DovecotPolicy;
  readonly pid: number;
  readonly auth: AuthMemory;
  readonly workers: WorkerState;
  readonly stamps: StampState;
}

/** A running Dovecot: master, auth and the lmtp processes. */
export class DovecotMaster implements Program {
  readonly kind = "dovecot";
  readonly pid: number;
  readonly stamps: Stamps;
  readonly users: Users;
  readonly #machine: Machine;
  readonly #workers: WorkerPool;
  readonly #sessions = new Map<LmtpSession, Worker>();
  #policy: DovecotPolicy;
  #listeners: Listener[] = [];
  readonly #authSessions = new Set<AuthSession>();
  #authPid: number | undefined;
  #authClients = 0;

  /** @throws StartFailure */
  constructor(machine: Machine, memory?: Memory) {
    this.#machine = machine;
    this.stamps = createStamps(machine, memory?.stamps);
    this.#policy = memory?.policy ?? policyToStart(machine);
    this.pid = memory?.pid ?? machine.newPid();
    this.users = new Users(
      machine.files,
      () => machine.clock.now(),
      (line) => this.#sayFor(line.process, line.level, line.text),
      memory?.auth,
    );
    this.#workers = new WorkerPool(machine, memory?.workers);
    if (memory === undefined) {
      // anvil, log and config.
      for (let child = 0; child < 3; child++) machine.newPid();
      machine.files.write(PID_FILE, `${this.pid}\n`, { mode: 0o600 });
    }
    this.#listen();
    const text = `Dovecot ${VERSION} starting up for ${this.#policy.protocols.join(", ")} (core dumps disabled)`;
    this.log({ ...this.#origin("master", 0), event: "lifecycle", phase: "ready", text });
    this.#noteNotSimulated();
  }

  /** The settings as they were last read. */
  get policy(): DovecotPolicy {
    return this.#policy;
  }

  /** A plugin that is configured and does not exist: no mail process starts with it. */
  missingPlugin(): string | undefined {
    return this.#policy.mailPlugins.find((plugin) => !PLUGINS.has(plugin));
  }

  reload(): void {
    this.log({ ...this.#origin("master", 0), event: "lifecycle", phase: "reloading", text: "SIGHUP received - reloading configuration" });
    const { policy, problems } = readPolicy(this.#machine.files);
    const fatal = problems.find((problem) => problem.level === "fatal");
    if (fatal !== undefined) {
      const also = "Also failed to read config by executing doveconf: /run/dovecot/config is a UNIX socket";
      this.#sayFor("master", "error", `Error reading configuration: ${fatal.message} - ${also}`);
      return;
    }
    for (const problem of problems) this.#sayFor("config", "warning", problem.message);
    this.#policy = policy;
    this.users.restart();
    this.#endProcesses();
    this.#closeListeners();
    this.#listen();
    this.#noteNotSimulated();
  }

  stop(): void {
    // Signals come from `doveadm stop` or the init system: a process of its own.
    const text = `Killed with signal 15 (by pid=${this.#machine.newPid()} uid=0 code=kill)`;
    this.log({ ...this.#origin("master", 0), event: "lifecycle", phase: "stopping", text });
    this.#endProcesses();
    this.#closeListeners();
    if (this.#machine.files.exists(PID_FILE)) this.#machine.files.remove(PID_FILE);
  }

  memory(): Memory {
    const { pid } = this;
    return { policy: this.#policy, pid, auth: this.users.memory(), workers: this.#workers.state(), stamps: this.stamps.state() };
  }

  /** Another `dovecot` was started while this one runs: it leaves a line and goes. */
  complain(text: string): void {
    this.#sayFor("master", "fatal", text);
  }

  log(event: Event): void {
    if (!this.#policy.logPath.startsWith("/")) return;
    this.#machine.log("dovecot", this.#policy.logPath, dovecotDialect.format(event));
  }

  #listen(): void {
    for (const { path } of this.#policy.authListeners) {
      this.#listeners.push(this.#machine.net.listenUnix(path, (socket) => this.#serveAuth(socket)));
    }
    if (!this.#policy.protocols.includes("lmtp")) return;
    for (const listener of this.#policy.lmtpListeners) this.#listeners.push(this.#listenAt(listener));
  }

  #listenAt(listener: LmtpListener): Listener {
    const server = new VirtualSmtpServer((link) => this.#newSession(link, listener.listener === "inet"));
    const { net } = this.#machine;
    if (listener.listener === "unix") return net.listenUnix(listener.path, (socket) => server.accept(socket));
    const address = listener.address === "0.0.0.0" ? undefined : listener.address;
    return net.listen(listener.port, (socket) => server.accept(socket), address);
  }

  #closeListeners(): void {
    for (const listener of this.#listeners) listener.close();
    this.#listeners = [];
  }

  #endProcesses(): void {
    for (const session of [...this.#sessions.keys()]) session.shutDown();
    this.#workers.clear();
    for (const session of this.#authSessions) session.close();
    this.#authPid = undefined;
  }

  #newSession(link: ClientLink, overTcp: boolean): LmtpSession | DeadSession {
    const worker = this.#workers.take();
    const origin = this.#origin("lmtp", worker.pid);
    const missing = this.missingPlugin();
    if (missing !== undefined) {
      this.log({
        ...origin,
        event: "remark",
        level: "fatal",
        text: `Plugin '${missing}' not found from directory /usr/lib/dovecot/modules`,
      });
      return new DeadSession(link);
    }
    const client = overTcp ? { name: link.remoteAddress, address: link.remoteAddress } : { name: "local", address: "" };
    this.log({ ...origin, event: "connected", client });
    const peer = overTcp ? `conn ${link.remoteAddress}:${link.remotePort}` : `conn unix:pid=${this.#clientPid()},uid=100`;
    const process: LmtpProcess = {
      policy: this.#policy,
      hostName: this.#policy.hostName || this.#machine.name,
      now: () => this.#machine.clock.now(),
      newSessionId: () => sessionId({ ...this.stamps.identifier(), pid: worker.pid, hostName: this.#machine.name }),
      lookUp: (login) => this.users.lookUp(this.#policy, login),
      deliver: (delivery) => this.#deliver(delivery, worker, peer),
      lookUpFailed: (recipient, id, words) => {
        const why = `auth-master: userdb lookup(${recipient}): ${words}`;
        this.log({ ...origin, ...this.#at(), event: "remark", level: "error", text: why, user: recipient, session: id });
        const text = `${conversation(peer, worker, recipient)}: Failed to lookup user ${recipient}: Internal error occurred. Refer to server log for more information.`;
        this.log({ ...origin, ...this.#at(), event: "remark", level: "error", text });
      },
      disconnected: (reason) => {
        this.log({ ...origin, ...this.#at(), event: "disconnected", client, counts: [], reason });
        this.#sessions.delete(session);
        this.#workers.giveBack(worker);
      },
    };
    const session = new LmtpSession(link, process, overTcp);
    this.#sessions.set(session, worker);
    return session;
  }

  /** The auth process is started by its first client. */
  #serveAuth(socket: VirtualSocket): void {
    if (!this.users.starts(this.#policy)) {
      socket.destroy();
      return;
    }
    this.#authPid ??= this.#machine.newPid();
    const session = new AuthSession(socket, {
      clock: this.#machine.clock,
      pid: this.#authPid,
      clientNumber: ++this.#authClients,
      cookie: Array.from({ length: 8 }, () => this.#machine.random.below(0x1_0000).toString(16).padStart(4, "0")).join(""),
      mechanisms: authMechanisms.filter(({ name }) => this.#policy.authMechanisms.includes(name)),
      logIn: (user, password, address) => this.users.logIn(this.#policy, user, password, address),
    });
    this.#authSessions.add(session);
    socket.on("close", () => this.#authSessions.delete(session));
  }

  #deliver({ user, recipient, sessionId: session, content }: LmtpDelivery, worker: Worker, peer: string): DeliveryOutcome {
    const origin = this.#origin("lmtp", worker.pid);
    const about = conversation(peer, worker, recipient);
    try {
      const outcome = deliver({
        files: this.#machine.files,
        policy: this.#policy,
        user: openUser(this.#machine, this.#policy, this.stamps, user),
        content,
        pid: worker.pid,
        atMs: this.#machine.clock.now(),
      });
      for (const error of outcome.errors) {
        this.log({ ...origin, event: "remark", level: "error", text: `${about}: ${error}`, user: user.name, session });
      }
      const failure = outcome.failure === undefined ? {} : { failure: outcome.failure };
      const unopened = outcome.unopened === undefined ? {} : { unopened: outcome.unopened };
      const messageId = messageIdOf(content);
      this.log({ ...origin, event: "saved", user: user.name, session, messageId, folder: "INBOX", ...failure, ...unopened });
      return outcome;
    } catch (error) {
      if (!(error instanceof UserFailure)) throw error;
      this.log({ ...origin, event: "remark", level: "error", text: `${about}: Failed to initialize user: ${error.message}` });
      return { code: "451 4.3.0", text: "Temporary internal error", errors: [], failure: error.message };
    }
  }

  #clientPid(): number {
    return this.#machine.services.program("postfix")?.pid ?? this.pid;
  }

  #noteNotSimulated(): void {
    for (const setting of this.#policy.notSimulated) this.#machine.notSimulated(`the setting ${setting} of Dovecot`);
    for (const plugin of this.#policy.mailPlugins) {
      if (PLUGINS.has(plugin) && !SIMULATED_PLUGINS.has(plugin)) this.#machine.notSimulated(`the plugin ${plugin} of Dovecot`);
    }
    for (const name of this.#policy.authListeners.length === 0 ? [] : this.#policy.authMechanisms) {
      const known = authMechanisms.some((mechanism) => mechanism.name === name);
      if (!known) this.#machine.notSimulated(`the mechanism ${name} of Dovecot`);
    }
    const driver = this.#policy.userDatabases[0]?.driver;
    if (driver !== undefined && driver !== "passwd-file") this.#machine.notSimulated(`the userdb driver ${driver} of Dovecot`);
  }

  #sayFor(process: string, level: Remark["level"], text: string): void {
    this.log({ ...this.#origin(process, 0), event: "remark", level, text });
  }

  #origin(process: string, pid: number): Origin {
    return { ...this.#at(), host: this.#machine.key, daemon: "dovecot", process, pid };
  }

  #at(): { readonly atMs: number } {
    return { atMs: this.#machine.clock.now() };
  }
}

/** The lmtp process died while it started: the client sees its connection close. */
class DeadSession {
  readonly #link: ClientLink;

  constructor(link: ClientLink) {
    this.#link = link;
  }

  begin(): void {
    this.#link.end();
  }

  command(): void {}

  timedOut(): void {}

  ended(): void {}
}

/** Settings that a start can go on with. @throws StartFailure with what doveconf prints */
function policyToStart(machine: Machine): DovecotPolicy {
  const { policy, problems } = readPolicy(machine.files);
  const fatal = problems.find((problem) => problem.level === "fatal");
  if (fatal?.message.startsWith("open(") === true) {
    const words = fatal.message.replace(/^open\(/, "stat(");
    throw new StartFailure("dovecot", `Fatal: Error reading configuration: ${words}\n`);
  }
  if (fatal !== undefined) throw new StartFailure("dovecot", `doveconf: Fatal: ${fatal.message}\n`);
  return policy;
}

function conversation(peer: string, worker: Worker, recipient: string): string {
  return `lmtp-server: ${peer} [${worker.connections}]: rcpt ${recipient}`;
}

/** As Dovecot logs it: the field's value, or `unspecified`. */
function messageIdOf(content: string): string {
  const end = content.indexOf("\n\n");
  const head = end === -1 ? content : content.slice(0, end);
  const value =
    /^message-id:[ \t]*((?:[^\n]|\n[ \t])*)/im
      .exec(head)?.[1]
      ?.replace(/\n[ \t]*/g, "")
      .trim() ?? "";
  return value === "" ? "unspecified" : value;
}
