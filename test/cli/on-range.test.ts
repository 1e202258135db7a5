import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "../laws/source-tree.ts";

const data = mkdtempSync(join(tmpdir(), "maildrill-on-range-"));
const env = { ...process.env, DOCKER_HOST: "unix:///nobody/here.sock", XDG_RUNTIME_DIR: data, XDG_DATA_HOME: data, MAILDRILL_LEARNER: "" };

afterAll(() => {
  maildrill("down", "--all");
  rmSync(data, { recursive: true });
});

/** One process: what it said, and how it ended. */
function maildrill(...args: string[]): { readonly said: string; readonly status: number | null } {
  const { stdout, stderr, status } = spawnSync(process.execPath, ["bin/maildrill.mjs", ...args], { cwd: root, encoding: "utf8", env });
  return { said: stdout + stderr, status };
}

function json(...args: string[]): unknown {
  return JSON.parse(maildrill(...args, "--json").said);
}

/** What a command has to say, and how it has to end. */
function expectSaid(words: string, status: number, ...args: string[]): void {
  const result = maildrill(...args);
  expect(result.said).toContain(words);
  expect(result.said).not.toMatch(/^\s+at /m);
  expect(result.status, args.join(" ")).toBe(status);
}

describe("a scenario, played by commands from one process after the other", () => {
  it("is solved and closed, and stands in the learner's progress", () => {
    expectSaid("maildrill ticket side-door", 0, "up", "side-door", "--detach", "--learner", "ann");
    expectSaid("What is to be reached", 0, "ticket", "side-door");
    expectSaid("mx-wrong-order", 0, "diagnose", "side-door");
    expectSaid("What is wrong on ns1?", 2, "diagnose", "side-door", "ns1");
    expectSaid("answers on port 25", 1, "diagnose", "side-door", "ns1", "mx1-down");
    expectSaid("It proves nothing", 0, "pin", "side-door", "desk", "--", "echo 10 mx2.meadow.example.");
    expectSaid("nothing is pinned", 1, "pin", "side-door", "desk", "--", "true");
    expectSaid("Pinned: what desk printed", 0, "pin", "side-door", "desk", "--", "dig", "+short", "mx", "meadow.example", "@198.51.100.8");
    expectSaid("1 log lines in it", 0, "pin", "side-door", "mx2", "--", "grep 'lost connection' /var/log/mail.log");
    expectSaid("it is not yours", 2, "pin", "side-door", "sender", "--", "mailq");
    expect(json("pins", "side-door")).toMatchObject({ pins: [{ doubt: expect.any(String) }, { on: "desk" }, { on: "mx2" }] });
    expect(json("hint", "side-door")).toEqual({ hint: expect.stringContaining("The report names the server"), left: 4 });
    expectSaid("thicket", 0, "escalate", "side-door");
    expectSaid("It works for us", 1, "escalate", "side-door", "brook");
    expectSaid("There is no party called", 2, "escalate", "side-door", "brok");
    expectSaid("what you pinned shows it", 0, "diagnose", "side-door", "ns1", "mx-wrong-order");
    expectSaid("Not yet.", 1, "check", "side-door");
    expectSaid("a reply is for the end", 2, "reply", "side-door", "done");
    const mending = "sed -i -e '/MX/s/20 mx1/5 mx1/' -e '/serial/s/[0-9][0-9]*/2026113001/' /etc/bind/db.meadow.example && rndc reload";
    expectSaid("reload successful", 0, "run", "side-door", "ns1", "--", mending);
    maildrill("run", "side-door", "desk", "--", "sleep 120");
    expectSaid("All of it holds.", 0, "check", "side-door");
    expectSaid("Only who teaches", 2, "inject", "side-door", "--as", "learner");
    expectSaid("side-door is as it was at the beginning.", 0, "reset", "side-door");
    expectSaid("Not yet.", 1, "check", "side-door");
    maildrill("run", "side-door", "ns1", "--", mending);
    maildrill("run", "side-door", "desk", "--", "sleep 120");
    expectSaid("All of it holds.", 0, "check", "side-door");
    expectSaid("Your way", 0, "reply", "side-door", "Two", "numbers", "were", "exchanged.");
    expectSaid("come to its end", 2, "give-up", "side-door");
    const { said } = maildrill("down", "side-door");
    expect(said).toBe("side-door is down\n");
    expect(json("progress", "--learner", "ann")).toMatchObject({
      learners: [
        { learner: "ann", scenarios: [{ codename: "side-door", done: true, attempts: [{ outcome: "solved", score: { pins: 3 } }] }] },
      ],
    });
  }, 180_000);

  it("is given up", () => {
    const { range } = json("up", "by-hand", "--detach", "--learner", "bob") as { range: string };
    maildrill("hint", range);
    expect(json("give-up", range)).toMatchObject({ debrief: expect.any(String), path: [{}], score: { gaveUp: true, hints: 1 } });
    expectSaid("gave-up", 0, "progress", "--learner", "bob");
    maildrill("down", range);
    // Who only leaves is told what becomes of the session.
    maildrill("up", "by-hand", "--detach", "--learner", "bob");
    expectSaid("and its session over", 0, "down", "by-hand");
  }, 180_000);

  it("is broken and mended by who teaches", () => {
    const { range } = json("up", "small-office", "--detach") as { range: string };
    const fault = ["mailbox-over-quota", "host=mailbox", "user=alice"];
    expectSaid("Nothing is injected.", 0, "inject", range);
    expectSaid("Only who teaches", 2, "inject", range, ...fault, "--as", "learner");
    expectSaid("Did you mean mailbox-over-quota?", 2, "inject", range, "mailbox-over-quot");
    expectSaid("is no parameter", 2, "inject", range, "mailbox-over-quota", "alice");
    expectSaid("In force: 1  mailbox-over-quota", 0, "inject", range, ...fault);
    expectSaid("in force there already", 2, "inject", range, ...fault);
    expect(json("mend", range, "mailbox-over-quota")).toEqual({ number: 1, fault: "mailbox-over-quota", left: [] });
    expectSaid("no fault in force", 2, "mend", range, "mailbox-over-quota");
    expectSaid("No scenario plays in", 2, "hint", range);
    // What was a world and no scenario is nobody's progress.
    expect(maildrill("progress", "--all").said).not.toContain("small-office");
  }, 180_000);
});
