import { describe, expect, it } from "vitest";
import { readPasswdFile, writePasswdFile } from "../../../src/daemons/dovecot/passwd-file.ts";
import { fitsQuota, QuotaError, quotaRoots } from "../../../src/daemons/dovecot/quota.ts";
import { mailboxGuid, sessionId } from "../../../src/daemons/dovecot/session-id.ts";
import { expandVariables } from "../../../src/daemons/dovecot/variables.ts";

const plugin = { quota: "count:User quota", quota_vsizes: "yes" };

describe("quota", () => {
  it.each<[string, number, number]>([
    ["*:storage=50M", 50 * 1024 ** 2, 0],
    ["*:storage=100", 100 * 1024, 0],
    ["*:bytes=1000", 1000, 0],
    ["*:storage=1G:messages=10", 1024 ** 3, 10],
    ["Trash:storage=+100M", 0, 0],
    ["*:ignore", 0, 0],
    ["*:", 0, 0],
  ])("reads the rule %s", (rule, storageLimitBytes, messageLimit) => {
    expect(quotaRoots({ ...plugin, quota_rule: rule })).toMatchObject([{ name: "User quota", storageLimitBytes, messageLimit }]);
  });

  it.each<[Record<string, string>, string]>([
    [{ ...plugin, quota_rule: "junk" }, "Invalid quota root quota: Invalid rule junk: Invalid rule"],
    [{ ...plugin, quota_rule: "*:storage=x" }, "Invalid quota root quota: Invalid rule *:storage=x: Invalid storage limit: x"],
    [{ ...plugin, quota_rule: "*:foo=1" }, "Invalid quota root quota: Invalid rule *:foo=1: Unknown rule limit name: foo"],
    [{ quota: "nosuch:x" }, "Invalid quota root quota: Unknown quota backend: nosuch"],
    [{ quota: "count:User quota" }, "Quota root User quota: count quota init failed: quota count backend requires quota_vsizes=yes"],
  ])("complains in Dovecot's words about %o", (settings, words) => {
    expect(() => quotaRoots(settings)).toThrow(new QuotaError(words));
  });

  // Measured on the real one with a limit of 100k: 112640 is 110 %.
  it.each<[number, number, boolean]>([
    [0, 102_400, true],
    [101_318, 9314, true],
    [101_314, 12_310, false],
    [101_314, 2310, true],
    [103_624, 1, false],
    [102_400, 10_240, true],
    [102_400, 10_241, false],
    [0, 200_000, false],
  ])("holds %i bytes and is sent %i: fits %s", (bytes, size, fits) => {
    expect(fitsQuota(quotaRoots({ ...plugin, quota_rule: "*:storage=100k" }), { bytes, messages: 1 }, size)).toBe(fits);
  });

  it("counts messages, and lets everything pass without a limit", () => {
    const ten = quotaRoots({ ...plugin, quota_rule: "*:messages=10" });
    expect(fitsQuota(ten, { bytes: 0, messages: 9 }, 1)).toBe(true);
    expect(fitsQuota(ten, { bytes: 0, messages: 10 }, 1)).toBe(false);
    expect(fitsQuota(quotaRoots({ ...plugin, quota_grace: "0%%", quota_rule: "*:storage=1k" }), { bytes: 1000, messages: 1 }, 25)).toBe(
      false,
    );
    expect(fitsQuota([], { bytes: 1e12, messages: 1e6 }, 1)).toBe(true);
  });
});

describe("the passwd-file", () => {
  const path = "/etc/dovecot/users";

  it("names what does not fit", () => {
    const text =
      "# users\nalice\nbob:{PLAIN}x:abc:5000::/h::\ncarol:{PLAIN}x:0:0::/h::\ndave:{PLAIN}p:5000:5000::/srv/vmail/dave::userdb_quota_rule=*:storage=1k\n";
    expect(readPasswdFile(path, text)).toEqual({
      entries: [
        { user: "dave", password: "{PLAIN}p", uid: 5000, gid: 5000, home: "/srv/vmail/dave", fields: { quota_rule: "*:storage=1k" } },
      ],
      errors: [
        "passwd-file /etc/dovecot/users:User alice is missing userdb info",
        "Invalid UID value 'abc'",
        "passwd-file /etc/dovecot/users:User bob has invalid UID 'abc'",
        "passwd-file /etc/dovecot/users:User carol has invalid UID '0'",
      ],
    });
  });

  it("reads what it writes", () => {
    const { entries } = readPasswdFile(
      path,
      "a:{PLAIN}p:5000:5000::/h/a::userdb_quota_rule=*:storage=1k userdb_mail=maildir:/x\nb:{PLAIN}q:1:2::::\n",
    );
    expect(readPasswdFile(path, writePasswdFile(entries))).toEqual({ entries, errors: [] });
    expect(entries).toHaveLength(2);
  });
});

describe("identifiers and variables", () => {
  it("are the real ones", () => {
    const stamp = { atMs: 1_795_492_888_495, nanoseconds: 365_434, pid: 181, hostName: "mailbox.meadow.example" };
    expect(sessionId(stamp)).toBe("Oq2GHRgMBWu1AAAA9FPlag");
    expect(mailboxGuid({ ...stamp, atMs: 1_795_492_888_618, nanoseconds: 627_000 })).toBe("b87fdf24180c056bb5000000f453e56a");
  });

  it.each([
    ["%Ln", "Alice@Meadow.example", "alice"],
    ["%u", "alice@m", "alice@m"],
    ["/srv/%d/%n", "alice@m", "/srv/m/alice"],
    ["/x/%{domain}/%U{user}", "alice@m", "/x/m/ALICE@M"],
    ["100%% %z", "a", "100% %z"],
  ])("%s of %s is %s", (text, user, expected) => {
    expect(expandVariables(text, { user })).toBe(expected);
  });
});
