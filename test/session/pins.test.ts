import { describe, expect, it } from "vitest";
import { pinsOf } from "../../src/session/pins.ts";
import type { LogLine } from "../../src/world/event.ts";

const line: LogLine = {
  host: "mx2",
  daemon: "postfix",
  path: "/var/log/mail.log",
  text: "Nov 30 08:12:00 mx2 postfix/smtpd[5]: lost connection after EHLO from mail.brook.example[203.0.113.10]",
  atMs: 0,
};

describe("what is pinned of a command's output", () => {
  it("knows log lines of the host it was seen on", () => {
    const kinds = (on: string) => pinsOf(`${line.text}\r\n`, on, [line]).map(({ kind }) => kind);
    expect(kinds("mx2")).toEqual(["line", "answer"]);
    expect(kinds("mx1")).toEqual(["answer"]);
  });

  it("takes no line for a log line that was not logged", () => {
    expect(pinsOf(line.text.replace("EHLO", "DATA"), "mx2", [line]).map(({ kind }) => kind)).toEqual(["answer"]);
  });

  it("hears a server's reply", () => {
    expect(pinsOf("220 mx2.meadow.example ESMTP", "desk", []).map(({ kind }) => kind)).toEqual(["answer", "reply"]);
    expect(pinsOf("<** 550 5.1.1 User unknown", "desk", []).map(({ kind }) => kind)).toEqual(["answer", "reply"]);
    expect(pinsOf("10 mx2.meadow.example.", "desk", []).map(({ kind }) => kind)).toEqual(["answer"]);
  });
});
