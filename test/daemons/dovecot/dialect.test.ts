import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dovecotDialect } from "../../../src/daemons/dovecot/dialect.ts";
import type { Event } from "../../../src/world/event.ts";

const context = { year: 2026, host: "mailbox" };

function linesOf(name: string): readonly string[] {
  return readFileSync(new URL(`../../fixtures/logs/${name}`, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "");
}

function read(line: string): Event | undefined {
  return dovecotDialect.reader(context).read(line);
}

describe("dovecot.log", () => {
  it.each(["dovecot.log", "dovecot-faults.log"])("is written again, byte for byte: %s", (name) => {
    const lines = linesOf(name);
    expect(lines.length).toBeGreaterThan(5);
    const reader = dovecotDialect.reader(context);
    const events = lines.map((line) => reader.read(line));
    expect(events.map((event) => (event === undefined ? "not read" : dovecotDialect.format(event)))).toEqual(lines);
    expect(events.map((event) => (event === undefined ? event : read(dovecotDialect.format(event))))).toEqual(events);
  });

  it.each<[string, object]>([
    [
      "Nov 24 02:25:41 lmtp(alice@corp.test)<5823><GPP8H6X1BGu/FgAARBFpvw>: Info: msgid=<2.5@lab>: save failed to INBOX: Quota exceeded (mailbox for user is full)",
      { event: "saved", user: "alice@corp.test", pid: 5823, messageId: "<2.5@lab>", failure: "Quota exceeded (mailbox for user is full)" },
    ],
    [
      "Nov 24 04:06:57 lmtp(alice)<154><uKinBmENBWuaAAAA9FPlag:T2>: Info: msgid=unspecified: saved mail to INBOX",
      { event: "saved", messageId: "unspecified", session: "uKinBmENBWuaAAAA9FPlag:T2" },
    ],
    [
      "Nov 24 04:19:19 lmtp(alice)<895><kHF6>: Info: msgid=<m@x>: save failed to open mailbox INBOX: stat(/x) failed: Permission denied",
      { event: "saved", unopened: true, folder: "INBOX", failure: "stat(/x) failed: Permission denied" },
    ],
    [
      "Nov 24 04:06:57 lmtp(154): Info: Disconnect from local: Logged out (state=READY)",
      { event: "disconnected", reason: "Logged out (state=READY)" },
    ],
    [
      "Nov 24 04:22:53 lmtp(1842): Info: Connect from 127.0.0.1",
      { event: "connected", client: { name: "127.0.0.1", address: "127.0.0.1" } },
    ],
    ["Nov 24 04:20:39 master: Warning: SIGHUP received - reloading configuration", { event: "lifecycle", phase: "reloading" }],
    ["Nov 24 04:20:40 master: Warning: Killed with signal 15 (by pid=1376 uid=0 code=kill)", { event: "lifecycle", phase: "stopping" }],
    [
      "Nov 24 04:08:46 auth: Error: passwd-file /x:open(/x) failed: No such file or directory",
      { event: "remark", level: "error", process: "auth" },
    ],
    ["Nov 24 04:08:46 auth: Debug: client in", { event: "remark", level: "info", text: "Debug: client in" }],
  ])("tells what happened: %s", (line, expected) => {
    const event = read(line);
    expect(event).toMatchObject(expected);
    expect(event === undefined ? undefined : dovecotDialect.format(event)).toBe(line);
  });

  it("leaves other programs' lines alone", () => {
    expect(read("Nov 24 02:29:12 mail postfix/qmgr[11]: 95EF91CA125: removed")).toBeUndefined();
    expect(read("Nox 24 02:29:12 master: Info: x")).toBeUndefined();
  });

  it("is ready when it says so", () => {
    expect(dovecotDialect.ready.test(linesOf("dovecot.log")[0] ?? "")).toBe(true);
  });
});
