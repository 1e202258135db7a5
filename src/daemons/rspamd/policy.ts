import type { Problem } from "../../base/problem.ts";
import type { FileReader } from "../daemon.ts";
import { type MapRule, readMapRules } from "./multimap.ts";
import { stockConfig } from "./stock-config.ts";
import { isUclObject, readUcl, UclError, type UclObject, type UclValue, uclAt, uclSections, uclText, uclTexts } from "./ucl.ts";

export const RSPAMD_CONF = "/etc/rspamd/rspamd.conf";

/** What Rspamd makes of its files: all that the simulated one follows. A plain value. */
export interface RspamdPolicy {
  /** Addresses and networks whose mail is not checked for SPF, DKIM and DMARC. */
  readonly localAddresses: readonly string[];
  /** The workers in the order in which they start. */
  readonly workers: readonly Worker[];
  readonly logPath: string;
  /** Value of the header that marks mail with the action "add header": its name. */
  readonly spamHeader: string;
  /** What a client hears of a mail that is rejected for its score. */
  readonly rejectMessage: string;
  /** Action → the score from which it is taken; an action that is switched off is absent. */
  readonly thresholds: Readonly<Partial<Record<ScoreAction, number>>>;
  /** Symbol → its score. */
  readonly weights: Readonly<Record<string, number>>;
  readonly checksSpf: boolean;
  readonly checksDkim: boolean;
  readonly checksDmarc: boolean;
  /** What is done with mail that fails DMARC, by the domain's policy: `{reject: "reject", quarantine: "add header"}`. */
  readonly dmarcActions: Readonly<Partial<Record<"reject" | "quarantine" | "softfail" | "na", Action>>>;
  /** `use` of milter_headers. */
  readonly headerRoutines: readonly string[];
  /** Local mail gets no headers (`skip_local`). */
  readonly headersSkipLocal: boolean;
  readonly mapRules: readonly MapRule[];
  /** Modules whose sections are in use: they are loaded, the others are not. */
  readonly modules: readonly string[];
  /** What is real, set in the files, and not simulated: `the module greylist`. */
  readonly notSimulated: readonly string[];
}

export interface Worker {
  readonly type: "controller" | "rspamd_proxy" | "normal" | "fuzzy";
  /** As written: `*:11332`. */
  readonly sockets: readonly string[];
}

export type ScoreAction = "reject" | "rewrite subject" | "add header" | "greylist";
export type Action = ScoreAction | "soft reject" | "discard" | "quarantine" | "no action";

/** In the order in which the real main process forks them. */
const WORKER_TYPES: readonly Worker["type"][] = ["controller", "rspamd_proxy", "normal", "fuzzy"];

const SIMULATED_MODULES: readonly string[] = ["spf", "dkim", "dmarc", "milter_headers", "multimap"];

/** Sections that are no modules. */
const CORE_SECTIONS: readonly string[] = [
  "options",
  "logging",
  "worker",
  "lua",
  "modules",
  "group",
  "metric",
  "actions",
  "composites",
  "classifier",
];

const SIMULATED_ROUTINES: readonly string[] = ["authentication-results", "remove-spam-flag"];

const VARIABLES: Readonly<Record<string, string>> = {
  CONFDIR: "/etc/rspamd",
  LOCAL_CONFDIR: "/etc/rspamd",
  DBDIR: "/var/lib/rspamd",
  RUNDIR: "/run/rspamd",
  LOGDIR: "/var/log/rspamd",
  SHAREDIR: "/usr/share/rspamd",
  PLUGINSDIR: "/usr/share/rspamd/plugins",
  RULESDIR: "/usr/share/rspamd/rules",
  LUALIBDIR: "/usr/share/rspamd/lualib",
  WWWDIR: "/usr/share/rspamd/www",
  PREFIX: "/usr",
  VERSION: "3.4",
};

/** Reads the files. With a problem the real program does not start, and a reload keeps the old settings. */
export function readPolicy(files: FileReader): { readonly policy: RspamdPolicy; readonly problems: readonly Problem[] } {
  const read = (path: string): string | undefined => files.read(path) ?? stockConfig[path];
  try {
    return { policy: policyOf(readUcl({ read, variables: VARIABLES }, RSPAMD_CONF), read), problems: [] };
  } catch (error) {
    if (!(error instanceof UclError)) throw error;
    const problem: Problem = { code: "ucl", message: `ucl parser error: ${error.message}`, where: { file: error.file, line: error.line } };
    return { policy: policyOf({ entries: new Map() }, read), problems: [problem] };
  }
}

