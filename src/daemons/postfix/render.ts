import { domainOf } from "../../mail/address.ts";
import type { Placement } from "../daemon.ts";
import { setParameter } from "./main-cf.ts";
import { masterCfText } from "./master-cf-text.ts";
import type { PostfixSettings } from "./settings.ts";
import { compileAliases, compileMap, formatDatabase } from "./tables/database.ts";

/** The files of a Postfix, tables with their compiled form. Paths as on Debian. */
export function renderPostfix(settings: PostfixSettings, place: Placement): Readonly<Record<string, string>> {
  const maps = lookupTables(settings);
  const aliases = aliasesText(settings);
  return {
    "/etc/mailname": `${settings["mail-name"]}\n`,
    "/etc/aliases": aliases,
    "/etc/aliases.db": formatDatabase({ type: "hash", entries: compileAliases(aliases, "/etc/aliases").entries }),
    "/etc/postfix/main.cf": mainCfText(settings, place),
    "/etc/postfix/master.cf": masterCfText,
    ...Object.fromEntries(maps.flatMap(([path, text]) => [[path, text] as const, [`${path}.db`, compiled(path, text)] as const])),
  };
}

/** What `postmap path` writes to `path.db`. For faults that change a table as an administrator would. */
export function compiled(path: string, text: string): string {
  return formatDatabase({ type: "hash", entries: compileMap(text, path).entries });
}

function mainCfText(settings: PostfixSettings, place: Placement): string {
  const common = commonBlock(settings);
  const identity = identityBlock(settings, place);
  const duty = dutyBlock(settings);
  const names = new Set([...common, ...identity, ...duty].map((line) => line.split(" ")[0]));
  const own = Object.entries(settings.parameters).map(([name, value]) => [name, parameterText(value)] as const);
  const added = own.filter(([name]) => !names.has(name)).map(([name, value]) => `${name} = ${value}`);
  const blocks = [common, identity, [...duty, ...added], paceBlock(place)].filter((block) => block.length > 0);
  const text = `${blocks.map((block) => block.join("\n")).join("\n\n")}\n`;
  return own.reduce((content, [name, value]) => setParameter(content, name, value), text);
}

function parameterText(value: string | number | boolean): string {
  return typeof value === "boolean" ? (value ? "yes" : "no") : String(value);
}

function commonBlock(settings: PostfixSettings): readonly string[] {
  return [
    `# ${settings.comment}`,
    "compatibility_level = 3.6",
    "smtpd_banner = $myhostname ESMTP $mail_name (Debian/GNU)",
    "biff = no",
    "append_dot_mydomain = no",
    "readme_directory = no",
    "maillog_file = /var/log/mail.log",
  ];
}

function identityBlock(settings: PostfixSettings, place: Placement): readonly string[] {
  return [
    `myhostname = ${place.name}`,
    "myorigin = /etc/mailname",
    "mydestination = $myhostname, localhost.$mydomain, localhost",
    `mynetworks = ${["127.0.0.0/8", ...settings.mynetworks].join(" ")}`,
    "inet_interfaces = all",
    "inet_protocols = ipv4",
    "alias_maps = hash:/etc/aliases",
    "alias_database = hash:/etc/aliases",
    "smtpd_relay_restrictions = permit_mynetworks permit_sasl_authenticated defer_unauth_destination",
  ];
}

