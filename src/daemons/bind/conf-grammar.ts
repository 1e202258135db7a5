/**
 * What named.conf may say: the names that each block knows, by the kind of their value (named.conf(5), BIND 9.18).
 * `*` behind a name: it may stand there more than once.
 */
export type ValueKind = "boolean" | "integer" | "duration" | "quoted" | "addresses" | "parts" | readonly string[];

export interface OptionForm {
  readonly kind: ValueKind;
  readonly repeatable: boolean;
  readonly deprecated: boolean;
}

export type Scope = "top" | "options" | "zone" | "view" | "logging" | "channel";

const deprecated = new Set(
  "alt-transfer-source alt-transfer-source-v6 auto-dnssec avoid-v4-udp-ports avoid-v6-udp-ports coresize datasize dialup dnssec-must-be-secure files glue-cache heartbeat-interval managed-keys reserved-sockets resolver-nonbackoff-tries resolver-retry-interval root-delegation-only stacksize tkey-dhkey tkey-domain tkey-gssapi-credential trusted-keys use-alt-transfer-source use-v4-udp-ports use-v6-udp-ports delegation-only".split(
    " ",
  ),
);

const verdict = ["fail", "warn", "ignore"];
const choices: readonly (readonly [names: string, values: readonly string[]])[] = [
  ["check-dup-records check-mx check-mx-cname check-srv-cname", verdict],
  ["check-spf", ["warn", "ignore"]],
  ["cookie-algorithm", ["aes", "siphash24"]],
  ["dnssec-update-mode", ["maintain", "no-resign"]],
  ["dnssec-validation", ["yes", "no", "auto"]],
  ["forward", ["first", "only"]],
  ["masterfile-format", ["raw", "text"]],
  ["masterfile-style", ["full", "relative"]],
  ["minimal-responses", ["no-auth", "no-auth-recursive", "yes", "no"]],
  ["qname-minimization", ["strict", "relaxed", "disabled", "off"]],
  ["serial-update-method", ["date", "increment", "unixtime"]],
  ["transfer-format", ["many-answers", "one-answer"]],
];

/** Names that stand in `options` and `view`. */
const serverNames: Readonly<Record<Extract<ValueKind, string>, string>> = {
  boolean:
    "allow-new-zones answer-cookie auth-nxdomain automatic-interface-scan check-integrity check-sibling check-wildcard dnssec-accept-expired dnssec-dnskey-kskonly dnssec-secure-to-insecure empty-zones-enable flush-zones-on-shutdown glue-cache ipv4only-enable match-mapped-addresses memstatistics message-compression minimal-any multi-master notify-to-soa provide-ixfr querylog recursion request-expire request-ixfr request-nsid require-server-cookie reuseport root-key-sentinel send-cookie stale-answer-enable stale-cache-enable synth-from-dnssec trust-anchor-telemetry try-tcp-refresh update-check-ksk use-alt-transfer-source zero-no-soa-ttl zero-no-soa-ttl-cache",
  integer:
    "clients-per-query dnskey-sig-validity dnssec-loadkeys-interval edns-udp-size heartbeat-interval http-listener-clients http-port http-streams-per-connection https-port max-clients-per-query max-query-count max-query-restarts max-records max-records-per-type max-recursion-depth max-recursion-queries max-refresh-time max-retry-time max-rsa-exponent-size max-transfer-idle-in max-transfer-idle-out max-transfer-time-in max-transfer-time-out max-types-per-name max-udp-size min-refresh-time min-retry-time nocookie-udp-size notify-delay notify-rate port recursive-clients reserved-sockets resolver-nonbackoff-tries resolver-query-timeout resolver-retry-interval serial-query-rate sig-signing-nodes sig-signing-signatures sig-signing-type startup-notify-rate tcp-advertised-timeout tcp-clients tcp-idle-timeout tcp-initial-timeout tcp-keepalive-timeout tcp-listen-queue tcp-receive-buffer tcp-send-buffer tls-port transfer-message-size transfers-in transfers-out transfers-per-ns udp-receive-buffer udp-send-buffer update-quota v6-bias",
  duration:
    "interface-interval lame-ttl max-cache-ttl max-ncache-ttl max-stale-ttl min-cache-ttl min-ncache-ttl nta-lifetime nta-recheck servfail-ttl stale-answer-ttl stale-refresh-time",
  quoted:
    "bindkeys-file directory dump-file key-directory managed-keys-directory memstatistics-file new-zones-directory recursing-file secroots-file statistics-file tkey-domain tkey-gssapi-credential tkey-gssapi-keytab",
  addresses:
    "allow-notify allow-query allow-query-cache allow-query-cache-on allow-query-on allow-recursion allow-recursion-on allow-update allow-update-forwarding blackhole keep-response-order match-clients match-destinations no-case-compress sortlist",
  parts:
    "allow-transfer also-notify alt-transfer-source alt-transfer-source-v6 attach-cache auto-dnssec avoid-v4-udp-ports avoid-v6-udp-ports catalog-zones check-names* cookie-secret* coresize datasize deny-answer-addresses deny-answer-aliases dialup disable-algorithms* disable-ds-digests* disable-empty-zone* dns64* dns64-contact dns64-server dnssec-must-be-secure* dnssec-policy dual-stack-servers empty-contact empty-server fetch-quota-params fetches-per-server fetches-per-zone files forwarders geoip-directory hostname ipv4only-contact ipv4only-server ixfr-from-differences listen-on* listen-on-v6* lmdb-mapsize lock-file match-recursive-only max-cache-size max-ixfr-ratio max-journal-size max-zone-ttl notify notify-source notify-source-v6 nxdomain-redirect parental-source parental-source-v6 pid-file preferred-glue prefetch query-source query-source-v6 rate-limit response-padding response-policy root-delegation-only rrset-order server-id session-keyalg session-keyfile session-keyname sig-validity-interval stacksize stale-answer-client-timeout tkey-dhkey transfer-source transfer-source-v6 use-v4-udp-ports use-v6-udp-ports validate-except version zone-statistics",
};

