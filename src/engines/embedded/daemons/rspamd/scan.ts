import type { Action, RspamdPolicy, ScoreAction } from "../../../../daemons/rspamd/policy.ts";
import { actionOf } from "../../../../daemons/rspamd/policy.ts";
import { headerValues } from "../../../../mail/message.ts";
import type { Scanned } from "../../../../world/event.ts";
import type { Machine } from "../../machine.ts";
import { authenticationResults } from "./auth-results.ts";
import { checkDkim, DKIM_MARKS, DKIM_SYMBOLS, type DkimSignature } from "./dkim.ts";
import { checkDmarc, type DmarcEvidence } from "./dmarc.ts";
import { ScanDns } from "./dns.ts";
import { isInNetworks, matchMap } from "./map-match.ts";
import { digestOf, headerAddresses, messageIdOf, type ScanTask } from "./message.ts";
import type { ScanLog } from "./scan-log.ts";
import { checkSpf } from "./spf.ts";
import type { SpfRecord } from "./spf-record.ts";
import { Symbols } from "./symbols.ts";

/** What a worker keeps from one message to the next. */
export interface ScanMemory {
  readonly spf: Map<string, SpfRecord>;
  readonly dkimKeys: Set<string>;
}

export interface ScanResult {
  readonly action: Action;
  readonly score: number;
  readonly requiredScore: number;
  readonly symbols: ReturnType<Symbols["sorted"]>;
  /** What the client is to hear, where a module said so. */
  readonly message?: string;
  /** Value of Authentication-Results; undefined where none is written. */
  readonly authenticationResults?: string;
  /** The mail came with an `X-Spam` of somebody else's, which goes (`remove_upstream_spam_flag`). */
  readonly dropsSpamFlag: boolean;
  readonly elapsedMs: number;
}

/** An action that a module has settled on, whatever the score. */
interface Settled {
  readonly action: Action;
  readonly message: string;
  readonly by: string;
  /** The score that goes with it. */
  readonly score?: number;
  /** A worse action by score still counts. */
  readonly isLeast: boolean;
}

/** `task_timeout` */
const SCAN_LIMIT_MS = 8000;

/** Worst first. */
const SEVERITY: readonly ScoreAction[] = ["reject", "rewrite subject", "add header", "greylist"];

const GTUBE: readonly { readonly letter: string; readonly name: string; readonly action: ScoreAction }[] = [
  { letter: "X", name: "reject", action: "reject" },
  { letter: "Y", name: "add header", action: "add header" },
  { letter: "Z", name: "rewrite subject", action: "rewrite subject" },
];

/** Scans one message as a worker does: log lines, symbols, action. */
export class Scan {
  readonly #machine: Machine;
  readonly #policy: RspamdPolicy;
  readonly #task: ScanTask;
  readonly #log: ScanLog;
  readonly #memory: ScanMemory;
  readonly #dns: ScanDns;
  readonly #symbols: Symbols;
  readonly #startedMs: number;
  #settled: Settled | undefined;
  #signatures: readonly DkimSignature[] = [];

  constructor(machine: Machine, policy: RspamdPolicy, nameservers: readonly string[], memory: ScanMemory, task: ScanTask, log: ScanLog) {
    this.#machine = machine;
    this.#policy = policy;
    this.#task = task;
    this.#log = log;
    this.#memory = memory;
    this.#startedMs = machine.clock.now();
    this.#dns = new ScanDns(machine, nameservers, this.#startedMs + SCAN_LIMIT_MS);
    this.#symbols = new Symbols({ ...policy.weights, ...Object.fromEntries(policy.mapRules.map(({ symbol, score }) => [symbol, score])) });
  }

  /** @param write takes the verdict as the log's event, without its origin */
  async run(write: (verdict: Omit<Scanned, "atMs" | "host" | "daemon" | "process" | "pid" | "event">) => void): Promise<ScanResult> {
    this.#describeMessage();
    const gtube = this.#gtube();
    if (gtube === undefined) await this.#checks();
    const result = this.#verdict(gtube !== undefined);
    write(this.#logged(result, gtube !== undefined));
    const none = "0 pcre regexps scanned, 0 regexps matched, 0 regexps total, 0 regexps cached, 0B scanned using pcre, 0B scanned total";
    this.#say(`rspamd_protocol_http_reply: regexp statistics: ${none}`);
    return result;
  }

  #say(text: string): void {
    this.#log.write(this.#log.process, text);
  }

