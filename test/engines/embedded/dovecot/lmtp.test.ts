import { afterEach, describe, expect, it } from "vitest";
import { dovecotConf, type MailboxHost, openMailboxHost } from "./mailbox-host.ts";

let host: MailboxHost | undefined;
afterEach(() => host?.down());

async function open(options: Parameters<typeof openMailboxHost>[0] = {}): Promise<MailboxHost> {
  host = await openMailboxHost(options);
  return host;
}

const HELLO = "250-mailbox.meadow.example\n250-8BITMIME\n250-CHUNKING\n250-ENHANCEDSTATUSCODES\n250 PIPELINING";
const SESSION = "[A-Za-z0-9+/]{22}";

describe("LMTP", () => {
  // The dialogues were held with the real 2.3.19 first.
  it.each<[string, readonly string[], readonly string[]]>([
    [
      "unknown commands",
      ["LHLO x", "FOO", "HELO x", "EHLO x", "FOO1", "VRFY alice", "VRFY", "STARTTLS", "AUTH PLAIN x", "XCLIENT ADDR=1.2.3.4"],
      [
        "500 5.5.1 Unknown command",
        "500 5.5.1 Unknown command",
        "500 5.5.1 Unknown command",
        "500 5.5.2 Invalid command syntax",
        "252 2.3.3 Try RCPT instead",
        "501 5.5.4 Invalid parameters",
        "502 5.5.1 TLS support is not enabled.",
        "502 5.5.1 Unsupported command",
        "550 5.7.14 You are not from trusted IP",
      ],
    ],
    [
      "senders",
      [
        "LHLO x",
        "MAIL FROM:dana",
        "MAIL FROM: <a@b>",
        "MAIL FROM:<dana",
        "MAIL FROM:<a@b> FOO=bar",
        "MAIL FROM:<a@b> SIZE=1",
        "MAIL",
        "MAIL FROM:<a@b> BODY=8BITMIME",
        "MAIL FROM:<a@b>",
      ],
      [
        "501 5.5.4 Invalid FROM: Missing '<' at beginning of path",
        "501 5.5.4 Invalid FROM: Unexpected whitespace before path",
        "501 5.5.4 Invalid FROM: Missing domain",
        "555 5.5.4 Unsupported parameters",
        "555 5.5.4 Unsupported parameters",
        "501 5.5.4 Invalid parameters",
        "250 2.1.0 OK",
        "503 5.5.0 MAIL already given",
      ],
    ],
    [
      "recipients",
      [
        ...[
          "LHLO x",
          "RCPT TO:<a@b>",
          "MAIL FROM:<>",
          "RCPT TO:alice",
          "RCPT TO:<>",
          "RCPT TO:<a b@c>",
          "RCPT TO:<a@>",
          'RCPT TO:<"a b"@c>',
        ],
        ...[
          "RCPT FROM:<a@b>",
          "RCPT TO:<nosuch@meadow.example>",
          "DATA",
          "RCPT TO:<alice@m> NOTIFY=NEVER",
          "RCPT TO:<ALICE+x@Meadow.example>",
        ],
      ],
      [
        "503 5.5.0 MAIL needed first",
        "250 2.1.0 OK",
        "501 5.5.4 Invalid TO: Missing '<' at beginning of path",
        "501 5.5.4 Invalid TO: Null path not allowed",
        "501 5.5.4 Invalid TO: Missing '>' at end of path",
        "501 5.5.4 Invalid TO: Missing domain after '@'",
        '550 5.1.1 <"a b"@c> User doesn\'t exist: a b@c',
        "501 5.5.4 Invalid parameters",
        "550 5.1.1 <nosuch@meadow.example> User doesn't exist: nosuch@meadow.example",
        "503 5.5.0 No valid recipients",
        "555 5.5.4 Unsupported parameters",
        "250 2.1.5 OK",
      ],
    ],
  ])("answers %s as the real one does", async (_, lines, expected) => {
    const replies = await (await open()).lmtp(lines);
    expect(replies).toEqual(["220 mailbox.meadow.example Dovecot (Debian) ready.", HELLO, ...expected]);
  });

  it("sends a client away after ten commands without sense", async () => {
    const { lmtp, log } = await open();
    const replies = await lmtp(["LHLO x", ...Array.from({ length: 11 }, () => "FOO1")]);
    expect(replies.at(-2)).toBe("500 5.5.2 Invalid command syntax");
    expect(replies.at(-1)).toBe("421 4.7.0 mailbox.meadow.example Too many invalid commands.");
    expect(log().at(-1)).toMatch(/^lmtp\(\d+\): Info: Disconnect from local: Too many invalid commands\. \(state=READY\)$/);
  });

  it("saves one copy for each user and says so for each recipient", async () => {
    const { lmtp, log, range } = await open();
    const replies = await lmtp([
      ...[
        "LHLO mailbox.meadow.example",
        "MAIL FROM:<dana@brook.example>",
        "RCPT TO:<alice@meadow.example>",
        "RCPT TO:<nosuch@meadow.example>",
      ],
      ...[
        "RCPT TO:<bob@meadow.example>",
        "RCPT TO:<alice@meadow.example>",
        "DATA",
        "Message-ID: ",
        "  <one@brook.example>",
        "",
        "Hello.",
        "..dot",
        ".",
      ],
      ...["MAIL FROM:<>", "RCPT TO:<alice@meadow.example>", "DATA", "Subject: none", "", ".", "QUIT"],
    ]);
    const [alice = "", bob = "", again = ""] = replies.slice(8);
    expect(alice).toMatch(new RegExp(`^250 2\\.0\\.0 <alice@meadow\\.example> ${SESSION} Saved$`));
    const session = alice.split(" ")[3];
    expect(bob).toBe(`250 2.0.0 <bob@meadow.example> ${session}:R3 Saved`);
    expect(again).toBe(alice);
    expect(replies.at(-2)).toBe(`250 2.0.0 <alice@meadow.example> ${session}:T2 Saved`);
    const pid = /lmtp\((\d+)\)/.exec(log()[1] ?? "")?.[1];
    expect(log().slice(1)).toEqual([
      `lmtp(${pid}): Info: Connect from local`,
      `lmtp(alice)<${pid}><${session}>: Info: msgid=<one@brook.example>: saved mail to INBOX`,
      `lmtp(bob)<${pid}><${session}:R3>: Info: msgid=<one@brook.example>: saved mail to INBOX`,
      `lmtp(alice)<${pid}><${session}:T2>: Info: msgid=unspecified: saved mail to INBOX`,
      `lmtp(${pid}): Info: Disconnect from local: Logged out (state=READY)`,
    ]);
    const { files } = range.machine("mailbox");
    const folder = "/srv/vmail/alice/Maildir/new";
    const [first = "", second = ""] = files.list(folder);
    expect(first).toMatch(new RegExp(`^1795492800\\.M\\d+P${pid}\\.mailbox\\.meadow\\.example,S=\\d+,W=\\d+$`));
    expect(files.stat(`${folder}/${first}`)).toMatchObject({ mode: 0o600, owner: "vmail", sizeBytes: Number(/S=(\d+)/.exec(first)?.[1]) });
    expect(files.read(`${folder}/${first}`)).toBe(
      `Return-Path: <dana@brook.example>\nReceived: from mailbox.meadow.example\n\tby mailbox.meadow.example with LMTP\n\tid ${session}\n` +
        "\t(envelope-from <dana@brook.example>); Tue, 24 Nov 2026 04:00:00 +0000\nMessage-ID: \n  <one@brook.example>\n\nHello.\n.dot\n",
    );
    expect(files.read(`${folder}/${second}`)).toBe(
      `Return-Path: <>\nDelivered-To: alice@meadow.example\nReceived: from mailbox.meadow.example\n\tby mailbox.meadow.example with LMTP\n\tid ${session}:T2\n` +
        "\t(envelope-from <>)\n\tfor <alice@meadow.example>; Tue, 24 Nov 2026 04:00:00 +0000\nSubject: none\n\n",
    );
  });

  it("takes a message in chunks", async () => {
    const { lmtp } = await open();
    const replies = await lmtp([
      "LHLO x",
      "MAIL FROM:<a@b.example>",
      "RCPT TO:<alice@meadow.example>",
      "BDAT 12\r\nSubject: x",
      "BDAT 5 LAST\r\n\r\nb",
      "BDAT x",
    ]);
    expect(replies[4]).toBe("250 2.0.0 Added 12 octets");
    expect(replies[5]).toMatch(new RegExp(`^250 2\\.0\\.0 <alice@meadow\\.example> ${SESSION} Saved$`));
    expect(replies[6]).toBe("501 5.5.4 Invalid chunk size parameter");
  });

  it("names a client on TCP by its address", async () => {
    const files = { "/etc/dovecot/dovecot.conf": `${dovecotConf}service lmtp {\n  inet_listener lmtp {\n    port = 24\n  }\n}\n` };
    const { lmtp, log, range } = await open({ files });
    await lmtp(["LHLO mx.example", "MAIL FROM:<a@b.example>", "RCPT TO:<bob@meadow.example>", "DATA", "", "x", ".", "QUIT"], 24);
    const machine = range.machine("mailbox");
    const [name = ""] = machine.files.list("/srv/vmail/bob/Maildir/new");
    expect(machine.files.read(`/srv/vmail/bob/Maildir/new/${name}`)).toContain("Received: from mx.example ([198.51.100.6])\n\tby mailbox");
    expect(log()[1]).toMatch(/Connect from 198\.51\.100\.6$/);
  });

  it("hangs up on a client that says nothing, and on one that leaves", async () => {
    const { range, log, lmtp } = await open();
    await lmtp(["LHLO x", "MAIL FROM:<a@b.example>", "RCPT TO:<bob@meadow.example>"]);
    expect(log().at(-1)).toMatch(/Disconnect from local: Connection closed \(state=RCPT TO\)$/);
    const idle = range.machine("mailbox").net.connectUnix("/var/spool/postfix/private/dovecot-lmtp");
    let heard = "";
    idle.on("data", (chunk: Buffer) => {
      heard += chunk.toString();
    });
    await range.clock.advance(300_001);
    expect(heard).toContain("421 4.4.2 mailbox.meadow.example Disconnected for inactivity\r\n");
    expect(log().at(-1)).toMatch(/Disconnect from local: Disconnected for inactivity \(state=GREETING\)$/);
  });
});

