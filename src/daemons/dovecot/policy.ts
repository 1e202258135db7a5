import type { FileReader } from "../daemon.ts";
import { type ConfigSection, readConfigFile, settingOf } from "./config-file.ts";
import type { DovecotProblem } from "./dovecot-problem.ts";
import { PROTOCOLS } from "./setting-defaults.ts";
import { notSimulatedSettings } from "./simulated-settings.ts";

export const DOVECOT_CONF = "/etc/dovecot/dovecot.conf";

/** What Dovecot makes of its files: all that the simulated one follows. A plain value. */
export interface DovecotPolicy {
  readonly protocols: readonly string[];
  readonly logPath: string;
  /** `%Ln`: what a login name or address is turned into before it is looked up. */
  readonly usernameFormat: string;
  /** Whether failed look-ups are logged. */
  readonly authVerbose: boolean;
  readonly userDatabases: readonly UserDatabase[];
  readonly passwordDatabases: readonly UserDatabase[];
  readonly firstValidUid: number;
  /** Where mail lies, variables unexpanded: `maildir:/srv/vmail/%n/Maildir`. */
  readonly mailLocation: string;
  /** For deliveries over LMTP. */
  readonly mailPlugins: readonly string[];
  readonly plugin: Readonly<Record<string, string>>;
  readonly quotaFullTempfail: boolean;
  /** The separator of `alice+lists@...`. */
  readonly recipientDelimiter: string;
  readonly greeting: string;
  /** How the host calls itself; "" is its own name. */
  readonly hostName: string;
  readonly lmtpListeners: readonly LmtpListener[];
  /** Sockets at which the auth process answers clients such as Postfix, beside its own. */
  readonly authListeners: readonly UnixListener[];
  /** In the order of `auth_mechanisms`, upper case: `PLAIN`, `LOGIN`. */
  readonly authMechanisms: readonly string[];
  /** Settings that are real, set in the files, and not simulated: `imapc_host`. */
  readonly notSimulated: readonly string[];
  /** Everything as it stands, for doveconf. */
  readonly config: ConfigDump;
}

/** A section's settings without their places, so that a policy can be cloned. */
export interface ConfigDump {
  readonly kind: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly sections: readonly ConfigDump[];
}

export interface UserDatabase {
  readonly driver: string;
  readonly args: string;
}

/** A socket in the file system, and who may connect to it. */
export interface UnixListener {
  readonly path: string;
  readonly user: string;
  readonly group: string;
  readonly mode: number;
}

export type LmtpListener =
  | ({ readonly listener: "unix" } & UnixListener)
  | { readonly listener: "inet"; readonly address: string; readonly port: number };

/** Reads the files. After a fatal problem the policy is what was understood up to there; the real program would not start with it. */
export function readPolicy(files: FileReader): { readonly policy: DovecotPolicy; readonly problems: readonly DovecotProblem[] } {
  const { config, problems } = readConfigFile(files, DOVECOT_CONF);
  const all = [...problems, ...(problems.some((problem) => problem.level === "fatal") ? [] : protocolProblems(config))];
  return { policy: policyOf(config), problems: all };
}

function policyOf(config: ConfigSection): DovecotPolicy {
  const lmtp = config.sections.find((section) => section.kind === "protocol" && section.name === "lmtp");
  const inLmtp = (name: string): string => lmtp?.settings.get(name)?.value ?? settingOf(config, name);
  return {
    protocols: words(settingOf(config, "protocols")),
    logPath: settingOf(config, "log_path") || "syslog",
    usernameFormat: settingOf(config, "auth_username_format"),
    authVerbose: isYes(settingOf(config, "auth_verbose")),
    userDatabases: databases(config, "userdb"),
    passwordDatabases: databases(config, "passdb"),
    firstValidUid: Number.parseInt(settingOf(config, "first_valid_uid"), 10),
    mailLocation: inLmtp("mail_location"),
    mailPlugins: words(inLmtp("mail_plugins")),
    plugin: { ...pluginOf(config), ...(lmtp === undefined ? {} : pluginOf(lmtp)) },
    quotaFullTempfail: isYes(inLmtp("quota_full_tempfail")),
    recipientDelimiter: inLmtp("recipient_delimiter"),
    greeting: settingOf(config, "login_greeting"),
    hostName: inLmtp("hostname"),
    lmtpListeners: lmtpListeners(config),
    authListeners: authListeners(config),
    authMechanisms: words(settingOf(config, "auth_mechanisms").toUpperCase()),
    notSimulated: notSimulatedSettings(config),
    config: dump(config),
  };
}

