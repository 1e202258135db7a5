import { z } from "zod";
import type { AnyDaemon } from "../../src/scenario/load-catalogue.ts";

/**
 * Dovecot and Rspamd as far as a world's files need them: settings and rendering, no reading and no log.
 * They serve while a daemon kind has no definition of its own, and show what small-office asks of one.
 */

const dovecotSettings = z.strictObject({ comment: z.string(), users: z.record(z.string(), z.string()), quota: z.string() });

function renderDovecot({ comment, users, quota }: z.output<typeof dovecotSettings>): Record<string, string> {
  return {
    "/etc/dovecot/users": Object.entries(users)
      .map(([user, password]) => `${user}:{PLAIN}${password}:5000:5000::/srv/vmail/${user}::\n`)
      .join(""),
    "/etc/dovecot/dovecot.conf": `# ${comment}
protocols = imap lmtp
listen = *
log_path = /var/log/dovecot.log
ssl = no
disable_plaintext_auth = no
auth_username_format = %Ln

mail_location = maildir:/srv/vmail/%n/Maildir
mail_plugins = quota

passdb {
  driver = passwd-file
  args = /etc/dovecot/users
}

userdb {
  driver = passwd-file
  args = /etc/dovecot/users
}

service lmtp {
  unix_listener /var/spool/postfix/private/dovecot-lmtp {
    mode = 0600
    user = postfix
    group = postfix
  }
}

protocol imap {
  mail_plugins = $mail_plugins imap_quota
}

plugin {
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage=${quota}
}
`,
  };
}

const rspamdSettings = z.strictObject({
  comment: z.string(),
  "local-addrs": z.strictObject({ comment: z.string().optional(), addresses: z.array(z.string()) }),
});

function renderRspamd({ comment, "local-addrs": local }: z.output<typeof rspamdSettings>): Record<string, string> {
  const about = local.comment === undefined ? "" : `# ${local.comment}\n`;
  return {
    "/etc/rspamd/rspamd.conf": `# ${comment}\n${rspamdConf}`,
    "/etc/rspamd/rspamd.local.lua": `-- Functions that modules expect to find; none of the stock rules.\nrequire "global_functions" ()\n`,
    "/etc/rspamd/local.d/options.inc": `${about}local_addrs = [${local.addresses.map((address) => `"${address}"`).join(", ")}];\n`,
    "/etc/rspamd/local.d/worker-proxy.inc": `# The milter that mx1 asks.\nbind_socket = "*:11332";\nupstream "local" {\n  self_scan = yes;\n}\n`,
    "/etc/rspamd/local.d/worker-controller.inc": `# For rspamc on this host.\nbind_socket = "127.0.0.1:11334";\n`,
    "/etc/rspamd/local.d/dmarc.conf": `# What a domain asks for is done.\nactions = {\n  reject = "reject";\n  quarantine = "add_header";\n}\n`,
    "/etc/rspamd/local.d/milter_headers.conf": `# Headers written into the mail that passes.\nuse = ["authentication-results"];\n`,
  };
}

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

function standIn<S>(id: AnyDaemon["id"], settings: z.ZodType<S>, render: (settings: S) => Record<string, string>): AnyDaemon {
  return {
    id,
    summary: id,
    settings,
    render: (value) => render(value as S),
    read: () => ({ policy: undefined, problems: [] }),
    log: { daemon: id, path: "", ready: /./, reader: () => ({ read: () => undefined }), format: () => "" },
  };
}

export const standInDovecot = standIn("dovecot", dovecotSettings, renderDovecot);
export const standInRspamd = standIn("rspamd", rspamdSettings, renderRspamd);
