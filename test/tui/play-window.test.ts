import { execFileSync } from "node:child_process";
import { afterEach, describe, expect, it, vi } from "vitest";
import { key, modesLeft, openWindow, type Window } from "./window.ts";

const windows: Window[] = [];
afterEach(() => {
  for (const window of windows.splice(0)) window.close();
});

function open(args: readonly string[], columns: number, rows: number, env = {}): Window {
  const window = openWindow(args, { columns, rows }, env);
  windows.push(window);
  return window;
}

/** Types a command line and waits for what it prints, and for the prompt after it. */
async function type(window: Window, host: string, line: string, shows: string | RegExp): Promise<void> {
  window.press(`${line}\r`);
  await window.until(shows);
  await window.until(new RegExp(`root@${host}:\\S*# *$`, "m"));
}

/** Takes an item of a list by going down to it. */
async function choose(window: Window, label: RegExp): Promise<void> {
  for (let tries = 0; tries < 15 && !label.test(chosen(window)); tries++) {
    const before = chosen(window);
    window.press(key.down);
    await window.until(new RegExp(`▸ (?!${before.replaceAll(/[^\w ]/g, ".")})`));
  }
  expect(chosen(window)).toMatch(label);
  window.press(key.enter);
}

const chosen = (window: Window): string => /▸ (.*?) *$/m.exec(window.text())?.[1] ?? "";

/** From whatever is in front back to the shell. */
async function back(window: Window): Promise<void> {
  window.press(key.escape);
  await window.until("F1/Ctrl-G");
}

const mending = "sed -i -e '/MX/s/20 mx1/5 mx1/' -e '/serial/s/[0-9][0-9]*/2026113001/' /etc/bind/db.meadow.example && rndc reload";

/** From the ticket to the debrief, as a learner does it. */
async function playSideDoor(window: Window, halfWay: () => Promise<void> = async () => {}): Promise<void> {
  await window.until("A ticket for you");
  window.press(key.enter);
  await window.until("root@desk:~#");
  await type(window, "desk", "dig +short mx meadow.example @198.51.100.8", "10 mx2.meadow.example.");
  window.press(key.f3);
  await window.until("✓ Pinned: what desk printed");
  window.press(key.f4);
  await window.until("Hint 1");
  await back(window);
  window.press(key.f8);
  await window.until("Your own hosts");
  await choose(window, /^\d +mx2/);
  await window.until("root@mx2:~#");
  await type(window, "mx2", "grep 'lost connection' /var/log/mail.log", "lost connection after EHLO");
  window.press(key.f3);
  await window.until("with 1 log line in it");
  await halfWay();
  // A claim that does not fit is answered by what contradicts it.
  window.press(key.f5);
  await window.until("Diagnose: where?");
  await choose(window, /^ns1/);
  await window.until("Diagnose: what, on ns1?");
  await choose(window, /limits the message size/);
  await window.until("It does not fit");
  await back(window);
  window.press(key.f5);
  await window.until("Diagnose: where?");
  await choose(window, /^ns1/);
  await window.until("Diagnose: what, on ns1?");
  await choose(window, /MX preferences/);
  await window.until("what you pinned shows it");
  await back(window);
  window.press(key.f7);
  await window.until("Checked: not yet");
  await window.until("exceeds");
  await back(window);
  window.press(key.f8);
  await window.until("Your own hosts");
  await choose(window, /^\d +ns1/);
  await window.until("root@ns1:~#");
  await type(window, "ns1", mending, "server reload successful");
  window.press(key.prefix, "w");
  await window.until("5 minutes");
  window.press("2");
  // Nobody asked for it: the goals are looked at when a command has come to rest.
  await window.until("✓");
  window.press(key.f7);
  await window.until("Checked: it is mended");
  await back(window);
  window.press(key.prefix);
  await window.until("Mail your user");
  window.press("m");
  await window.until("Mail to your user");
  window.press("Two numbers were exchanged.\r");
  await window.until("Mended: how it was");
  window.press(key.end);
  await window.until("hints      1");
  expect(window.text()).toContain("1 of 2 did not stand");
  window.press(key.enter);
}

