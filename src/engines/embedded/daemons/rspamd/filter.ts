import { createHash } from "node:crypto";
import { formatRspamdStamp } from "../../../../daemons/rspamd/log.ts";
import { freshRules, SIMULATED_MAP_TYPES } from "../../../../daemons/rspamd/multimap.ts";
import { type RspamdPolicy, readPolicy, type Worker } from "../../../../daemons/rspamd/policy.ts";
import { readResolverSettings } from "../../dns/resolv-conf.ts";
import type { Machine } from "../../machine.ts";
import { type Program, StartFailure } from "../../program.ts";
import type { Listener, VirtualSocket } from "../../wire/network-stack.ts";
import { type Author, FilterLog } from "./filter-log.ts";
import type { ScanTask } from "./message.ts";
import { serveMilter } from "./milter-link.ts";
import { Scan, type ScanMemory, type ScanResult } from "./scan.ts";
import type { ScanLog } from "./scan-log.ts";
import type { SpfRecord } from "./spf-record.ts";
import {
  greetingTexts,
  HYPERSCAN_COMPILED,
  HYPERSCAN_EMPTY,
  HYPERSCAN_ENGINE,
  HYPERSCAN_READY,
  loadingTexts,
  mapTexts,
  moduleTexts,
  passwordTexts,
  REGEXP_LIBRARY,
  URL_SUFFIXES,
  workerTexts,
} from "./start-up.ts";

/** What a fork goes on with. */
export interface FilterMemory {
  readonly policy: RspamdPolicy;
  readonly tags: Tags;
  readonly mainPid: number;
  readonly workers: readonly RunningWorker[];
  readonly nameservers: readonly string[];
  readonly spf: ReadonlyMap<string, SpfRecord>;
  readonly dkimKeys: ReadonlySet<string>;
  readonly statistics: FilterStatistics;
  readonly startedMs: number;
  /** When hs_helper tells the others; undefined when it has. */
  readonly hyperscanDueMs: number | undefined;
}

interface Tags {
  readonly main: string;
  readonly config: string;
}

interface RunningWorker {
  readonly type: Worker["type"] | "hs_helper";
  readonly pid: number;
  readonly sockets: readonly string[];
}

/** What rspamc stat counts. */
export interface FilterStatistics {
  readonly actions: Readonly<Record<string, number>>;
  readonly connections: number;
}

/** How long hs_helper waits before it tells the others. */
const HYPERSCAN_DELAY_MS = 1000;

/** A running Rspamd: main process, controller, proxy with its milter, hs_helper. */
export class Filter implements Program {
  readonly kind = "rspamd";
  readonly #machine: Machine;
  readonly #log: FilterLog;
  readonly #startedMs: number;
  readonly #exists = (path: string): boolean => this.#machine.files.read(path) !== undefined;
  #policy: RspamdPolicy;
  #tags: Tags;
  #pid = 0;
  #workers: readonly RunningWorker[] = [];
  #nameservers: readonly string[] = [];
  #memory: ScanMemory;
  #listeners: Listener[] = [];
  #statistics: FilterStatistics = { actions: {}, connections: 0 };
  #hyperscanDueMs: number | undefined;

  /** @throws StartFailure with what the real program prints */
  constructor(machine: Machine, memory?: FilterMemory) {
    this.#machine = machine;
    this.#log = new FilterLog(machine, () => this.#policy.logPath);
    this.#startedMs = memory?.startedMs ?? machine.clock.now();
    this.#memory = { spf: new Map(memory?.spf), dkimKeys: new Set(memory?.dkimKeys) };
    if (memory !== undefined) {
      this.#policy = memory.policy;
      this.#tags = memory.tags;
      this.#pid = memory.mainPid;
      this.#workers = memory.workers;
      this.#nameservers = memory.nameservers;
      this.#statistics = memory.statistics;
      if (memory.hyperscanDueMs !== undefined) this.#awaitHyperscan(memory.hyperscanDueMs);
      this.#listen();
      return;
    }
    const firstPid = machine.newPid();
    const mainTag = this.newTag();
    this.#policy = policyToStart(machine, firstPid, mainTag);
    this.#tags = { main: mainTag, config: tagOf(this.#policy) };
    this.#startUp(firstPid);
  }

  get pid(): number {
    return this.#pid;
  }