  #describeMessage(): void {
    const { message, queueId } = this.#task;
    const [type] = headerValues(message.fields, "Content-Type");
    if (type === undefined) this.#say("rspamd_mime_parse_message: cannot find content-type for a message, assume text/plain");
    const isMultipart = /^\s*multipart\//i.test(type ?? "");
    if (!isMultipart && headerValues(message.fields, "Content-Transfer-Encoding").length === 0) {
      const encoding = /[\u0080-\u00ff]/.test(message.body) ? "8bit" : "7bit";
      this.#say(`rspamd_mime_part_get_cte: detected missing CTE for part as: ${encoding}`);
    }
    const id = `id: <${messageIdOf(message) ?? "undef"}>; queue-id: <${queueId ?? "undef"}>`;
    this.#say(`rspamd_message_parse: loaded message; ${id}; size: ${message.text.length}; checksum: <${digestOf(message)}>`);
  }

  /** The test pattern stops everything else. */
  #gtube(): ScoreAction | undefined {
    const { body } = this.#task.message;
    const pattern = GTUBE.find(({ letter }) =>
      body.includes(`${letter}JS*C4JDBQADN1.NSBN3*2IDNEN*GTUBE-STANDARD-ANTI-UBE-TEST-EMAIL*C.34X`),
    );
    if (pattern === undefined) return undefined;
    this.#say(`rspamd_check_gtube: gtube ${pattern.name} pattern has been found in part of length ${body.length}`);
    this.#symbols.add("GTUBE");
    const score = this.#policy.thresholds[pattern.action];
    this.#settle(
      { action: pattern.action, message: "Gtube pattern", by: "GTUBE", isLeast: false, ...(score !== undefined && { score }) },
      3,
    );
    return pattern.action;
  }

  async #checks(): Promise<void> {
    const { clientAddress } = this.#task;
    const isLocal = clientAddress !== undefined && isInNetworks(clientAddress, this.#localNetworks());
    if (isLocal) {
      if (this.#policy.checksSpf) this.#log.write("lua", "spf.lua:186: skip SPF checks for local networks and authorized users");
      if (this.#policy.checksDkim) this.#say("dkim_symbol_callback: skip DKIM checks for local networks and authorized users");
      if (this.#policy.checksDmarc) this.#log.write("lua", "dmarc.lua:349: skip DMARC checks as either SPF or DKIM were not checked");
      this.#maps();
      return;
    }
    this.#maps();
    await Promise.all([this.#dkim(), this.#spf()]);
    const isChecked = this.#policy.checksSpf && this.#policy.checksDkim;
    if (!this.#policy.checksDmarc || this.#settled !== undefined) return;
    if (isChecked) await this.#dmarc();
    else this.#log.write("lua", "dmarc.lua:349: skip DMARC checks as either SPF or DKIM were not checked");
  }

  /** The host itself is always local. */
  #localNetworks(): readonly string[] {
    return [...this.#policy.localAddresses, "127.0.0.0/8", "::1"];
  }

  #maps(): void {
    for (const rule of this.#policy.mapRules) {
      const found = matchMap(rule, this.#task);
      if (found.length === 0) continue;
      this.#symbols.add(rule.symbol, ...found);
      const action = actionOf(rule.action);
      if (action !== undefined)
        this.#settle({ action, message: rule.message ?? `Matched map: ${rule.symbol}`, by: "multimap", isLeast: false }, 1);
    }
  }

  async #spf(): Promise<void> {
    const { clientAddress, helo = "", sender = "" } = this.#task;
    if (!this.#policy.checksSpf || clientAddress === undefined) return;
    const domain = this.#spfDomain();
    if (domain === "") return;
    const facts = { clientAddress, helo, sender: sender === "" ? `postmaster@${helo}` : sender };
    const { clock } = this.#machine;
    const context = { dns: this.#dns, log: this.#log, cache: this.#memory.spf, facts, now: () => clock.now() };
    const { symbol, option } = await checkSpf(context, domain);
    this.#symbols.add(symbol, option);
  }

  #spfDomain(): string {
    const { sender = "", helo = "" } = this.#task;
    return sender === "" ? helo : sender.slice(sender.lastIndexOf("@") + 1);
  }

  async #dkim(): Promise<void> {
    if (!this.#policy.checksDkim) return;
    const context = { dns: this.#dns, log: this.#log, clock: this.#machine.clock, knownKeys: this.#memory.dkimKeys };
    this.#signatures = await checkDkim(context, this.#task.message);
    if (this.#signatures.length === 0) this.#symbols.add("R_DKIM_NA");
    for (const { domain, selector, result } of this.#signatures) {
      this.#symbols.add(DKIM_SYMBOLS[result], `${domain}:s=${selector}`);
      this.#symbols.add("DKIM_TRACE", `${domain}:${DKIM_MARKS[result]}`);
    }
  }

  async #dmarc(): Promise<void> {
    const evidence: DmarcEvidence = {
      spfDomain: this.#spfDomain(),
      spf: this.#symbols.has("R_SPF_ALLOW") ? "pass" : this.#symbols.has("R_SPF_DNSFAIL") ? "temporary" : "fail",
      dkim:
        this.#signatures.length === 0 ? undefined : this.#signatures.map(({ domain, result }) => ({ domain, mark: DKIM_MARKS[result] })),
    };
    const from = headerAddresses(this.#task.message, "From");
    const { symbol, options, disposition } = await checkDmarc(
      from,
      evidence,
      (name, type) => this.#dns.query(name, type),
      () => this.#machine.random.below(100),
    );
    this.#symbols.add(symbol, ...options);
    const action = disposition === undefined ? undefined : this.#policy.dmarcActions[disposition];
    if (action !== undefined) this.#settle({ action, message: "Action set by DMARC", by: "dmarc", isLeast: true }, 1);
  }

  #settle(settled: Settled, priority: number): void {
    this.#settled ??= settled;
    const score = settled.score === undefined ? "(no score)" : `(${settled.score.toFixed(2)})`;
    const words = `set pre-result to '${settled.action}'${settled.isLeast ? " *least" : ""} ${score}: '${settled.message}' from ${settled.by}(${priority})`;
    this.#say(`rspamd_add_passthrough_result: <${messageIdOf(this.#task.message) ?? "undef"}>: ${words}`);
  }

  #verdict(isGtube: boolean): ScanResult {
    const { thresholds } = this.#policy;
    const byScore = this.#symbols.score();
    const scored = SEVERITY.find((action) => byScore >= (thresholds[action] ?? Number.POSITIVE_INFINITY));
    const settled = this.#settled;
    const isWorse = settled?.isLeast === true && scored !== undefined && severity(scored) < severity(settled.action);
    const action: Action = settled === undefined || isWorse ? (scored ?? "no action") : settled.action;
    const least = settled === undefined || isWorse ? undefined : (settled.score ?? thresholds[settled.action as ScoreAction]);
    const score = least === undefined ? byScore : settled?.isLeast === true ? Math.max(byScore, least) : least;
    const writesHeaders = !isGtube && this.#writesHeaders();
    const results = writesHeaders ? this.#authenticationResults() : undefined;
    return {
      action,
      score,
      requiredScore: thresholds.reject ?? 0,
      symbols: this.#symbols.sorted(),
      ...(settled !== undefined && !isWorse && { message: settled.message }),
      ...(results !== undefined && { authenticationResults: results }),
      dropsSpamFlag: writesHeaders && headerValues(this.#task.message.fields, "X-Spam").length > 0,
      elapsedMs: this.#machine.clock.now() - this.#startedMs,
    };
  }

  /** The module milter_headers is in use, and the mail is not our own. */
  #writesHeaders(): boolean {
    const { modules, headersSkipLocal } = this.#policy;
    const { clientAddress } = this.#task;
    const isLocal = clientAddress !== undefined && isInNetworks(clientAddress, this.#localNetworks());
    return modules.includes("milter_headers") && !(headersSkipLocal && isLocal);
  }

  #authenticationResults(): string | undefined {
    if (!this.#policy.headerRoutines.includes("authentication-results")) return undefined;
    return authenticationResults(this.#symbols, this.#signatures, this.#task, this.#machine.name);
  }

  #logged(result: ScanResult, isGtube: boolean): Omit<Scanned, "atMs" | "host" | "daemon" | "process" | "pid" | "event"> {
    const { message, recipients, queueId, clientAddress, sender, fileName } = this.#task;
    const mimeRecipients = headerAddresses(message, "To", "Cc", "Bcc");
    const isSpam = SEVERITY.includes(result.action as ScoreAction);
    // What the processor needs beside the waiting for answers.
    const spentMs = result.elapsedMs + (500 + this.#machine.random.below(3000)) / 1000;
    const rest = [
      `len: ${message.text.length}`,
      `time: ${spentMs.toFixed(3)}ms`,
      `dns req: ${this.#dns.requests}`,
      `digest: <${digestOf(message)}>`,
      ...(recipients.length === 0 ? [] : [`rcpts: <${recipients.join(",")}>`]),
      ...(mimeRecipients.length === 0 ? [] : [`mime_rcpts: <${mimeRecipients.join(",")}>`]),
      ...(fileName === undefined ? [] : [`file: ${fileName}`]),
      ...(this.#settled === undefined ? [] : [`forced: ${forced(this.#settled)}`]),
    ];
    return {
      messageId: `<${messageIdOf(message) ?? "undef"}>`,
      ...(queueId !== undefined && { queueId }),
      clientAddress: clientAddress ?? "",
      ...(sender !== undefined && sender !== "" && { from: sender }),
      action: result.action,
      score: result.score,
      requiredScore: result.requiredScore,
      symbols: result.symbols.map(
        ({ name, score, options }) => `${name}(${score.toFixed(2)}){${options.map((option) => `${option};`).join("")}}`,
      ),
      detail: `<${this.#log.tag}>; ${this.#log.process} ${isGtube ? "S" : isSpam ? "T" : "F"} ${rest.join(", ")}`,
    };
  }
}

function severity(action: Action): number {
  const at = SEVERITY.indexOf(action as ScoreAction);
  return at < 0 ? SEVERITY.length : at;
}

function forced({ action, message, score, by }: Settled): string {
  return `${action} "${message}"; score=${score === undefined ? "nan" : score.toFixed(2)} (set by ${by})`;
}
