import { describe, expect, it } from "vitest";
import { createPlainLines } from "../../src/session/plain-lines.ts";
import { createScreenModes } from "../../src/session/screen-modes.ts";

describe("a terminal's output as plain lines", () => {
  it.each([
    ["text", "one\r\ntwo\r\n", "one\ntwo\n", ""],
    ["colours and titles", "\x1b]0;title\x07\x1b[01;32mgreen\x1b[0m\r\n", "green\n", ""],
    ["a prompt drawn afresh for each key", "\r\x1b[J# \r\x1b[2C\r\x1b[J# ls\r\x1b[4C\r\n", "# ls\n", ""],
    ["bracketed paste", "\x1b[?2004hroot@mx1:~# ", "", "root@mx1:~# "],
    ["a character rubbed out", "lx\b \bs\r\n", "ls\n", ""],
    ["a line written over", "100%\rdone\x1b[K\r\n", "done\n", ""],
    ["tabs", "a\tb\r\n", "a       b\n", ""],
  ])("%s", (_, output, complete, current) => {
    const whole = createPlainLines();
    expect([whole.hear(output), whole.current()]).toEqual([complete, current]);
    // The wire may cut anywhere.
    const bytewise = createPlainLines();
    expect([[...output].map((character) => bytewise.hear(character)).join(""), bytewise.current()]).toEqual([complete, current]);
  });
});

describe("what programs turned on in the terminal", () => {
  it.each([
    ["nothing", "plain \x1b[31mred\x1b[0m", ""],
    ["an editor that was left", "\x1b[?1049h\x1b[?25lfile\x1b[?25h\x1b[?1049l", ""],
    ["an editor that stands", "\x1b[?1049h\x1b[?25lfile", "\x1b[?1049l\x1b[?25h"],
    ["several at once, and a colour", "\x1b[?1000;1006h\x1b[31m", "\x1b[?1000l\x1b[?1006l\x1b[0m"],
  ])("is undone: %s", (_, output, undo) => {
    const modes = createScreenModes();
    for (const character of output) modes.hear(character);
    expect(modes.undo()).toBe(undo);
  });
});
