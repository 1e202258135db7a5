import { describe, expect, it } from "vitest";
import type { Printed } from "../../src/session/learner-terminals.ts";
import { pinOf } from "../../src/session/pins.ts";
import type { LogLine } from "../../src/world/event.ts";

const line: LogLine = {
  host: "mx2",
  daemon: "postfix",
  path: "/var/log/mail.log",
  text: "Nov 30 08:12:00 mx2 postfix/smtpd[5]: lost connection after EHLO from mail.brook.example[203.0.113.10]",
  atMs: 0,
};

const printed = (output: string, command: string, more: Partial<Printed> = {}): Printed => ({
  host: "mx2",
  command,
  cwd: "~",
  typed: [],
  output,
  ...more,
});
const kinds = (of: Printed): string[] => pinOf(of, [line]).proofs.map(({ kind }) => kind);

describe("what is pinned of a command's output", () => {
  const grep = "grep lost /var/log/mail.log";

  it("knows log lines of the host it was seen on", () => {
    expect(kinds(printed(`${line.text}\r\n`, grep))).toEqual(["line", "answer"]);
    expect(kinds(printed(`${line.text}\r\n`, grep, { host: "mx1" }))).toEqual(["answer"]);
  });

  it("takes no line for a log line that was not logged", () => {
    expect(kinds(printed(line.text.replace("EHLO", "DATA"), grep))).toEqual(["answer"]);
  });

  it("hears a server's reply", () => {
    expect(kinds(printed("220 mx2.meadow.example ESMTP", "telnet mx2 25"))).toEqual(["answer", "reply"]);
    expect(kinds(printed("<** 550 5.1.1 User unknown", "swaks --to x@y"))).toEqual(["answer", "reply"]);
    expect(kinds(printed("10 mx2.meadow.example.", "dig +short mx meadow.example"))).toEqual(["answer"]);
  });

  it("does not take the learner's side of a dialogue for the server's", () => {
    const typed = ["550 5.7.1 Relay access denied"];
    const dialogue = printed("550 5.7.1 Relay access denied\n220 mx2 ESMTP", "telnet mx2 25", { typed });
    expect(pinOf(dialogue, []).proofs.every(({ text }) => !text.includes("550"))).toBe(true);
    expect(pinOf({ ...dialogue, output: "550 5.7.1 Relay access denied" }, []).proofs).toEqual([]);
  });
});

describe("who speaks", () => {
  const mx = "10 mx2.meadow.example.\n20 mx1.meadow.example.";

  it.each([
    "dig mx meadow.example",
    "dig +short mx meadow.example @198.51.100.8 | sort -n",
    "cd /var/log && grep mx2 mail.log",
    "sudo -u postfix timeout 5 dig mx meadow.example",
    "LANG=C host -t mx meadow.example 2>/dev/null",
    "cat /etc/bind/db.meadow.example | grep MX",
    "grep -h mx /etc/bind/db.* 2> /dev/null",
    "/usr/sbin/postqueue -p",
    "for i in 1 2; do dig mx meadow.example; done",
    "tail -n 5 /var/log/mail.log; mailq",
    "grep 'a;b|c && echo x' /var/log/mail.log",
  ])("somebody else: %s", (command) => {
    expect(pinOf(printed(mx, command), [])).toMatchObject({ proofs: [{ kind: "answer" }] });
  });

  it.each([
    "echo '10 mx2.meadow.example.'",
    "printf '%s mx2.meadow.example.' 10",
    "dig mx meadow.example >/dev/null; echo 10 mx2.meadow.example.",
    "cat <<< '10 mx2.meadow.example.'",
    "cat <<E\n10 mx2.meadow.example.\nE",
    "cat",
    "grep .",
    "cat /tmp/answer",
    "cat answer",
    "tail ~/notes",
    "cat /etc/hosts /root/mine",
    "dig mx $(cat answer)",
    "dig mx meadow.example | xargs echo",
    "dig mx meadow.example | python3 -c 'print(10)'",
    "bash -c 'echo 10'",
    "./dig-like",
    "true && echo x",
    "(echo 10)",
    "timeout 5 echo 10",
    "",
  ])("the learner, or nobody knows who: %j", (command) => {
    const pinned = pinOf(printed(mx, command), []);
    expect(pinned.proofs).toEqual([]);
    expect(pinned.doubt).toMatch(/\w/);
  });

  it("not a filter that was told what to write", () => {
    const forged = printed("10 mx2.meadow.example.", "dig mx meadow.example | sed 's/.*/10 mx2.meadow.example./'");
    expect(pinOf(forged, []).proofs).toEqual([]);
  });
});