function policyOf(config: UclObject, read: (path: string) => string | undefined): RspamdPolicy {
  const proxy = uclAt(config, "worker", "rspamd_proxy");
  const proxyText = (name: string): string | undefined => (isUclObject(proxy) ? uclText(uclAt(proxy, name)) : undefined);
  const modules = [...config.entries.keys()].filter((name) => !CORE_SECTIONS.includes(name) && isEnabled(config, name));
  return {
    localAddresses: uclTexts(uclAt(config, "options", "local_addrs")).flatMap((text) => text.split(/[\s,;]+/)),
    workers: workersOf(config),
    logPath: uclText(uclAt(config, "logging", "filename")) ?? "/var/log/rspamd/rspamd.log",
    spamHeader: proxyText("spam_header") ?? "X-Spam",
    rejectMessage: proxyText("reject_message") ?? "Spam message rejected",
    thresholds: thresholdsOf(config),
    weights: weightsOf(config),
    checksSpf: modules.includes("spf"),
    checksDkim: modules.includes("dkim") && uclTexts(uclAt(config, "options", "filters")).some((list) => /\bdkim\b/.test(list)),
    checksDmarc: modules.includes("dmarc"),
    dmarcActions: dmarcActionsOf(config),
    headerRoutines: modules.includes("milter_headers") ? uclTexts(uclAt(config, "milter_headers", "use")) : [],
    headersSkipLocal: isTrue(uclAt(config, "milter_headers", "skip_local"), true),
    mapRules: modules.includes("multimap") ? readMapRules(uclAt(config, "multimap"), read) : [],
    modules,
    notSimulated: notSimulatedOf(config, modules),
  };
}

function isEnabled(config: UclObject, module: string): boolean {
  return isTrue(uclAt(config, module, "enabled"), true);
}

function isTrue(value: UclValue | undefined, otherwise: boolean): boolean {
  const text = uclText(value)?.toLowerCase();
  return text === undefined ? otherwise : ["true", "yes", "on"].includes(text);
}

function workersOf(config: UclObject): readonly Worker[] {
  const sections = uclSections(uclAt(config, "worker"));
  return WORKER_TYPES.flatMap((type) => {
    const section = sections.find(([name]) => name === type)?.[1];
    if (section === undefined || !isTrue(uclAt(section, "enabled"), true)) return [];
    return [{ type, sockets: uclTexts(uclAt(section, "bind_socket")) }];
  });
}

function thresholdsOf(config: UclObject): RspamdPolicy["thresholds"] {
  const thresholds: Partial<Record<ScoreAction, number>> = {};
  for (const action of ["reject", "rewrite subject", "add header", "greylist"] as const) {
    const text = uclText(uclAt(config, "actions", action.replace(" ", "_")) ?? uclAt(config, "actions", action));
    if (text !== undefined && Number.isFinite(Number(text))) thresholds[action] = Number(text);
  }
  return thresholds;
}

/** Scores of the groups' symbols; `score` and `weight` are the same, and one group's later word counts. */
function weightsOf(config: UclObject): Readonly<Record<string, number>> {
  const weights: Record<string, number> = {};
  for (const [, group] of uclSections(uclAt(config, "group"))) {
    const own = uclSections(uclAt(group, "symbol"));
    for (const [symbol, section] of [...uclSections(uclAt(group, "symbols")), ...own]) {
      const text = uclText(uclAt(section, "weight") ?? uclAt(section, "score"));
      if (text !== undefined) weights[symbol] = Number(text);
    }
  }
  return weights;
}

const ACTIONS: readonly Action[] = [
  "reject",
  "soft reject",
  "rewrite subject",
  "add header",
  "greylist",
  "discard",
  "quarantine",
  "no action",
];

/** `add_header` and `add header` are one action. @returns undefined for a word that is none */
export function actionOf(text: string | undefined): Action | undefined {
  return ACTIONS.find((action) => action === text?.replaceAll("_", " "));
}

function dmarcActionsOf(config: UclObject): RspamdPolicy["dmarcActions"] {
  const actions: Partial<Record<"reject" | "quarantine" | "softfail" | "na", Action>> = {};
  for (const disposition of ["reject", "quarantine", "softfail", "na"] as const) {
    const action = actionOf(uclText(uclAt(config, "dmarc", "actions", disposition)));
    if (action !== undefined) actions[disposition] = action;
  }
  return actions;
}

function notSimulatedOf(config: UclObject, modules: readonly string[]): readonly string[] {
  const routines = uclTexts(uclAt(config, "milter_headers", "use")).filter((name) => !SIMULATED_ROUTINES.includes(name));
  const isUsed = (module: string): boolean => isUclObject(uclAt(config, module));
  return [
    ...modules.filter((module) => isUsed(module) && !SIMULATED_MODULES.includes(module)).map((module) => `the module ${module} of Rspamd`),
    ...routines.map((routine) => `the header routine ${routine} of Rspamd`),
    ...workersOf(config)
      .filter(({ type }) => type === "normal" || type === "fuzzy")
      .map(({ type }) => `the worker ${type} of Rspamd`),
  ];
}
