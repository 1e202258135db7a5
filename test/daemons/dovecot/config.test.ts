import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { FileReader } from "../../../src/daemons/daemon.ts";
import { dovecot } from "../../../src/daemons/dovecot/dovecot.ts";
import { dovecotSettings } from "../../../src/daemons/dovecot/settings.ts";

function fixture(path: string): string {
  return readFileSync(new URL(`../../fixtures/small-office/mailbox/${path}`, import.meta.url), "utf8");
}

const conf = fixture("etc/dovecot/dovecot.conf");

function filesOf(files: Readonly<Record<string, string>>): FileReader {
  return {
    read: (path) => files[path],
    list: (path) =>
      Object.keys(files)
        .filter((name) => name.startsWith(`${path}/`))
        .map((name) => name.slice(path.length + 1))
        .sort(),
  };
}

function readConf(text: string | undefined, more: Readonly<Record<string, string>> = {}) {
  return dovecot.read(filesOf({ ...more, ...(text === undefined ? {} : { "/etc/dovecot/dovecot.conf": text }) }));
}

const place = { key: "mailbox", name: "mailbox.meadow.example", pace: "lapse", addresses: [], networks: [] } as const;
const settings = dovecotSettings.parse({
  comment: "Mailboxes of meadow.example: mail comes in over LMTP and is read over IMAP.",
  users: { alice: "wheatear", bob: "linnet", carol: "dunnock" },
  quota: "50M",
});

describe("Dovecot's files", () => {
  it("are rendered as recorded", () => {
    expect(dovecot.render(settings, place)).toEqual({
      "/etc/dovecot/dovecot.conf": conf,
      "/etc/dovecot/users": fixture("etc/dovecot/users"),
    });
  });

  it("are read into what the program follows", () => {
    const { policy, problems } = readConf(conf);
    expect(problems).toEqual([]);
    expect(policy).toMatchObject({
      protocols: ["imap", "lmtp"],
      logPath: "/var/log/dovecot.log",
      usernameFormat: "%Ln",
      userDatabases: [{ driver: "passwd-file", args: "/etc/dovecot/users" }],
      mailLocation: "maildir:/srv/vmail/%n/Maildir",
      mailPlugins: ["quota"],
      plugin: { quota: "count:User quota", quota_vsizes: "yes", quota_rule: "*:storage=50M" },
      quotaFullTempfail: false,
      greeting: "Dovecot (Debian) ready.",
      notSimulated: [],
    });
    expect(policy.lmtpListeners.at(-1)).toMatchObject({ path: "/var/spool/postfix/private/dovecot-lmtp", user: "postfix", mode: 0o600 });
  });

  it("keep all that a world says", () => {
    const more = { ...settings, "quota-full-tempfail": true, "lmtp-port": 24 };
    const { policy, problems } = readConf(dovecot.render(more, place)["/etc/dovecot/dovecot.conf"]);
    expect(problems).toEqual([]);
    expect(policy.quotaFullTempfail).toBe(true);
    expect(policy.lmtpListeners).toContainEqual({ listener: "inet", address: "0.0.0.0", port: 24 });
    const { quota: _, ...without } = settings;
    expect(readConf(dovecot.render(without, place)["/etc/dovecot/dovecot.conf"])).toMatchObject({
      problems: [],
      policy: { mailPlugins: [], plugin: {} },
    });
  });

  const inFile = "Error in configuration file /etc/dovecot/dovecot.conf";
  it.each<[string, string]>([
    [`${conf}foo = bar\n`, `${inFile} line 39: Unknown setting: foo`],
    [conf.replace(/}\n$/, ""), `${inFile}: Missing '}' (section started at /etc/dovecot/dovecot.conf:34)`],
    [`${conf}}\n`, `${inFile} line 39: Unexpected '}'`],
    [`${conf}garbage\n`, `${inFile} line 39: Expecting '{'`],
    [`${conf}ssl = maybe\n`, `${inFile} line 39: Invalid value: maybe`],
    [`${conf}quota_full_tempfail = ja\n`, `${inFile} line 39: Invalid boolean value: ja (use yes or no)`],
    [`${conf}!include nosuch.conf\n`, `${inFile} line 39: No matches`],
    [`${conf}bogus {\n a = b\n}\n`, `${inFile} line 39: Unknown setting: bogus { bogus`],
    [`${conf}service lmtp {\n bogus = x\n}\n`, `${inFile} line 40: Unknown setting: service { bogus`],
    [`${conf}protocols = imap lmtp smtp\n`, `${inFile}: protocols: Unknown protocol: smtp`],
    [`${conf}service lmtp { user=x\n`, `${inFile} line 39: Garbage after '{'`],
    [`${conf}=x\n`, `${inFile} line 39: Missing key name ('=' at the beginning of line)`],
    [`${conf}default_vsz_limit=10Q\n`, `${inFile} line 39: Invalid size: 10Q`],
    [`${conf}imapc_cmd_timeout=10Q\n`, `${inFile} line 39: Invalid time interval: 10Q`],
    [`${conf}userdb {\n driver = x\n mailbox a {\n}\n}\n`, `${inFile} line 41: Unknown setting: userdb { mailbox { mailbox`],
    // The brace of the service is forgotten: what follows is taken for a part of it.
    [conf.replace("  }\n}\n\nprotocol imap", "  }\n\nprotocol imap"), `${inFile} line 30: Unknown setting: service { mail_plugins`],
  ])("are complained about in doveconf's words", (text, words) => {
    expect(readConf(text).problems.map((problem) => problem.message)).toEqual([words]);
  });

  it("must be there", () => {
    expect(readConf(undefined).problems).toMatchObject([{ message: "open(/etc/dovecot/dovecot.conf) failed: No such file or directory" }]);
  });

  it("warn of a setting that comes too late for a filter", () => {
    const { policy, problems } = readConf(`${conf}mail_plugins = nosuch\n`);
    expect(policy.mailPlugins).toEqual(["nosuch"]);
    expect(problems[0]?.message).toBe(
      "/etc/dovecot/dovecot.conf line 39: Global setting mail_plugins won't change the setting inside an earlier filter at " +
        "/etc/dovecot/dovecot.conf line 31 (if this is intentional, avoid this warning by moving the global setting before /etc/dovecot/dovecot.conf line 31)",
    );
  });

  it("may include others, quote values and go on in the next line", () => {
    const { policy, problems } = readConf(
      '!include_try nosuch.conf\n!include conf.d/*.conf\nlogin_greeting = "a  b" # said\nprotocols = imap \\\n   lmtp\nprotocol lmtp {\n  mail_plugins = $mail_plugins sieve\n}\n',
      { "/etc/dovecot/conf.d/10-mail.conf": "mail_plugins = quota\n", "/etc/dovecot/conf.d/20.conf.ext": "broken\n" },
    );
    expect(problems).toEqual([]);
    expect(policy).toMatchObject({ greeting: "a  b", protocols: ["imap", "lmtp"], mailPlugins: ["quota", "sieve"] });
  });

  it("name what is real and not simulated", () => {
    const { policy } = readConf(
      `${conf}imapc_host = x\nservice lmtp {\n  process_limit = 5\n}\nplugin {\n  sieve = ~/.dovecot.sieve\n}\nlisten = *, ::\n`,
    );
    expect(policy.notSimulated).toEqual(["imapc_host", "service lmtp { process_limit }", "plugin { sieve }"]);
  });
});
