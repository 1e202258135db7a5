import { describe, expect, test } from "vitest";
import { compare } from "./compare.ts";
import type { Outcome } from "./recording.ts";

const logged = (...lines: readonly string[]): Outcome => ({
  steps: [],
  logs: { mx1: { "/var/log/mail.log": lines.map((line) => `${line}\n`) } },
});
const said = (...receive: readonly string[]): Outcome => ({ steps: [{ receive }], logs: {} });
const printed = (...stdout: readonly string[]): Outcome => ({
  steps: [{ run: "x", stdout: stdout.map((line) => `${line}\n`), exit: 0 }],
  logs: {},
});
const accepted = (stamp: string, pid: number, id: string): string => `${stamp} mx1 postfix/cleanup[${pid}]: ${id}: message-id=<a@b>`;

describe("what is incidental is not compared", () => {
  test.each([
    [
      "stamp, process id and queue id",
      logged(accepted("Nov 24 04:08:01", 294, "C4EEE18A1F3")),
      logged(accepted("Dec  1 14:52:58", 7, "0CD4510003B")),
    ],
    ["the id in a reply", said("250 2.0.0 Ok: queued as 4055618A016\r\n"), said("250 2.0.0 Ok: queued as 0CD4510003B\r\n")],
    [
      "which of two processes came first",
      logged("x y postfix/smtp[1]: one", "x y postfix/smtp[2]: two"),
      logged("x y postfix/smtp[2]: two", "x y postfix/smtp[1]: one"),
    ],
    [
      "the order of records",
      printed("a.example.\t60\tIN\tMX\t10 b.", "a.example.\t60\tIN\tMX\t10 c."),
      printed("a.example.\t59\tIN\tMX\t10 c.", "a.example.\t60\tIN\tMX\t10 b."),
    ],
  ])("%s", (_, left, right) => {
    expect(compare(left, right)).toEqual([]);
  });
});

describe("what is not incidental is", () => {
  const mail = (first: string, second: string): Outcome =>
    logged(
      `x mx1 postfix/smtpd[1]: ${first}: client=a[1.2.3.4]`,
      `x mx1 postfix/smtp[3]: ${second}: to=<a@b>, status=sent (250 Ok: queued as ${first})`,
    );
  test.each([
    ["two ids that were one", mail("C4EEE18A1F3", "C4EEE18A1F3"), mail("C4EEE18A1F3", "0CD4510003B")],
    ["a number that looks like an id", said("250-SIZE 1024000000\r\n"), said("250-SIZE 2048000000\r\n")],
    ["the size of a message", logged("x y postfix/qmgr[1]: C4EEE18A1F3: size=300"), logged("x y postfix/qmgr[1]: C4EEE18A1F3: size=303")],
    [
      "the order inside a session",
      logged("x y postfix/smtpd[1]: connect from a", "x y postfix/smtpd[1]: b"),
      logged("x y postfix/smtpd[1]: b", "x y postfix/smtpd[1]: connect from a"),
    ],
    ["a code", said("454 4.7.1 Relay access denied\r\n"), said("554 5.7.1 Relay access denied\r\n")],
    [
      "an end of the connection",
      { steps: [{ receive: [], closed: true }], logs: {} },
      { steps: [{ receive: [], closed: false }], logs: {} },
    ],
    ["an exit code", { steps: [{ run: "x", exit: 0 }], logs: {} }, { steps: [{ run: "x", exit: 1 }], logs: {} }],
    ["a line too many", logged("x y postfix/smtp[1]: one"), logged("x y postfix/smtp[1]: one", "x y postfix/smtp[1]: one")],
    ["a set that has another record", printed("a.example.\t60\tIN\tMX\t10 b."), printed("a.example.\t60\tIN\tMX\t20 b.")],
  ] satisfies readonly (readonly [string, Outcome, Outcome])[])("%s", (_, left, right) => {
    expect(compare(left, right)).not.toEqual([]);
  });
});