describe("play in a terminal", () => {
  it("80x24: from the ticket to the debrief", async () => {
    const window = open(["play", "side-door"], 80, 24);
    await playSideDoor(window);
    expect((await window.exited).exitCode).toBe(0);
    expect(window.text()).toContain("side-door is mended, and its ticket closed.");
    expect(window.isAlternate()).toBe(false);
    expect(modesLeft(window.output())).toEqual([]);
  }, 180_000);

  it("120x40: the same, with the ticket beside the shell, and another size in the middle", async () => {
    const window = open(["play", "side-door"], 120, 40);
    const resize = async (): Promise<void> => {
      expect(window.text()).toMatch(/Goals[^]*Hint \(\d more\)[^]*Pins \(2\)[^]*Ticket/);
      window.resize(80, 24);
      await window.until(/^ side-door .*✗1/);
      expect(window.text()).not.toContain("Goals");
      window.resize(120, 40);
      await window.until("Goals");
    };
    await playSideDoor(window, resize);
    expect((await window.exited).exitCode).toBe(0);
  }, 180_000);

  it.each(["SIGTERM", "SIGHUP", "SIGINT"])(
    "%s gives the terminal back",
    async (signal) => {
      const window = open(["play", "by-hand"], 80, 24);
      await window.until("A ticket for you");
      expect(window.isAlternate()).toBe(true);
      window.signal(signal);
      expect((await window.exited).exitCode).toBe(130);
      expect(window.isAlternate()).toBe(false);
      expect(modesLeft(window.output())).toEqual([]);
    },
    90_000,
  );

  it("ends in order when its window vanishes", async () => {
    const window = open(["play", "by-hand"], 80, 24);
    await window.until("A ticket for you");
    window.vanish();
    const { exitCode, signal } = await window.exited;
    // Where Node aborts it ends by a signal.
    expect([exitCode === 0 || exitCode === 130, signal]).toEqual([true, 0]);
  }, 90_000);

  it("is stopped by Ctrl-Z where no shell has the keys, and goes on as it was", async () => {
    const window = open(["play", "by-hand"], 80, 24);
    await window.until("A ticket for you");
    window.press("\x1a");
    await window.until(/^\s*$/);
    expect(window.isAlternate()).toBe(false);
    // Told to go on before it has stopped, it would never go on.
    await vi.waitFor(
      () => expect(execFileSync("ps", ["-o", "stat=", "-p", String(window.pid)], { encoding: "utf8" })).toMatch(/^T/),
      20_000,
    );
    window.signal("SIGCONT");
    await window.until("A ticket for you");
    expect(window.isAlternate()).toBe(true);
    window.press(key.enter);
    await window.until("root@desk:~#");
  }, 90_000);

  it("sends every other key to the shell: an editor works, also in the whole window", async () => {
    const window = open(["play", "by-hand"], 80, 24);
    await window.until("A ticket for you");
    window.press(key.enter);
    await window.until("root@desk:~#");
    window.press(key.f9, "nano note\r");
    await window.until("GNU nano");
    window.press("some words\x0f\r\x18");
    await window.until(/^((?!GNU nano)[^])*root@desk:~# *\n[^#]*$/);
    await type(window, "desk", "cat note", /^some words/m);
    window.press(key.prefix, key.prefix);
    window.press("exit\r");
    await window.until("This shell has ended");
    window.press("\r");
    await window.until(/Enter opens another[^]*root@desk:~#/);
    window.press(key.f1, "q");
    await window.exited;
    expect(window.text()).toMatch(/^by-hand waits for you: `maildrill play by-hand --resume` goes on where you left\sit\./m);
  }, 90_000);

  it("NO_COLOR and another locale: no colours, nothing but ASCII", async () => {
    const window = open(["play", "by-hand"], 120, 40, { NO_COLOR: "1", LANG: "C" });
    await window.until("A ticket for you");
    window.press(key.enter);
    await window.until("root@desk:~#");
    expect(window.output()).not.toMatch(/[^\x00-\x7f]/);
    expect(window.output()).not.toMatch(/\x1b\[[\d;]*(3|4|9|10)[0-7]m/);
  }, 90_000);
});
