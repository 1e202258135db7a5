import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { key, modesLeft, openWindow, type Window } from "./window.ts";

const windows: Window[] = [];
afterEach(() => {
  for (const window of windows.splice(0)) window.close();
});

const nobody = { DOCKER_HOST: "unix:///nobody/here.sock" };

/** What answers as a Docker engine on which nothing is, and nothing can be started. */
async function stubDocker(): Promise<{ readonly DOCKER_HOST: string; close(): void }> {
  const folder = mkdtempSync(join(tmpdir(), "maildrill-stub-"));
  const answers: Readonly<Record<string, unknown>> = {
    version: { Version: "29.0", ApiVersion: "1.48", Arch: "amd64", Components: [{ Name: "Engine" }], Platform: { Name: "Docker Engine" } },
    info: { CgroupVersion: "2", MemTotal: 8e9, NCPU: 2, Architecture: "x86_64", ServerVersion: "29.0" },
    containers: [],
    networks: [],
    volumes: { Volumes: [] },
  };
  const server = createServer(({ url = "" }, response) => {
    const known = answers[/^(?:\/v[\d.]+)?\/(\w+)/.exec(url)?.[1] ?? ""];
    response.writeHead(known === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(known ?? { message: "there is no such thing here" }));
  });
  const socket = join(folder, "docker.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  const close = (): void => {
    server.close();
    rmSync(folder, { recursive: true });
  };
  return { DOCKER_HOST: `unix://${socket}`, close };
}

describe("maildrill alone, in a terminal", () => {
  it("shows what there is, plays what is chosen, and knows afterwards how it went", async () => {
    const window = openWindow([], { columns: 80, rows: 24 }, nobody);
    windows.push(window);
    await window.until("What shall it be?");
    expect(window.text()).toContain("No Docker engine answers");
    window.press("?");
    await window.until("hands you");
    window.press(key.escape);
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
    // Home again: it is open, and can be gone on with, in two ways.
    await window.until(/Go on *\n +○ by-hand +simulated +mending, left a moment ago[^]*▸ ○ open by-hand/);
    window.press(key.enter);
    await window.until("There is a session that waits");
    window.press(key.escape);
    await window.until("What shall it be?");
    window.press("\x1b[H", key.enter);
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

  it("asks where it shall run when a Docker engine answers, and tells what goes wrong there", async () => {
    const { close, ...env } = await stubDocker();
    try {
      const window = openWindow([], { columns: 80, rows: 24 }, env);
      windows.push(window);
      await window.until("A Docker engine answers");
      window.press(key.down, key.enter);
      await window.until(/Where shall it run\?[^]*▸ s +Simulated/);
      window.press("d");
      await window.until("That did not work");
      window.press(key.escape);
      await window.until("What shall it be?");
      window.press(key.enter);
      // What was chosen last is offered first.
      await window.until(/Where shall it run\?[^]*▸ d +Real programs/);
      window.press("s");
      await window.until("A ticket for you");
      // Nothing is behind a ticket that was not begun.
      window.press(key.escape);
      await window.until("What shall it be?");
    } finally {
      close();
    }
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
