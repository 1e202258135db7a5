import { afterEach, describe, expect, it } from "vitest";
import { key, modesLeft, openWindow, type Window } from "./window.ts";

const windows: Window[] = [];
afterEach(() => {
  for (const window of windows.splice(0)) window.close();
});

describe("maildrill alone, in a terminal", () => {
  it("shows what there is, plays what is chosen, and knows afterwards how it went", async () => {
    const window = openWindow([], { columns: 80, rows: 24 });
    windows.push(window);
    await window.until("What shall it be?");
    expect(window.text()).toMatch(/Labs[^]*First deliveries[^]*Scenarios[^]*side-door +\*\.\.\.\. +15 min +The big ones come back/);
    window.press(key.down);
    await window.until("▸        by-hand");
    window.press(key.enter);
    await window.until("A ticket for you");
    window.press(key.enter);
    await window.until("root@desk:~#");
    window.press(key.f4);
    await window.until("Hint 1");
    window.press(key.escape);
    await window.until("F1/Ctrl-G");
    window.press(key.prefix, "q");
    // Home again: it is open, and can be gone on with.
    await window.until(/▸ ○ open by-hand/);
    window.press(key.enter);
    await window.until("There is a session that waits");
    window.press(key.enter);
    await window.until("You are back where you were: mending, 0 pins, 1 hint.");
    window.press(key.f1);
    await window.until("Give up: see how it was");
    window.press("u");
    await window.until("Give up?");
    window.press("y");
    await window.until(/How it was[^]*What a delivery is/);
    window.press("q");
    await window.until("What shall it be?");
    window.press(key.end, key.up, key.enter);
    await window.until(/Your progress[^]*by-hand[^]*gave-up/);
    window.press("q");
    await window.until("What shall it be?");
    window.press("q");
    expect((await window.exited).exitCode).toBe(0);
    // Of several plays of the same the last word counts.
    expect(window.text()).toMatch(/^You gave by-hand up and saw how it was\./m);
    expect(window.text()).not.toContain("waits for you");
    expect(modesLeft(window.output())).toEqual([]);
  }, 120_000);

  it("reads a lab's lesson before its scenario", async () => {
    const window = openWindow(["play", "01-first-deliveries"], { columns: 120, rows: 40 });
    windows.push(window);
    await window.until(/Lesson[^]*First deliveries/);
    window.press(key.enter);
    await window.until("A ticket for you");
    window.press(key.enter);
    await window.until("root@desk:~#");
    window.press(key.prefix, "q");
    expect((await window.exited).exitCode).toBe(1);
    expect(window.text()).toContain("You did nothing in by-hand, so nothing of it waits.");
  }, 90_000);
});
