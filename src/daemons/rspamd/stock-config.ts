/**
 * The files of Debian's package that rspamd.conf includes and nobody edits in place, without their comments. They stand on every
 * real host; the simulated one reads them from here where a host has no such file of its own.
 */
export const stockConfig: Readonly<Record<string, string>> = {
  "/etc/rspamd/logging.inc": `level = "info";
color = false;
log_usec = false;
log_re_cache = true;
debug_modules = []
`,
  "/etc/rspamd/worker-proxy.inc": `milter = yes;
timeout = 120s;
upstream "local" {
  default = yes;
  hosts = "localhost";
}
count = 1;
max_retries = 5;
discard_on_reject = false;
quarantine_on_reject = false;
spam_header = "X-Spam";
reject_message = "Spam message rejected";
`,
  "/etc/rspamd/worker-controller.inc": `count = 1;
password = "q1";
secure_ip = "127.0.0.1";
secure_ip = "::1";
static_dir = "\${WWWDIR}";
`,
  "/etc/rspamd/actions.conf": `actions {
  reject = 15;
  add_header = 6;
  greylist = 4;
  .include(try=true; priority=1; duplicate=merge) "$LOCAL_CONFDIR/local.d/actions.conf"
  .include(try=true; priority=10) "$LOCAL_CONFDIR/override.d/actions.conf"
}
`,
  ...moduleFiles({
    spf: "spf_cache_size = 2k;\nspf_cache_expire = 1d;\n",
    dkim: "dkim_cache_size = 2k;\ndkim_cache_expire = 1d;\ntime_jitter = 6h;\ntrusted_only = false;\nskip_multi = false;\n",
    dmarc: "",
    milter_headers: "use = [];\n",
    multimap: "",
  }),
  "/etc/rspamd/scores.d/policies_group.conf": policiesGroup({
    R_SPF_FAIL: 1.0,
    R_SPF_SOFTFAIL: 0.0,
    R_SPF_NEUTRAL: 0.0,
    R_SPF_ALLOW: -0.2,
    R_SPF_DNSFAIL: 0.0,
    R_SPF_NA: 0.0,
    R_SPF_PERMFAIL: 0.0,
    R_DKIM_REJECT: 1.0,
    R_DKIM_TEMPFAIL: 0.0,
    R_DKIM_PERMFAIL: 0.0,
    R_DKIM_ALLOW: -0.2,
    R_DKIM_NA: 0.0,
    DMARC_POLICY_ALLOW: -0.5,
    DMARC_POLICY_ALLOW_WITH_FAILURES: -0.5,
    DMARC_POLICY_REJECT: 2.0,
    DMARC_POLICY_QUARANTINE: 1.5,
    DMARC_POLICY_SOFTFAIL: 0.1,
    DMARC_NA: 0.0,
    ARC_ALLOW: -1.0,
    ARC_REJECT: 1.0,
    ARC_INVALID: 0.5,
    ARC_DNSFAIL: 0.0,
    ARC_NA: 0.0,
  }),
};

function moduleFiles(modules: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(modules).map(([name, text]) => [
      `/etc/rspamd/modules.d/${name}.conf`,
      `${name} {
${text}.include(try=true,priority=5) "\${DBDIR}/dynamic/${name}.conf"
.include(try=true,priority=1,duplicate=merge) "$LOCAL_CONFDIR/local.d/${name}.conf"
.include(try=true,priority=10) "$LOCAL_CONFDIR/override.d/${name}.conf"
}
`,
    ]),
  );
}

function policiesGroup(weights: Readonly<Record<string, number>>): string {
  const symbols = Object.entries(weights).map(([name, weight]) => `  "${name}" {\n    weight = ${weight};\n  }\n`);
  return `description = "SPF, DKIM, DMARC, ARC";\nsymbols = {\n${symbols.join("")}}\n`;
}