describe("a full mailbox", () => {
  const small = { "/etc/dovecot/dovecot.conf": dovecotConf.replace("50M", "100k") };
  const mail = (bytes: number): string => `Message-ID: <m@brook.example>\n\n${`${"x".repeat(98)}\n`.repeat(bytes / 100)}`.slice(0, -1);

  it("takes the last mail over its limit by a tenth, and no more", async () => {
    const { mail: send, log, run } = await open({ files: small });
    const outcomes: string[] = [];
    for (const bytes of [95_000, 20_000, 9000, 100]) outcomes.push((await send(["alice@meadow.example"], mail(bytes)))[0] ?? "");
    expect(outcomes.map((reply) => reply.replace(new RegExp(SESSION), "ID"))).toEqual([
      "250 2.0.0 <alice@meadow.example> ID Saved",
      "552 5.2.2 <alice@meadow.example> Quota exceeded (mailbox for user is full)",
      "250 2.0.0 <alice@meadow.example> ID Saved",
      "552 5.2.2 <alice@meadow.example> Quota exceeded (mailbox for user is full)",
    ]);
    expect(log().at(-2)).toMatch(
      /^lmtp\(alice\)<\d+><\S+>: Info: msgid=<m@brook\.example>: save failed to INBOX: Quota exceeded \(mailbox for user is full\)$/,
    );
    expect((await run("doveadm quota get -u alice")).stdout).toMatch(/^User quota STORAGE {3}10\d {3}100 {23} {1,2}10\d$/m);
  });

  it("is asked again later where the settings say so", async () => {
    const files = { "/etc/dovecot/dovecot.conf": `${small["/etc/dovecot/dovecot.conf"]}quota_full_tempfail = yes\n` };
    const { mail: send } = await open({ files });
    expect(await send(["alice@meadow.example"], mail(200_000))).toEqual([
      "452 4.2.2 <alice@meadow.example> Quota exceeded (mailbox for user is full)",
    ]);
  });

  it("is filled before the start, and emptied by removing files", async () => {
    const { mail: send, range, run } = await open({ files: small, mailboxes: [{ user: "alice", fillBytes: 103_000 }] });
    expect((await send(["alice@meadow.example"], mail(100)))[0]).toMatch(/^552 /);
    const { files } = range.machine("mailbox");
    for (const name of files.list("/srv/vmail/alice/Maildir/cur")) files.remove(`/srv/vmail/alice/Maildir/cur/${name}`);
    expect((await send(["alice@meadow.example"], mail(100)))[0]).toMatch(/^250 /);
    expect((await run("doveadm mailbox status -u alice 'messages recent' INBOX")).stdout).toBe("INBOX messages=1 recent=1\n");
  });

  it("counts no quota without the plugin", async () => {
    const files = { "/etc/dovecot/dovecot.conf": `${small["/etc/dovecot/dovecot.conf"]}`.replace("mail_plugins = quota\n", "") };
    const { mail: send } = await open({ files });
    expect((await send(["alice@meadow.example"], mail(200_000)))[0]).toMatch(/^250 /);
  });
});