function dutyBlock(settings: PostfixSettings): readonly string[] {
  const lines: string[] = [];
  if (settings.mailboxes.length > 0) {
    const toDovecot = settings["deliver-to"] === "dovecot";
    lines.push(`virtual_mailbox_domains = ${domainsOf(settings.mailboxes).join(", ")}`);
    if (!toDovecot) lines.push("virtual_mailbox_base = /var/mail/vhosts");
    lines.push("virtual_mailbox_maps = hash:/etc/postfix/vmailbox", "virtual_alias_maps = hash:/etc/postfix/virtual");
    if (toDovecot) lines.push("virtual_transport = lmtp:unix:private/dovecot-lmtp");
    else lines.push("virtual_uid_maps = static:5000", "virtual_gid_maps = static:5000");
  }
  if (settings["relay-domains"].length > 0) {
    lines.push(`relay_domains = ${settings["relay-domains"].join(", ")}`);
    if (settings["relay-recipients"].length > 0) lines.push("relay_recipient_maps = hash:/etc/postfix/relay_recipients");
    if (settings["relays-to"] !== undefined) lines.push("transport_maps = hash:/etc/postfix/transport");
  }
  if (settings.milter !== undefined) lines.push(`smtpd_milters = inet:${settings.milter}`);
  if (settings.relayhost !== undefined) lines.push(`relayhost = [${settings.relayhost}]`);
  return lines;
}

function paceBlock(place: Placement): readonly string[] {
  if (place.pace === "stock") return [];
  return [
    "# Shortened so that a retry comes within a minute.",
    "queue_run_delay = 10s",
    "minimal_backoff_time = 10s",
    "maximal_backoff_time = 60s",
  ];
}

function aliasesText(settings: PostfixSettings): string {
  return lines(["# Local mail of this host.", "postmaster: root", `root: postmaster@${settings["mail-name"]}`]);
}

/** Path and text of each lookup table. */
function lookupTables(settings: PostfixSettings): readonly (readonly [string, string])[] {
  const tables: (readonly [string, string])[] = [];
  const { mailboxes } = settings;
  if (mailboxes.length > 0) {
    const domains = domainsOf(mailboxes);
    const place = (address: string): string => {
      const local = address.slice(0, address.lastIndexOf("@"));
      return settings["deliver-to"] === "dovecot" ? local : `${domainOf(address)}/${local}/`;
    };
    tables.push([
      "/etc/postfix/vmailbox",
      lines([`# Mailboxes of ${domains.join(", ")}.`, ...mailboxes.map((each) => `${each} ${place(each)}`)]),
    ]);
    tables.push(["/etc/postfix/virtual", lines([`# Other addresses of ${domains.join(", ")}.`, ...virtualEntries(settings, domains)])]);
  }
  const relayDomains = settings["relay-domains"];
  const recipients = settings["relay-recipients"];
  if (relayDomains.length > 0 && recipients.length > 0) {
    const postmasters = relayDomains.map((each) => `postmaster@${each}`).filter((each) => !recipients.includes(each));
    const known = [...recipients, ...postmasters].map((each) => `${each} OK`);
    tables.push(["/etc/postfix/relay_recipients", lines([`# Who has mail at ${relayDomains.join(", ")}.`, ...known])]);
  }
  const relaysTo = settings["relays-to"];
  if (relayDomains.length > 0 && relaysTo !== undefined) {
    const routes = relayDomains.map((each) => `${each} smtp:[${relaysTo}]`);
    tables.push(["/etc/postfix/transport", lines([`# Where mail for ${relayDomains.join(", ")} goes.`, ...routes])]);
  }
  return tables;
}

/** The postmaster of each domain gets mail at the domain's first mailbox, unless the settings say otherwise. */
function virtualEntries(settings: PostfixSettings, domains: readonly string[]): readonly string[] {
  const postmasters = domains.flatMap((each): readonly (readonly [string, readonly string[]])[] => {
    const first = settings.mailboxes.find((mailbox) => domainOf(mailbox) === each);
    const address = `postmaster@${each}`;
    return first === undefined || settings.mailboxes.includes(address) || Object.hasOwn(settings.virtual, address)
      ? []
      : [[address, [first]]];
  });
  return [...postmasters, ...Object.entries(settings.virtual)].map(([address, targets]) => `${address} ${targets.join(", ")}`);
}

function domainsOf(addresses: readonly string[]): readonly string[] {
  return [...new Set(addresses.map(domainOf))];
}

function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join("");
}
