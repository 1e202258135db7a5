import { describe, expect, test } from "vitest";
import { renderDovecot } from "../../src/daemons/dovecot/render.ts";
import { dovecotSettings } from "../../src/daemons/dovecot/settings.ts";
import { compileEffect } from "../../src/daemons/effects.ts";
import { mailboxOverQuota } from "../../src/faults/mailbox-over-quota.ts";
import type { MailboxContent, World } from "../../src/world/world.ts";
import { worldOf } from "./world-of.ts";

const users = { alice: "wheatear", bob: "linnet" };

function worldWith(quota: string | undefined, mailboxes: readonly MailboxContent[] = [], ownRule = ""): World {
  const settings = dovecotSettings.parse({ comment: "Mailboxes.", users, ...(quota === undefined ? {} : { quota }) });
  const rendered = renderDovecot(settings);
  const files = { ...rendered, "/etc/dovecot/users": (rendered["/etc/dovecot/users"] ?? "").replace(/(alice.*)/, `$1${ownRule}`) };
  const host = { key: "mailbox", name: "mailbox.meadow.example", owner: "org", duties: [], interfaces: [], nameservers: [] };
  const state = { daemons: [{ kind: "dovecot", state: "running" }] as const, files, firewall: [], disks: [], mailboxes };
  return worldOf([{ ...host, ...state }]);
}

const break_ = (world: World, given: Readonly<Record<string, string>> = {}): readonly MailboxContent[] => {
  const params = mailboxOverQuota.params.parse({ host: "mailbox", user: "alice", ...given });
  return mailboxOverQuota.effects(params, world).reduce(compileEffect, world).hosts[0]?.mailboxes ?? [];
};
const held = (contents: readonly MailboxContent[]): number =>
  contents.filter(({ user }) => user === "alice").reduce((sum, { fillBytes }) => sum + fillBytes, 0);

describe("mailbox-over-quota", () => {
  test.each([
    ["an empty mailbox", worldWith("2M"), 2],
    ["one that holds something", worldWith("2M", [{ user: "alice", fillBytes: 1_500_000 }]), 2],
    ["beside a full one", worldWith("2M", [{ user: "bob", fillBytes: 3_000_000 }]), 2],
    ["a user with a limit of her own", worldWith("2M", [], "userdb_quota_rule=*:storage=3M"), 3],
  ])("fills %s a little over its limit", (_, world, limitMiB) => {
    const bytes = held(break_(world));
    expect(bytes).toBeGreaterThan(limitMiB * 1024 * 1024);
    expect(bytes).toBeLessThan(limitMiB * 1024 * 1024 * 1.1);
  });

  test("puts the mail into the folder that is named", () => {
    expect(break_(worldWith("2M"), { folder: "Trash" })).toMatchObject([{ user: "alice", folder: "Trash" }]);
    expect(break_(worldWith("2M"))[0]).not.toHaveProperty("folder");
  });

  test("changes nothing where the mailbox is over its limit already", () => {
    const full = [{ user: "alice", fillBytes: 3_000_000 }];
    expect(break_(worldWith("2M", full))).toEqual(full);
  });

  test("says so where there is no limit", () => {
    expect(() => break_(worldWith(undefined))).toThrow(/has no limit that could be passed/);
  });
});