describe("what goes wrong", () => {
  const LATER = "Internal error occurred. Refer to server log for more information. [2026-11-24 04:00:00]";

  it("a directory that is not the mail user's", async () => {
    const { mail, range, log } = await open();
    await mail(["alice@meadow.example"], "\nx");
    const { files } = range.machine("mailbox");
    files.chown("/srv/vmail/alice", "root", "root");
    expect(await mail(["alice@meadow.example"], "Message-ID: <a@b>\n\nx")).toEqual([`451 4.2.0 <alice@meadow.example> ${LATER}`]);
    const denied =
      "stat(/srv/vmail/alice/Maildir/tmp) failed: Permission denied (euid=5000(vmail) egid=5000(vmail) missing +x perm: /srv/vmail/alice, dir owned by 0:0 mode=0700)";
    const [error = "", info = ""] = log().slice(-3);
    expect(error).toMatch(/^lmtp\(alice\)<\d+><\S+>: Error: lmtp-server: conn unix:pid=\d+,uid=100 \[2\]: rcpt alice@meadow\.example: /);
    expect(error.endsWith(denied)).toBe(true);
    expect(info.endsWith(`: Info: msgid=<a@b>: save failed to open mailbox INBOX: ${denied}`)).toBe(true);
    files.chown("/srv/vmail", "root", "root");
    expect(await mail(["bob@meadow.example"], "\nx")).toEqual([`451 4.2.0 <bob@meadow.example> ${LATER}`]);
    expect(log().at(-5)).toContain(
      "mkdir(/srv/vmail/bob/Maildir) failed: Permission denied (euid=5000(vmail) egid=5000(vmail) missing +w perm: /srv/vmail, dir owned by 0:0 mode=0755)",
    );
    expect(log().at(-3)).toContain(`Mailbox INBOX: Failed to autocreate mailbox: ${LATER}`);
  });

  it("a full disk", async () => {
    const { mail, range, log } = await open();
    await mail(["alice@meadow.example"], "\nx");
    range.machine("mailbox").files.limitDisk("/srv/vmail", 100);
    expect(await mail(["alice@meadow.example"], "Message-ID: <a@b>\n\nx")).toEqual([`451 4.2.0 <alice@meadow.example> ${LATER}`]);
    expect(log().at(-2)).toMatch(
      /save failed to INBOX: Mailbox INBOX: Saving mail: write\(\/srv\/vmail\/alice\/Maildir\/tmp\/\d+\.M\d+P\d+\.mailbox\.meadow\.example\) failed: No space left on device$/,
    );
  });

  it("a users file with mistakes, or none", async () => {
    const { mail, lmtp, range, log } = await open({ files: { "/etc/dovecot/users": "alice\nbob:{PLAIN}x:100:5000::/srv/vmail/bob::\n" } });
    const rcpt = ["LHLO x", "MAIL FROM:<a@b>", "RCPT TO:<alice@meadow.example>"];
    expect((await lmtp(rcpt)).at(-1)).toBe("550 5.1.1 <alice@meadow.example> User doesn't exist: alice@meadow.example");
    expect(log().at(-2)).toBe("auth: Error: passwd-file /etc/dovecot/users:User alice is missing userdb info");
    expect(await mail(["bob@meadow.example"], "\nx")).toEqual(["451 4.3.0 <bob@meadow.example> Temporary internal error"]);
    expect(log().at(-2)).toContain(
      "rcpt bob@meadow.example: Failed to initialize user: Mail access for users with UID 100 not permitted (see first_valid_uid in config file, uid from userdb lookup).",
    );
    range.machine("mailbox").files.remove("/etc/dovecot/users");
    expect((await lmtp(rcpt)).at(-1)).toMatch(/^550 5\.1\.1/);
    const gone = "auth: Error: passwd-file /etc/dovecot/users:open(/etc/dovecot/users) failed: No such file or directory";
    expect(log().slice(-3, -1)).toEqual([gone, gone]);
    expect((await lmtp(rcpt)).at(-1)).toBe("451 4.3.0 <alice@meadow.example> Temporary internal error");
  });

  it("a quota rule, a plugin, a driver that does not exist", async () => {
    const { mail, lmtp, range, log } = await open();
    const { files, services } = range.machine("mailbox");
    const reload = (text: string): void => {
      files.write("/etc/dovecot/dovecot.conf", text);
      services.reload("dovecot");
    };
    reload(dovecotConf.replace("*:storage=50M", "junk"));
    expect(await mail(["bob@meadow.example"], "\nx")).toEqual(["451 4.3.0 <bob@meadow.example> Temporary internal error"]);
    expect(log().at(-2)).toMatch(
      /^lmtp\(\d+\): Error: .* rcpt bob@meadow\.example: Failed to initialize user: Failed to initialize quota: Invalid quota root quota: Invalid rule junk: Invalid rule$/,
    );
    reload(dovecotConf.replaceAll("passwd-file", "passwdfile"));
    expect((await lmtp(["LHLO x", "MAIL FROM:<a@b>", "RCPT TO:<bob@meadow.example>"])).at(-1)).toBe(
      "451 4.3.0 <bob@meadow.example> Temporary internal error",
    );
    expect(log().slice(-5, -3)).toEqual([
      "auth: Fatal: Unknown passdb driver 'passwdfile'",
      "master: Error: service(auth): command startup failed, throttling for 2.000 secs",
    ]);
    reload(dovecotConf.replace("mail_plugins = quota", "mail_plugins = nosuch"));
    const socket = range.machine("mailbox").net.connectUnix("/var/spool/postfix/private/dovecot-lmtp");
    let heard = "";
    socket.on("data", (chunk: Buffer) => {
      heard += chunk.toString();
    });
    await range.clock.advance(10);
    expect(heard).toBe("");
    expect(log().at(-1)).toMatch(/^lmtp\(\d+\): Fatal: Plugin 'nosuch' not found from directory \/usr\/lib\/dovecot\/modules$/);
  });
});
