import type { RspamdSettings } from "./settings.ts";

/** The files of an Rspamd: a short rspamd.conf that loads only the modules in use, and what is particular to the site in local.d. */
export function renderRspamd({ comment, "local-addrs": local }: RspamdSettings): Readonly<Record<string, string>> {
  const about = local.comment === undefined ? "" : `# ${local.comment}\n`;
  const addresses = local.addresses.map((address) => `"${address}"`).join(", ");
  return {
    "/etc/rspamd/rspamd.conf": `# ${comment}\n${rspamdConf}`,
    "/etc/rspamd/rspamd.local.lua": rspamdLua,
    "/etc/rspamd/local.d/options.inc": `${about}local_addrs = [${addresses}];\n`,
    "/etc/rspamd/local.d/worker-proxy.inc": workerProxy,
    "/etc/rspamd/local.d/worker-controller.inc": workerController,
    "/etc/rspamd/local.d/dmarc.conf": dmarcConf,
    "/etc/rspamd/local.d/milter_headers.conf": milterHeadersConf,
  };
}

const rspamdLua = `-- Functions that modules expect to find; none of the stock rules.
require "global_functions" ()
`;

const workerProxy = `# The milter that mx1 asks.
bind_socket = "*:11332";
upstream "local" {
  self_scan = yes;
}
`;

const workerController = `# For rspamc on this host.
bind_socket = "127.0.0.1:11334";
`;

const dmarcConf = `# What a domain asks for is done.
actions = {
  reject = "reject";
  quarantine = "add_header";
}
`;

const milterHeadersConf = `# Headers written into the mail that passes.
use = ["authentication-results"];
`;

const rspamdConf = `options {
  pidfile = "$RUNDIR/rspamd.pid";
  filters = "dkim";
  url_tld = "$SHAREDIR/effective_tld_names.dat";
  .include(try=true) "$LOCAL_CONFDIR/local.d/options.inc"
}

logging {
  type = "file";
  filename = "$LOGDIR/rspamd.log";
  .include "$CONFDIR/logging.inc"
}

worker "rspamd_proxy" {
  .include "$CONFDIR/worker-proxy.inc"
  .include(try=true; priority=1,duplicate=merge) "$LOCAL_CONFDIR/local.d/worker-proxy.inc"
}

worker "controller" {
  .include "$CONFDIR/worker-controller.inc"
  .include(try=true; priority=1,duplicate=merge) "$LOCAL_CONFDIR/local.d/worker-controller.inc"
}

lua = "$LOCAL_CONFDIR/rspamd.local.lua";

modules {
  path = "$PLUGINSDIR";
}

.include "$CONFDIR/modules.d/spf.conf"
.include "$CONFDIR/modules.d/dkim.conf"
.include "$CONFDIR/modules.d/dmarc.conf"
.include "$CONFDIR/modules.d/milter_headers.conf"
.include "$CONFDIR/actions.conf"

multimap {
  .include(try=true) "$LOCAL_CONFDIR/local.d/multimap.conf"
}

group "policies" {
  .include "$CONFDIR/scores.d/policies_group.conf"
}
`;
