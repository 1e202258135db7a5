import type { ConfigSection } from "./config-file.ts";
import { SETTING_DEFAULTS } from "./setting-defaults.ts";

/** Settings of the outermost level that the simulated Dovecot follows. */
const OUTERMOST = new Set(
  (
    "auth_mechanisms auth_username_format auth_verbose first_valid_uid hostname listen log_path login_greeting mail_location mail_plugins protocols " +
    "quota_full_tempfail recipient_delimiter"
  ).split(" "),
);

/** Settings that make no difference to what is simulated: they concern reading mail, passwords or encryption only. */
const WITHOUT_EFFECT = new Set("disable_plaintext_auth ssl mail_privileged_group".split(" "));

const SECTIONS: Readonly<Record<string, ReadonlySet<string>>> = {
  passdb: new Set(["driver", "args"]),
  userdb: new Set(["driver", "args"]),
  unix_listener: new Set(["mode", "user", "group"]),
  inet_listener: new Set(["address", "port"]),
};

/** `quota`, `quota2`, their rules and graces, and what else under `plugin` is followed. */
const PLUGIN = /^(quota\d*(_rule\d*|_grace)?|quota_vsizes|quota_exceeded_message)$/;

/** Services whose listeners are followed. */
const SERVICES = new Set(["auth", "lmtp"]);

/** Services whose settings are without effect on what is simulated. */
const IMAP = new Set(["imap", "imap-login"]);

/**
 * The settings in these files that are real and not simulated, each as an administrator would name it: `mail_debug`,
 * `service lmtp { process_limit }`.
 */
export function notSimulatedSettings(config: ConfigSection): readonly string[] {
  const found: string[] = [];
  for (const [name, { value }] of config.settings) {
    if (!OUTERMOST.has(name) && !WITHOUT_EFFECT.has(name) && value !== SETTING_DEFAULTS[name]) found.push(name);
  }
  for (const section of config.sections) found.push(...inSection(section, ""));
  return [...new Set(found)];
}

function inSection(section: ConfigSection, outer: string): readonly string[] {
  const { kind, name, settings, sections } = section;
  const title = `${outer}${[kind, name].filter((word) => word !== "").join(" ")}`;
  if (isImapOnly(section)) return [];
  if (kind === "local" || kind === "remote" || kind === "local_name" || (kind === "service" && !SERVICES.has(name))) return [title];
  const follows = (key: string): boolean => {
    if (kind === "plugin") return PLUGIN.test(key);
    if (kind === "protocol") return OUTERMOST.has(key) || WITHOUT_EFFECT.has(key);
    return SECTIONS[kind]?.has(key) ?? false;
  };
  const own = [...settings.keys()]
    .filter((key) => !follows(key))
    .map((key) => (kind === "plugin" ? `plugin { ${key} }` : `${title} { ${key} }`));
  return [...own, ...sections.flatMap((inner) => inSection(inner, `${title} { `).map((text) => (text.endsWith("}") ? `${text} }` : text)))];
}

function isImapOnly({ kind, name }: ConfigSection): boolean {
  return (kind === "protocol" && IMAP.has(name)) || (kind === "service" && IMAP.has(name)) || kind === "namespace";
}