const zoneNames: typeof serverNames = {
  boolean:
    "check-integrity check-sibling check-wildcard delegation-only dnssec-dnskey-kskonly dnssec-secure-to-insecure inline-signing multi-master notify-to-soa request-expire request-ixfr try-tcp-refresh update-check-ksk use-alt-transfer-source zero-no-soa-ttl",
  integer:
    "dnskey-sig-validity dnssec-loadkeys-interval max-records max-records-per-type max-refresh-time max-retry-time max-transfer-idle-in max-transfer-idle-out max-transfer-time-in max-transfer-time-out max-types-per-name min-refresh-time min-retry-time notify-delay sig-signing-nodes sig-signing-signatures sig-signing-type",
  duration: "",
  quoted: "file journal key-directory",
  addresses: "allow-notify allow-query allow-query-on allow-update allow-update-forwarding",
  parts:
    "allow-transfer also-notify alt-transfer-source alt-transfer-source-v6 auto-dnssec check-names database dialup dlz dnssec-policy forwarders in-view ixfr-from-differences masters max-ixfr-ratio max-journal-size max-zone-ttl notify notify-source notify-source-v6 parental-agents parental-source parental-source-v6 primaries server-addresses server-names sig-validity-interval transfer-source transfer-source-v6 update-policy zone-statistics",
};

const none: typeof serverNames = { boolean: "", integer: "", duration: "", quoted: "", addresses: "", parts: "" };

const forms: Readonly<Record<Scope, ReadonlyMap<string, OptionForm>>> = {
  top: formsOf({
    ...none,
    parts:
      "acl* controls* dlz* dnssec-policy* dyndb* http* include* key* logging managed-keys* masters* options parental-agents* plugin* primaries* server* statistics-channels* tls* trust-anchors* trusted-keys* view* zone*",
  }),
  options: formsOf(serverNames, choices),
  view: formsOf({ ...serverNames, parts: `${serverNames.parts} zone* key* server* include* plugin* trust-anchors*` }, choices),
  zone: formsOf(zoneNames, [
    ...choices,
    [
      "type",
      ["primary", "master", "secondary", "slave", "mirror", "delegation-only", "forward", "hint", "redirect", "static-stub", "stub"],
    ],
  ]),
  logging: formsOf({ ...none, parts: "category* channel*" }),
  channel: formsOf({ ...none, boolean: "buffered print-category print-severity", parts: "file null print-time severity stderr syslog" }),
};

/** Options of old releases that 9.18 refuses. */
const ancient = new Set(
  "acache-cleaning-interval acache-enable additional-from-auth additional-from-cache cleaning-interval dnssec-enable dnssec-lookaside fake-iquery filter-aaaa filter-aaaa-on-v4 filter-aaaa-on-v6 has-old-clients host-statistics host-statistics-max maintain-ixfr-base max-acache-size max-ixfr-log-size multiple-cnames named-xfer queryport-pool-ports queryport-pool-updateinterval rfc2308-type1 serial-queries support-ixfr treat-cr-as-space use-id-pool use-ixfr use-queryport-pool".split(
    " ",
  ),
);

/** The form of a name in a block; undefined where the block does not know it. */
export function optionForm(scope: Scope, name: string): OptionForm | undefined {
  return forms[scope].get(name);
}

export function isAncient(name: string): boolean {
  return ancient.has(name);
}

function formsOf(names: typeof serverNames, chosen: typeof choices = []): ReadonlyMap<string, OptionForm> {
  const table = new Map<string, OptionForm>();
  const add = (list: string, kind: ValueKind): void => {
    for (const entry of list.split(" ").filter((name) => name !== "")) {
      const name = entry.replace("*", "");
      table.set(name, { kind, repeatable: entry.endsWith("*"), deprecated: deprecated.has(name) });
    }
  };
  for (const [kind, list] of Object.entries(names)) add(list, kind as ValueKind);
  for (const [list, values] of chosen) add(list, values);
  return table;
}