function protocolProblems(config: ConfigSection): readonly DovecotProblem[] {
  const setting = config.settings.get("protocols");
  const unknown = words(setting?.value ?? "").find((protocol) => !PROTOCOLS.includes(protocol));
  if (setting === undefined || unknown === undefined) return [];
  return [
    {
      level: "fatal",
      code: "dovecot-config",
      message: `Error in configuration file ${DOVECOT_CONF}: protocols: Unknown protocol: ${unknown}`,
      where: { file: setting.file, line: setting.line },
    },
  ];
}

function databases(config: ConfigSection, kind: "passdb" | "userdb"): readonly UserDatabase[] {
  return config.sections
    .filter((section) => section.kind === kind)
    .map(({ settings }) => ({ driver: settings.get("driver")?.value ?? "", args: settings.get("args")?.value ?? "" }));
}

function pluginOf(section: ConfigSection): Record<string, string> {
  const plugins = section.sections.filter((each) => each.kind === "plugin");
  return Object.fromEntries(plugins.flatMap(({ settings }) => [...settings].map(([name, { value }]) => [name, value] as const)));
}

function lmtpListeners(config: ConfigSection): readonly LmtpListener[] {
  const service = config.sections.find((section) => section.kind === "service" && section.name === "lmtp");
  const listen = settingOf(config, "listen");
  const listeners: LmtpListener[] = [{ listener: "unix", path: "/run/dovecot/lmtp", user: "root", group: "root", mode: 0o666 }];
  for (const { kind, name, settings } of service?.sections ?? []) {
    const value = (key: string): string => settings.get(key)?.value ?? "";
    if (kind === "unix_listener") listeners.push({ listener: "unix", ...unixListener(name, value) });
    else if (kind === "inet_listener" && Number(value("port")) > 0) {
      for (const address of words((value("address") || listen).replaceAll(",", " "))) {
        if (!address.includes(":"))
          listeners.push({ listener: "inet", address: address === "*" ? "0.0.0.0" : address, port: Number(value("port")) });
      }
    }
  }
  return listeners;
}

function unixListener(name: string, value: (key: string) => string): UnixListener {
  const path = name.startsWith("/") ? name : `/run/dovecot/${name}`;
  return { path, user: value("user") || "root", group: value("group") || "root", mode: Number.parseInt(value("mode") || "0600", 8) };
}

/** Listeners of `service auth` that speak the client protocol: a name that ends in `-userdb`, `-login` or `-master` tells of another. */
function authListeners(config: ConfigSection): readonly UnixListener[] {
  const service = config.sections.find((section) => section.kind === "service" && section.name === "auth");
  return (service?.sections ?? [])
    .filter(({ kind, name }) => kind === "unix_listener" && !/-(userdb|login|master)$/.test(name))
    .map(({ name, settings }) => unixListener(name, (key) => settings.get(key)?.value ?? ""));
}

function dump({ kind, name, settings, sections }: ConfigSection): ConfigDump {
  return {
    kind,
    name,
    settings: Object.fromEntries([...settings].map(([key, { value }]) => [key, value])),
    sections: sections.map(dump),
  };
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== "");
}

function isYes(value: string): boolean {
  return /^(yes|y|1)$/i.test(value);
}
