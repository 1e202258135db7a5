import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LiveRange } from "../../../../src/engines/embedded/live-range.ts";
import { serve } from "./scripted-server.ts";
import { smallRange } from "./small-range.ts";

const log = "/var/log/mail.log";
const files = { [log]: Array.from({ length: 40 }, (_, row) => `line ${row}\n`).join(""), "/etc/postfix/main.cf": "a = 1\nb = 2\n" };

/** Types at a terminal and sees what it writes, without escape sequences and carriage returns. */
class Desk {
  readonly range: LiveRange;
  readonly terminal: ReturnType<ReturnType<LiveRange["shell"]>["terminal"]>;
  #raw = "";

  constructor() {
    this.range = smallRange({ files });
    this.terminal = this.range.shell("desk").terminal({ columns: 70, rows: 10 });
    this.terminal.onOutput((output) => {
      this.#raw += output;
    });
  }

  /** @returns what came since the last time */
  async type(input: string, waitMs = 100): Promise<string> {
    this.terminal.write(input);
    await this.range.clock.advance(waitMs);
    return this.take();
  }

  take(): string {
    const text = this.#raw;
    this.#raw = "";
    return text.replace(/\x1b\[[?0-9;]*[a-zA-Z]/g, "").replaceAll("\r", "");
  }
}

const prompt = "root@desk:~# ";

describe("at the prompt", () => {
  test.each([
    ["a line", "echo hi\r", "hi\n"],
    ["editing in the middle", "echo ac\x1b[Db\x05d\r", "abcd\n"],
    ["killing and yanking", "one two\x17\x15echo \x19\r", "one\n"],
    ["history", "echo 1\recho 2\r\x1b[A\x1b[A\r", "1\n"],
    ["history by !!", "echo a\recho !! b\r", "echo a b\n"],
    ["history searched backwards", "echo needle\recho x\r\x12need\r", "needle\n"],
    ["no such event", "!nosuch\r", "bash: !nosuch: event not found\n"],
    ["Tab for a command", "hostn\t\r", "desk.meadow.example\n"],
    ["Tab for a path", "cat /etc/postf\tma\t\r", "a = 1\nb = 2\n"],
    ["more lines", "for i in 1 2; do\recho $i; done\r", "1\n2\n"],
    ["a here-document", "cat <<E\rone\rE\r", "one\n"],
    ["a backslash at the end", "echo a\\\rb\r", "ab\n"],
    ["a paste of two lines", "\x1b[200~echo 1\necho 2\n\x1b[201~", "2\n"],
    ["Ctrl-C leaves the line", "nosuch\x03echo ok\r", "ok\n"],
    ["the exit code is carried", "false\recho $?\r", "1\n"],
  ])("%s", async (_, keys, expected) => {
    const desk = new Desk();
    const seen = await desk.type(keys);
    const lastPrompt = seen.lastIndexOf(prompt);
    expect(seen.slice(0, lastPrompt)).toMatch(new RegExp(`\\n${expected.replace(/[$!:.]/g, "\\$&")}$`));
    expect(seen.slice(lastPrompt)).toBe(prompt);
  });

  test("the prompt shows where one is", async () => {
    const desk = new Desk();
    expect(await desk.type("cd /etc/postfix\r")).toContain("root@desk:/etc/postfix# ");
  });

  test.each(["exit\r", "\x04", "echo a; exit\r"])("%j ends the session", async (keys) => {
    const desk = new Desk();
    await desk.type(keys);
    await expect(desk.terminal.closed).resolves.toBeUndefined();
  });

  test("closing it ends what runs on it", async () => {
    const desk = new Desk();
    await desk.type("tail -f /var/log/mail.log\r");
    desk.terminal.close();
    await expect(desk.terminal.closed).resolves.toBeUndefined();
  });
});

describe("following", () => {
  test("tail -f shows new lines until Ctrl-C", async () => {
    const desk = new Desk();
    expect(await desk.type(`tail -n1 -f ${log}\r`)).toContain("line 39\n");
    desk.range.machine("desk").log("postfix", log, "new one");
    expect(await desk.type("")).toBe("new one\n");
    expect(await desk.type("\x03")).toBe(`^C\n${prompt}`);
    desk.range.machine("desk").log("postfix", log, "unseen");
    expect(await desk.type("")).toBe("");
  });

  test("and goes through a pipeline", async () => {
    const desk = new Desk();
    await desk.type(`tail -n0 -f ${log} | grep status= | cut -d= -f2\r`);
    desk.range.machine("desk").log("postfix", log, "status=sent");
    desk.range.machine("desk").log("postfix", log, "other");
    expect(await desk.type("")).toBe("sent\n");
    expect(await desk.type("\x03")).toContain(prompt);
  });

  test("watch repeats on the range's clock", async () => {
    const desk = new Desk();
    const seen = await desk.type("watch -n 5 date +%T\r", 11_000);
    expect(seen.match(/04:00:\d\d\n?/g)?.length).toBeGreaterThanOrEqual(3);
    expect(await desk.type("\x03")).toContain(prompt);
  });
});

describe("talking to servers", () => {
  test("telnet, by hand", async () => {
    const desk = new Desk();
    const heard = serve(desk.range.machine("mx1"));
    expect(await desk.type("telnet mx1 25\r")).toMatch(
      /Trying 203\.0\.113\.19\.\.\.\nConnected to mx1\.\nEscape character is '\^\]'\.\n220 mx1\.meadow\.example ESMTP Postfix\n$/,
    );
    expect(await desk.type("EHLO dex\x7fsk\r")).toContain("250 8BITMIME\n");
    expect(heard).toEqual(["EHLO desk"]);
    expect(await desk.type("QUIT\r")).toMatch(/221 2\.0\.0 Bye\nConnection closed by foreign host\.\n/);
  });

  test("telnet's own prompt", async () => {
    const desk = new Desk();
    serve(desk.range.machine("mx1"));
    await desk.type("telnet mx1 25\r");
    expect(await desk.type("\x1d")).toBe("^]\ntelnet> ");
    expect(await desk.type("quit\r")).toBe(`quit\nConnection closed.\n${prompt}`);
  });

  test("swaks shows its transcript as it goes", async () => {
    const desk = new Desk();
    serve(desk.range.machine("mx1"), [[/^EHLO/, ""]]);
    expect(await desk.type("swaks --to a@b --server mx1\r")).toMatch(/ -> EHLO desk\.meadow\.example\n$/);
    expect(await desk.type("\x03")).toBe(`^C\n${prompt}`);
  });
});

describe("full-screen programs", () => {
  test("less pages, searches and ends", async () => {
    const desk = new Desk();
    expect(await desk.type(`less ${log}\r`)).toContain("line 8");
    const second = await desk.type(" ");
    expect(second).toContain("line 9");
    expect(second).not.toContain("line 8");
    expect(await desk.type("/39\r")).toContain("line 39");
    expect(await desk.type("q")).toBe(prompt);
  });

  test.each([
    ["vi", "ddp:wq\r", "b = 2\na = 1\n"],
    ["vi", "Goc = 3\x1b:x\r", "a = 1\nb = 2\nc = 3\n"],
    ["vi", "cwname\x1bu:wq\r", "a = 1\nb = 2\n"],
    ["vi", ":%s/\\(.\\) =/\\1\\1 =/\r:w\r:q\r", "aa = 1\nbb = 2\n"],
    ["vi", "A0\x1bj.xrX:q!\r", "a = 1\nb = 2\n"],
    ["vi", "yyP2xZZ", " 1\na = 1\nb = 2\n".replace(" 1", "= 1")],
    ["vi", "/b\rD:wq\r", "a = 1\n\n"],
    ["vi", ":2\rO# two\x1b:1d\r:wq\r", "# two\nb = 2\n"],
    ["nano", "x\x0f\r\x18", "xa = 1\nb = 2\n"],
    ["nano", "\x0b\x1b[B\x15\x18y\r", "b = 2\na = 1\n"],
    ["nano", "\x17b\rz\x18y\r", "a = 1\nzb = 2\n"],
    ["nano", "x\x18n", "a = 1\nb = 2\n"],
  ])("%s %j", async (editor, keys, expected) => {
    const desk = new Desk();
    await desk.type(`${editor} /etc/postfix/main.cf\r`);
    const last = await desk.type(keys);
    expect(last.endsWith(prompt)).toBe(true);
    expect(desk.range.machine("desk").files.read("/etc/postfix/main.cf")).toBe(expected);
  });

  test("vi does not leave with unsaved changes", async () => {
    const desk = new Desk();
    await desk.type("vi /etc/postfix/main.cf\r");
    expect(await desk.type("x:q\r")).toContain("E37: No write since last change (add ! to override)");
  });

  test("an editor resized paints for the new size", async () => {
    const desk = new Desk();
    await desk.type("vi /etc/postfix/main.cf\r");
    desk.terminal.resize({ columns: 40, rows: 5 });
    expect((await desk.type("l")).match(/~/g)?.length).toBe(2);
  });
});

test("no keys crash or hang it", async () => {
  const pieces = [
    "ls\r",
    "vi /tmp/x\r",
    "\x1b",
    ":",
    "q!\r",
    "less /etc/hosts\r",
    "\x1b[A",
    "\x1b[",
    "\x03",
    "\x04",
    "\t",
    "nano\r",
    "\x18",
    "\x12",
    "i",
    "dd",
    "\x1b[200~",
    "cat\r",
    "\x7f",
  ];
  const keys = fc.array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 3 })), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(keys, async (typed) => {
      const desk = new Desk();
      for (const each of typed) await desk.type(each, 1);
      desk.terminal.close();
      await desk.terminal.closed;
    }),
    { numRuns: 40, seed: 2 },
  );
});
