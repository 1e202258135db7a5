import { writePasswdFile } from "./passwd-file.ts";
import type { DovecotSettings } from "./settings.ts";

const MAIL_HOME = "/srv/vmail";
/** The user vmail of our hosts. */
const MAIL_ID = 5000;

/** The files of a Dovecot. */
export function renderDovecot(settings: DovecotSettings): Readonly<Record<string, string>> {
  return { "/etc/dovecot/dovecot.conf": confText(settings), "/etc/dovecot/users": usersText(settings) };
}

function confText(settings: DovecotSettings): string {
  const plugins = settings.quota === undefined ? "" : "mail_plugins = quota\n";
  return [
    `# ${settings.comment}`,
    "protocols = imap lmtp",
    "listen = *",
    "log_path = /var/log/dovecot.log",
    "ssl = no",
    "disable_plaintext_auth = no",
    "auth_username_format = %Ln",
    "",
    `mail_location = maildir:${MAIL_HOME}/%n/Maildir`,
    plugins + (settings["quota-full-tempfail"] ? "quota_full_tempfail = yes\n" : ""),
    database("passdb"),
    database("userdb"),
    lmtpService(settings["lmtp-port"]),
    ...(settings.quota === undefined ? [] : [quotaSections(settings.quota)]),
  ]
    .join("\n")
    .replace(/\n+$/, "\n");
}

function database(kind: "passdb" | "userdb"): string {
  return `${kind} {\n  driver = passwd-file\n  args = /etc/dovecot/users\n}\n`;
}

function lmtpService(port: number | undefined): string {
  const inet = port === undefined ? "" : `  inet_listener lmtp {\n    port = ${port}\n  }\n`;
  return `service lmtp {
  unix_listener /var/spool/postfix/private/dovecot-lmtp {
    mode = 0600
    user = postfix
    group = postfix
  }
${inet}}
`;
}

function quotaSections(limit: string): string {
  return `protocol imap {
  mail_plugins = $mail_plugins imap_quota
}

plugin {
  quota = count:User quota
  quota_vsizes = yes
  quota_rule = *:storage=${limit}
}
`;
}

function usersText(settings: DovecotSettings): string {
  return writePasswdFile(
    Object.entries(settings.users).map(([user, password]) => ({
      user,
      password: `{PLAIN}${password}`,
      uid: MAIL_ID,
      gid: MAIL_ID,
      home: `${MAIL_HOME}/${user}`,
      fields: {},
    })),
  );
}