  get policy(): RspamdPolicy {
    return this.#policy;
  }

  get statistics(): FilterStatistics {
    return this.#statistics;
  }

  get startedMs(): number {
    return this.#startedMs;
  }

  memory(): FilterMemory {
    return {
      policy: this.#policy,
      tags: this.#tags,
      mainPid: this.#pid,
      workers: this.#workers,
      nameservers: this.#nameservers,
      spf: new Map(this.#memory.spf),
      dkimKeys: new Set(this.#memory.dkimKeys),
      statistics: this.#statistics,
      startedMs: this.#startedMs,
      hyperscanDueMs: this.#hyperscanDueMs,
    };
  }

  /** SIGHUP: reads the files anew and forks new workers; files that do not read leave everything as it is. */
  reload(): void {
    const main = this.#main();
    this.#log.lifecycle(
      main,
      "reloading",
      `<${this.#tags.main}>; main; rspamd_hup_handler: rspamd 3.4 is requested to reload configuration`,
    );
    const { policy, problems } = readPolicy(this.#machine.files);
    const [problem] = problems;
    if (problem !== undefined) {
      this.#log.remark(main, `cfg; rspamd_config_read: failed to load config: ${problem.message}`);
      this.#log.remark(main, `<${this.#tags.main}>; main; reread_config: cannot parse new config file, revert to old one`);
      this.#log.remark(main, `<${this.#tags.main}>; main; rspamd_hup_handler: restore old workers with a old config`);
      return;
    }
    this.#tags = { main: this.#tags.main, config: tagOf(policy) };
    for (const text of loadingTexts(this.#tags)) this.#log.remark(main, text);
    this.#log.remark(main, `<${this.#tags.main}>; main; reread_config: replacing config`);
    if (policy.checksDkim) {
      this.#log.remark(main, `<${this.#tags.config}>; cfg; dkim_module_config: init internal dkim module`);
      this.#log.remark(main, `<${this.#tags.config}>; cfg; rspamd_init_filters: reconfig of dkim`);
    }
    const modules = moduleTexts(policy, this.#tags.config, this.#exists);
    for (const text of [...modules, URL_SUFFIXES, HYPERSCAN_ENGINE, HYPERSCAN_EMPTY, ...mapTexts(policy, this.#exists)])
      this.#log.remark(main, text);
    this.#policy = policy;
    this.#noteNotSimulated();
    this.#replaceWorkers(main);
  }

  stop(): void {
    const main = this.#main();
    const count = this.#workers.length;
    this.#log.lifecycle(
      main,
      "stopping",
      `<${this.#tags.main}>; main; rspamd_term_handler: catch termination signal, waiting for ${count} children for 16.00 seconds`,
    );
    for (const { type, pid } of this.#workers) {
      this.#log.remark(
        { process: type, pid },
        `<${this.#tags.main}>; main; rspamd_worker_term_handler: terminating after receiving signal Terminated`,
      );
    }
    for (const worker of this.#workers) this.#ended(main, worker);
    this.#log.lifecycle(main, "stopped", `<${this.#tags.main}>; main; main: terminating...`);
  }

  /** Six hexadecimal digits that hold lines together. */
  newTag(): string {
    return this.#machine.random.hex(6).toLowerCase();
  }

  /** Lines of one message or connection, by the worker that serves it. */
  scanLog(worker: "rspamd_proxy" | "controller", process: ScanLog["process"], tag = this.newTag()): ScanLog {
    const pid = this.#workers.find(({ type }) => type === worker)?.pid ?? this.#pid;
    return { tag, process, write: (module, text) => this.#log.remark({ process: worker, pid }, `<${tag}>; ${module}; ${text}`) };
  }

  /** Scans a message and counts it. */
  async scan(task: ScanTask, worker: "rspamd_proxy" | "controller", log: ScanLog): Promise<ScanResult> {
    const pid = this.#workers.find(({ type }) => type === worker)?.pid ?? this.#pid;
    const policy = { ...this.#policy, mapRules: freshRules(this.#policy.mapRules, this.#machine.files) };
    const scan = new Scan(this.#machine, policy, this.#nameservers, this.#memory, task, log);
    const result = await scan.run((verdict) =>
      this.#log.write({ ...this.#log.origin({ process: worker, pid }), event: "scanned", ...verdict }),
    );
    const { actions, connections } = this.#statistics;
    this.#statistics = { actions: { ...actions, [result.action]: (actions[result.action] ?? 0) + 1 }, connections };
    return result;
  }

  // ---- start

  #startUp(firstPid: number): void {
    const first = { process: "main", pid: firstPid };
    for (const text of loadingTexts(this.#tags)) this.#log.remark(first, text);
    if (this.#policy.checksDkim) this.#log.remark(first, `<${this.#tags.config}>; cfg; dkim_module_config: init internal dkim module`);
    const modules = moduleTexts(this.#policy, this.#tags.config, this.#exists);
    const libraries = [REGEXP_LIBRARY, URL_SUFFIXES, HYPERSCAN_ENGINE, HYPERSCAN_EMPTY];
    for (const text of [...modules, ...libraries, ...mapTexts(this.#policy, this.#exists)]) this.#log.remark(first, text);
    const [starting = "", ...rest] = greetingTexts(this.#tags.main);
    this.#log.lifecycle(first, "starting", starting);
    for (const text of rest) this.#log.remark(first, text);
    this.#pid = this.#machine.newPid();
    const main = this.#main();
    const pids = `old pid ${firstPid}, new pid ${this.#pid}; pid file: /run/rspamd/rspamd.pid`;
    this.#log.remark(main, `<${this.#tags.main}>; main; rspamd_main_daemon: daemonized successfully; ${pids}`);
    this.#log.remark(main, `<${this.#tags.main}>; main; main: event loop initialised with backend: epoll`);
    this.#noteNotSimulated();
    this.#fork(main);
    this.#listen();
  }

  /** Forks the workers, and hs_helper, which every Rspamd has. */
  #fork(main: Author): void {
    this.#nameservers = readResolverSettings(this.#machine.files).nameservers;
    this.#workers = [
      ...this.#policy.workers.map(({ type, sockets }) => ({ type, sockets, pid: this.#machine.newPid() })),
      { type: "hs_helper" as const, sockets: [], pid: this.#machine.newPid() },
    ];
    for (const worker of this.#workers) {
      const listen = worker.sockets.length === 0 ? ", no bind socket" : `; listen on: ${worker.sockets.map(listenText).join(", ")}`;
      this.#log.remark(main, `<${this.#tags.main}>; main; rspamd_fork_worker: prepare to fork process ${worker.type} (0)${listen}`);
    }
    for (const worker of this.#workers) this.#introduce(worker);
    this.#awaitHyperscan(this.#machine.clock.now() + HYPERSCAN_DELAY_MS);
  }

  #awaitHyperscan(dueMs: number): void {
    const { clock } = this.#machine;
    this.#hyperscanDueMs = dueMs;
    clock.setTimeout(() => {
      if (this.#hyperscanDueMs !== dueMs) return;
      this.#hyperscanDueMs = undefined;
      this.#hyperscanReady();
    }, dueMs - clock.now());
  }

  #introduce(worker: RunningWorker): void {
    const author = { process: worker.type, pid: worker.pid };
    const listen = worker.sockets.length === 0 ? "no listen" : `listen on: ${worker.sockets.join(", ")}`;
    const texts = workerTexts(worker.type, worker.pid, listen, this.#tags.main);
    for (const text of texts.slice(0, -1)) this.#log.remark(author, text);
    const last = texts.at(-1) ?? "";
    if (worker.type === "rspamd_proxy") this.#log.lifecycle(author, "ready", last);
    else this.#log.remark(author, last);
    if (worker.type === "controller") for (const text of passwordTexts(this.#tags.config)) this.#log.remark(author, text);
    if (worker.type === "hs_helper") this.#log.remark(author, HYPERSCAN_COMPILED);
    else for (const address of this.#nameservers) this.#log.remark(author, parsedNameserver(this.#tags.config, address));
  }

  #hyperscanReady(): void {
    this.#log.remark(this.#main(), HYPERSCAN_EMPTY);
    for (const { type, pid } of this.#workers) {
      if (type === "hs_helper") continue;
      this.#log.remark({ process: type, pid }, HYPERSCAN_READY);
      this.#log.remark({ process: type, pid }, HYPERSCAN_EMPTY);
    }
  }

  #replaceWorkers(main: Author): void {
    const old = this.#workers;
    this.#log.remark(main, `<${this.#tags.main}>; main; reread_config: config has been reread successfully`);
    this.#log.remark(main, `<${this.#tags.main}>; main; rspamd_hup_handler: spawn workers with a new config`);
    this.#memory = { spf: new Map(), dkimKeys: new Set() };
    this.#fork(main);
    this.#log.remark(main, `<${this.#tags.main}>; main; rspamd_hup_handler: workers spawning has been finished`);
    this.#log.remark(main, `<${this.#tags.main}>; main; rspamd_hup_handler: kill old workers`);
    for (const { type, pid } of old) {
      this.#log.remark(main, `<${this.#tags.main}>; main; kill_old_workers: send signal to worker ${pid}`);
      const seconds = type === "hs_helper" ? "0.00" : "16.00";
      this.#log.remark(
        { process: type, pid },
        `<${this.#tags.main}>; main; rspamd_worker_usr2_handler: worker's shutdown is pending in ${seconds} sec`,
      );
    }
    for (const worker of old) this.#ended(main, worker);
    for (const listener of this.#listeners) listener.close();
    this.#listen();
  }

  #ended(main: Author, { type, pid }: RunningWorker): void {
    this.#log.remark(main, `<${this.#tags.main}>; main; rspamd_check_termination_clause: ${type} process ${pid} terminated normally`);
    this.#log.remark(
      main,
      `<${this.#tags.main}>; main; rspamd_cld_handler: do not respawn process ${type} after found terminated process with pid ${pid}`,
    );
  }

  // ---- the milter

  #listen(): void {
    this.#listeners = this.#policy.workers.flatMap(({ type, sockets }) =>
      sockets.flatMap((socket) => {
        const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(socket) ?? [];
        if (port === "") return [];
        const address = host === "*" || host === "0.0.0.0" ? undefined : host.replace(/^\[(.*)\]$/, "$1");
        const serve = (link: VirtualSocket): void => (type === "rspamd_proxy" ? this.#serve(link) : this.#hangUp(link));
        return [this.#machine.net.listen(Number(port), serve, address)];
      }),
    );
  }

  /** The controller speaks HTTP, which only rspamc of this host asks for: it reaches the program directly. */
  #hangUp(link: VirtualSocket): void {
    link.on("error", () => undefined);
    this.#machine.notSimulated("HTTP of Rspamd's controller");
    link.end();
  }

  #serve(link: VirtualSocket): void {
    this.#statistics = { ...this.#statistics, connections: this.#statistics.connections + 1 };
    serveMilter(link, {
      policy: this.#policy,
      newLog: () => this.scanLog("rspamd_proxy", "proxy"),
      scan: (task, log) => this.scan(task, "rspamd_proxy", log),
    });
  }

  // ---- log

  #noteNotSimulated(): void {
    for (const what of this.#policy.notSimulated) this.#machine.notSimulated(what);
    for (const { symbol, type } of this.#policy.mapRules) {
      if (!SIMULATED_MAP_TYPES.includes(type)) this.#machine.notSimulated(`the multimap type ${type} of Rspamd (${symbol})`);
    }
  }

  #main(): Author {
    return { process: "main", pid: this.#pid };
  }
}

/** Settings that a start can go on with. @throws StartFailure with what the real one prints */
function policyToStart(machine: Machine, pid: number, mainTag: string): RspamdPolicy {
  const { policy, problems } = readPolicy(machine.files);
  const [problem] = problems;
  if (problem === undefined) return policy;
  const stamp = `${formatRspamdStamp(machine.clock.now())} #${pid}(main)`;
  const loading = `${stamp} <${mainTag}>; main; main: rspamd 3.4 is loading configuration, build id: release`;
  throw new StartFailure("rspamd", `${loading}\n${stamp} cfg; rspamd_config_read: failed to load config: ${problem.message}\n`);
}

/** The configuration's tag: the same settings have the same one, over restarts. */
function tagOf(policy: RspamdPolicy): string {
  return createHash("md5").update(JSON.stringify(policy)).digest("hex").slice(0, 6);
}

/** `*` alone where every address is meant. */
function listenText(socket: string): string {
  return socket.startsWith("*:") ? "*" : socket;
}

function parsedNameserver(configTag: string, address: string): string {
  return `<${configTag}>; cfg; rspamd_dns_resolv_conf_on_server: parsed nameserver ${address} from resolv.conf`;
}
