import type { RspamdPolicy } from "../../../../daemons/rspamd/policy.ts";

/** Modules of the package in the order in which they load, with the digests that the log prints of those that are in use here. */
const LUA_MODULES: readonly (readonly [name: string, digest?: string])[] = [
  ["antivirus"],
  ["arc"],
  ["asn"],
  ["aws_s3"],
  ["bayes_expiry"],
  ["bimi"],
  ["clickhouse"],
  ["clustering"],
  ["dcc"],
  ["dkim_signing"],
  ["dmarc", "82e0ec100a"],
  ["dynamic_conf"],
  ["elastic"],
  ["emails"],
  ["external_relay"],
  ["external_services"],
  ["force_actions"],
  ["forged_recipients"],
  ["fuzzy_collect"],
  ["greylist"],
  ["hfilter"],
  ["history_redis"],
  ["http_headers"],
  ["ip_score"],
  ["maillist"],
  ["maps_stats"],
  ["metadata_exporter"],
  ["metric_exporter"],
  ["mid"],
  ["milter_headers", "fec8ea308d"],
  ["mime_types"],
  ["multimap", "2ea8fd7bac"],
  ["mx_check"],
  ["neural"],
  ["once_received"],
  ["p0f"],
  ["phishing"],
  ["ratelimit"],
  ["rbl"],
  ["replies"],
  ["reputation"],
  ["rspamd_update"],
  ["settings"],
  ["spamassassin"],
  ["spamtrap"],
  ["spf", "2c5b224632"],
  ["trie"],
  ["url_redirector"],
  ["whitelist"],
];

/** Texts of the main process while it reads its configuration. @param tags of the main process and of the configuration */
export function loadingTexts(tags: { readonly main: string; readonly config: string }): readonly string[] {
  const cfg = `<${tags.config}>; cfg;`;
  const main = `<${tags.main}>; main;`;
  const registered = "has been already registered with priority 0, override it with new priority: 0, old score: nan";
  return [
    ...["reject", "add header", "greylist"].map((action) => `${cfg} rspamd_config_set_action_score: action ${action} ${registered}`),
    `${cfg} rspamd_language_detector_init: loaded 46 languages, 33122 trigrams`,
    `${main} load_rspamd_config: tempdir is not set, trying to use $TMPDIR`,
    `${main} load_rspamd_config: $TMPDIR is empty too, using /tmp as default`,
  ];
}

/** Texts of the modules as they load, or do not. @param exists whether a list's file is there */
export function moduleTexts(policy: RspamdPolicy, configTag: string, exists: (path: string) => boolean): readonly string[] {
  const cfg = `<${configTag}>; cfg;`;
  return LUA_MODULES.flatMap(([name, digest]) => {
    if (!policy.modules.includes(name) || digest === undefined) {
      return [
        `${cfg} rspamd_config_is_module_enabled: lua module ${name} is enabled but has not been configured`,
        `${cfg} rspamd_config_is_module_enabled: ${name} disabling unconfigured lua module`,
      ];
    }
    const loaded = `${cfg} rspamd_init_lua_filters: init lua module ${name} from /usr/share/rspamd/plugins/${name}.lua; digest: ${digest}`;
    if (name === "multimap") return [...ruleTexts(policy, configTag, exists), loaded];
    if (name !== "milter_headers") return [loaded];
    const routines = [...policy.headerRoutines, "remove-spam-flag"].join(",");
    return [`<${configTag}>; lua; milter_headers.lua:702: active routines [${routines}]`, loaded];
  });
}

/** Lists have one tag on every host. */
const MAP_TAG = "<jjzc6y>; map;";

function ruleTexts({ mapRules }: RspamdPolicy, configTag: string, exists: (path: string) => boolean): readonly string[] {
  return mapRules.flatMap(({ symbol, type, maps }) => [
    ...maps.flatMap((map) => [
      ...(exists(map)
        ? []
        : [`<${configTag}>; cfg; rspamd_map_parse_backend: map '${map}' is not found, but it can be loaded automatically later`]),
      `${MAP_TAG} rspamd_map_add: added map ${map}`,
    ]),
    `<${configTag}>; lua; multimap.lua:1246: added multimap rule: ${symbol} (${type})`,
  ]);
}

/** Texts of the lists of regular expressions as they are read. */
export function mapTexts({ mapRules }: RspamdPolicy, exists: (path: string) => boolean): readonly string[] {
  return mapRules.flatMap(({ match, maps, entries }) => {
    const [map = ""] = maps;
    if (!exists(map)) return [`${MAP_TAG} read_map_file: ${map}: map file is not found; it will be read automatically if created`];
    if (match !== "regexp") return [];
    return [
      `${MAP_TAG} rspamd_re_map_finalize: hyperscan compiled ${entries.length} regular expressions from ${map} in 0.0 ms`,
      `${MAP_TAG} rspamd_regexp_list_fin: read regexp list of ${entries.length} elements`,
    ];
  });
}

export const REGEXP_LIBRARY = "rspamd_regexp_library_init: pcre2 is compiled with JIT for x86 64bit (little endian + unaligned)";
export const URL_SUFFIXES = "rspamd_url_init: initialized 6 url match suffixes from '/usr/share/rspamd/effective_tld_names.dat'";
export const HYPERSCAN_ENGINE =
  "<786a02>; re_cache; rspamd_re_cache_init: loaded hyperscan engine with cpu tune 'generic' and features 'AVX2'";
export const HYPERSCAN_EMPTY =
  "<786a02>; re_cache; rspamd_re_cache_load_hyperscan: hyperscan database has NOT been loaded; no valid expressions";
export const HYPERSCAN_READY = "rspamd_worker_hyperscan_ready: loading hyperscan expressions after receiving compilation notice: new db";
export const HYPERSCAN_COMPILED =
  "rspamd_rs_compile_cb: compiled 0 regular expressions to the hyperscan tree, postpone loaded notification for 1 seconds to avoid races";

/** Texts of the main process about itself. */
export function greetingTexts(mainTag: string): readonly string[] {
  const main = `<${mainTag}>; main; main:`;
  return [
    `${main} rspamd 3.4 is starting, build id: release`,
    `${main} cpu features: avx2, avx, sse2, sse3, ssse3, sse4.1, sse4.2, rdrand`,
    `${main} cryptobox configuration: curve25519(libsodium), chacha20(avx2), poly1305(libsodium), siphash(libsodium), blake2(libsodium), base64(avx2)`,
    `${main} libottery prf: AES-128`,
  ];
}

/** Texts of a worker that has just been forked. @param listen what follows the semicolon */
export function workerTexts(type: string, pid: number, listen: string, mainTag: string): readonly string[] {
  const main = `<${mainTag}>; main;`;
  return [
    `${main} rspamd_worker_set_limits: use system max file descriptors limit: 19.53KiB cur and 19.53KiB max`,
    `${main} rspamd_worker_set_limits: use system max core size limit: 0B cur and -1B max`,
    `${main} rspamd_handle_child_fork: starting ${type} process ${pid} (0); ${listen}`,
  ];
}

/** Texts of a controller whose password stands in clear text, as the package ships it. */
export function passwordTexts(configTag: string): readonly string[] {
  const controller = `<${configTag}>; controller; rspamd_controller_password_sane:`;
  return [
    `${controller} your normal password is not encrypted, we strongly recommend to replace it with the encrypted one`,
    `${controller} enable password is not set, so you should filter controller availability by using of firewall or \`secure_ip\` option`,
  ];
}
