import { describe, expect, test } from "vitest";
import type { Console } from "../../../../src/engines/embedded/shell/command.ts";
import { serve } from "./scripted-server.ts";
import { smallRange } from "./small-range.ts";

/** A terminal without keys, as plain play has: answers are lines given beforehand. */
function lineConsole(answers: readonly string[]): { readonly console: Console; text(): string } {
  let output = "";
  const waiting = [...answers];
  return {
    console: {
      columns: 80,
      rows: 6,
      canBeRaw: false,
      write: (text) => {
        output += text;
      },
      read: async () => waiting.shift(),
      setRaw: () => {},
    },
    text: () => output,
  };
}

async function play(
  line: string,
  answers: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<{ text: string; read(path: string): string | undefined }> {
  const range = smallRange({ files });
  serve(range.machine("mx1"));
  const { console, text } = lineConsole(answers);
  const result = await range.clock.runUntil(range.shell("desk").run(line, { console }));
  return { text: text() + result.stdout + result.stderr, read: (path) => range.machine("desk").files.read(path) };
}

const hosts = "1\n2\n3\n4\n5\n6\n7\n8\n";

describe("without keys", () => {
  test("less turns pages with Enter and ends with q", async () => {
    expect((await play("less /tmp/x", ["\n", "q\n"], { "/tmp/x": `${hosts}9\n10\n11\n12\n` })).text).toBe(
      "1\n2\n3\n4\n5\n--More-- (7 lines; Enter: next page, q: end) 6\n7\n8\n9\n10\n--More-- (2 lines; Enter: next page, q: end) ",
    );
  });

  test.each([
    [["2 two\n", "w\n", "q\n"], "1\ntwo\n3\n"],
    [["i 1 zero\n", "a four\n", "x\n"], "zero\n1\n2\n3\nfour\n"],
    [["d 1-2\n", "w\n", "q\n"], "3\n"],
    [["s 2 zwei\n", "wq\n"], "1\nzwei\n3\n"],
    [["d 1\n", "q\n", "q!\n"], "1\n2\n3\n"],
    [["nonsense\n", "d 9\n", "i 9 x\n", "q\n"], "1\n2\n3\n"],
    [[], "1\n2\n3\n"],
  ])("edit %j", async (answers, expected) => {
    expect((await play("edit /tmp/x", answers, { "/tmp/x": "1\n2\n3\n" })).read("/tmp/x")).toBe(expected);
  });

  test("the editor explains itself", async () => {
    expect((await play("vi /tmp/x", ["q\n"], { "/tmp/x": "1\n" })).text).toContain("N text     line N becomes text");
  });

  test("telnet takes lines, and ^] as text", async () => {
    const { text } = await play("telnet mx1 25", ["EHLO x\n", "^]\n", "quit\n"]);
    expect(text).toContain("220 mx1.meadow.example ESMTP Postfix\n");
    expect(text).toContain("telnet> ");
    expect(text).toMatch(/Connection closed\.\n$/);
  });

  test("swaks asks for what it lacks", async () => {
    const { text } = await play("swaks --server mx1 -q RCPT", ["c@d\n"]);
    expect(text).toMatch(/^To: === Trying mx1:25\.\.\.\n/);
    expect(text).toContain(" -> RCPT TO:<c@d>\n");
  });

  test("a pipeline and a redirection are what they are elsewhere", async () => {
    expect((await play("echo a | cat", [])).text).toBe("a\n");
    expect((await play("date > /tmp/x; cat /tmp/x", [])).text).toBe("Tue Nov 24 04:00:00 UTC 2026\n");
  });
});
