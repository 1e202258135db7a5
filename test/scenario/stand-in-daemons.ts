import { z } from "zod";
import type { AnyDaemon } from "../../src/scenario/load-catalogue.ts";

/**
 * BIND, Dovecot and Rspamd as far as a world's files need them: settings and rendering, no reading and no log.
 * They serve while a daemon kind has no definition of its own, and show what small-office asks of one.
 */

const zone = z.strictObject({
  name: z.string(),
  file: z.string(),
  comment: z.string(),
  primary: z.string(),
  contact: z.string(),
  serial: z.coerce.number().int().positive().default(2026112401),
  /** Groups of `name type data`; a blank line stands between two groups. `@` is the zone itself. */
  records: z.array(z.array(z.string()).min(1)),
});

const bindSettings = z.strictObject({
  comment: z.string(),
  ttl: z.coerce.number().int().positive().default(60),
  /** Further lines of `options { }`, in order, as named.conf has them. */
  options: z.record(z.string(), z.string()).default({}),
  zones: z.array(zone).default([]),
  /** Name and address of the root server, for a resolver. */
  "root-hints": z.record(z.string(), z.string()).optional(),
});

type BindSettings = z.output<typeof bindSettings>;
type Zone = z.output<typeof zone>;

function renderBind(settings: BindSettings): Record<string, string> {
  const hints = settings["root-hints"];
  const include = (file: string): string => `include "/etc/bind/${file}";\n`;
  return {
    "/etc/bind/named.conf": `// ${settings.comment}\n${include("named.conf.options")}${include("named.conf.local")}`,
    "/etc/bind/named.conf.options": optionsText(settings.options),
    "/etc/bind/named.conf.local": localText(settings),
    ...Object.fromEntries(settings.zones.map((each) => [`/etc/bind/${each.file}`, zoneText(each, settings.ttl)])),
    ...(hints === undefined ? {} : { "/etc/bind/db.root": hintsText(hints) }),
  };
}

function optionsText(options: BindSettings["options"]): string {
  const own = Object.entries(options).map(([name, value]) => `\t${name} ${value};\n`);
  return `// How this server behaves and where it logs.
options {
	directory "/var/cache/bind";
	listen-on { any; };
	listen-on-v6 { none; };
	dnssec-validation no;
	querylog yes;
${own.join("")}};

logging {
	channel log_file {
		file "/var/log/named/named.log";
		print-time yes;
		print-category yes;
		print-severity yes;
	};
	category default { log_file; };
};
`;
}

function localText({ zones, "root-hints": hints }: BindSettings): string {
  const block = (name: string, type: string, file: string): string =>
    `zone "${name}" {\n\ttype ${type};\n\tfile "/etc/bind/${file}";\n};\n`;
  const served = zones.length === 0 ? "" : `// Zones served here.\n${zones.map(({ name, file }) => block(name, "primary", file)).join("")}`;
  return served + (hints === undefined ? "" : `// Where the root is.\n${block(".", "hint", "db.root")}`);
}

function hintsText(hints: Readonly<Record<string, string>>): string {
  const column = columnBeyond(Object.keys(hints));
  const lines = Object.entries(hints).flatMap(([name, address]) => [
    `${padded(".", column)}3600000\tIN\tNS\t${name}\n`,
    `${padded(name, column)}3600000\tIN\tA\t${address}\n`,
  ]);
  return `; Root hints.\n${lines.join("")}`;
}

function zoneText({ comment, primary, contact, serial, records }: Zone, ttl: number): string {
  const groups = records.map((group) => group.map(recordOf));
  // A record that stands alone keeps its own column; the others share one.
  const shared = columnBeyond(groups.filter((group) => group.length > 1).flatMap((group) => group.map(({ name }) => name)));
  const texts = groups.map((group) => {
    const column = group.length > 1 ? shared : columnBeyond(group.map(({ name }) => name));
    return group
      .map(({ name, rest }) => (name.startsWith("$") ? `${name} ${rest.join(" ")}` : `${padded(name, column)}IN\t${rest.join("\t")}`))
      .join("\n");
  });
  return `; ${comment}
$TTL ${ttl}
@	IN	SOA	${primary} ${contact} (
			${serial}	; serial
			3600		; refresh
			600		; retry
			604800		; expire
			60 )		; negative caching
${texts.join("\n\n")}
`;
}

function recordOf(text: string): { readonly name: string; readonly rest: readonly string[] } {
  const [, name = "", type = "", data = ""] = /^(\S+)\s+(\S+)\s+(.*)$/.exec(text) ?? [];
  if (name.startsWith("$")) return { name, rest: [type, data] };
  return { name: name === "@" ? "" : name, rest: [type, data] };
}

function columnBeyond(names: readonly string[]): number {
  return (Math.floor(Math.max(0, ...names.filter((name) => !name.startsWith("$")).map((name) => name.length)) / 8) + 1) * 8;
}

function padded(name: string, column: number): string {
  return name === "" ? "\t" : name + "\t".repeat(Math.ceil((column - name.length) / 8));
}

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

export const standInBind = standIn("bind", bindSettings, renderBind);
export const standInDovecot = standIn("dovecot", dovecotSettings, renderDovecot);
export const standInRspamd = standIn("rspamd", rspamdSettings, renderRspamd);
