import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { root } from "../laws/source-tree.ts";

interface Result {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number | null;
}

const data = mkdtempSync(join(tmpdir(), "maildrill-data-"));
afterAll(() => rmSync(data, { recursive: true }));

function maildrill(args: readonly string[], input = ""): Result {
  // Whether this machine has Docker must not matter here, and nobody's own journal is touched.
  const env = { ...process.env, DOCKER_HOST: "unix:///nobody/here.sock", XDG_DATA_HOME: data };
  const { stdout, stderr, status } = spawnSync(process.execPath, ["bin/maildrill.mjs", ...args], {
    cwd: root,
    encoding: "utf8",
    input,
    env,
  });
  return { stdout, stderr, status };
}

describe("the command line", () => {
  it("says its version", () => {
    expect(maildrill(["--version"])).toMatchObject({ stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/), status: 0 });
  });

  it.each([
    [["lst"], 2, "Did you mean list?"],
    [["demo", "side-dor"], 2, "Did you mean side-door?"],
    [["demo", "side-door", "--seed", "x"], 2, "--seed takes a whole number"],
    [["demo", "side-door", "--engine", "docker"], 3, "No Docker engine answers"],
    [["list", "--nonsense"], 2, "unknown option"],
    [["run", "no-such-range", "mx1", "--", "true"], 2, "There is no range called"],
    [["down"], 2, "Which range?"],
  ])("%j exits %i and says why", (args, status, words) => {
    const result = maildrill(args);
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(words);
    expect(result.stderr).not.toMatch(/^\s+at /m);
  });

  it("lists what there is and names neither ids nor faults", () => {
    const { stdout, status } = maildrill(["list", "--json"]);
    expect(status).toBe(0);
    expect(stdout).not.toContain("mx-wrong-order");
    const listed = JSON.parse(stdout) as { scenarios: { codename: string }[]; labs: { scenarios: string[] }[]; worlds: string[] };
    expect(listed.scenarios.map(({ codename }) => codename)).toContain("side-door");
    expect(listed.labs[0]?.scenarios).toEqual(["by-hand", "side-door"]);
    expect(listed.worlds).toContain("small-office");
    expect(maildrill(["list", "--json", "--author"]).stdout).toContain("mx-wrong-order");
  });

  it("plans a range and creates none", () => {
    const { stdout, status } = maildrill(["up", "side-door", "--dry-run", "--json"]);
    expect(status).toBe(0);
    const plan = JSON.parse(stdout) as { networks: { key: string }[]; hosts: { host: string; addresses: string[]; daemons: string[] }[] };
    expect(plan.networks.map(({ key }) => key)).toEqual(["internet", "office"]);
    expect(plan.hosts.find(({ host }) => host === "mx1")).toMatchObject({
      addresses: ["203.0.113.19", "198.51.100.3"],
      daemons: ["postfix"],
    });
    expect(maildrill(["up", "small-office", "--dry-run"]).stdout).toMatch(
      /^ {2}mailbox +this process +198\.51\.100\.6\n +postfix, dovecot$/m,
    );
    expect(maildrill(["ps"]).stdout).not.toContain("side-door");
  });

  it("plays a session line by line to its end", () => {
    const input = [
      ":goals",
      "dig +short mx meadow.example @198.51.100.8",
      ":pin",
      ":on mx2",
      "grep 'lost connection' /var/log/mail.log",
      ":pin",
      ":diagnose ns1 mx1-down",
      ":diagnose ns1 mx-wrong-order",
      ":check",
      ":on ns1",
      "sed -i -e '/MX/s/20 mx1/5 mx1/' -e '/serial/s/[0-9][0-9]*/2026113001/' /etc/bind/db.meadow.example && rndc reload",
      ":jump 2m",
      ":check",
      "",
    ].join("\n");
    const { stdout, status } = maildrill(["play", "side-door", "--plain"], input);
    expect(stdout).toContain("It does not fit:");
    expect(stdout).toContain("That is it, and what you pinned shows it.");
    expect(stdout).toContain("Not yet.");
    expect(stdout).toContain("Mended.");
    expect(status).toBe(0);
    expect(maildrill(["progress", "--json"]).stdout).toContain('"outcome": "solved"');
  }, 120_000);

  it("keeps a range for other processes: the same failure arises by hand in a healthy world", () => {
    const up = maildrill(["up", "small-office", "--healthy", "--detach", "--json"]);
    const { range } = JSON.parse(up.stdout) as { range: string };
    try {
      expect(maildrill(["ps"]).stdout).toContain(range);
      const on = (host: string, line: string): Result => maildrill(["run", range, host, "--", line]);
      expect(
        on(
          "ns1",
          "sed -i -e 's/MX\\t10 mx1/MX\\t30 mx1/' -e '/serial/s/[0-9][0-9]*/2026113002/' /etc/bind/db.meadow.example && rndc reload",
        ),
      ).toMatchObject({ status: 0 });
      expect(on("mx2", "postconf -e message_size_limit=2097152 && postfix reload").status).toBe(0);
      on(
        "sender",
        "(printf 'Subject: big\\n\\n'; awk 'BEGIN { for (i = 0; i < 60000; i++) print \"All floors, to scale, with every wall and window.\" }') | sendmail -f dana@brook.example alice@meadow.example; sleep 30",
      );
      expect(on("sender", "cat /var/log/mail.log").stdout).toMatch(
        /status=bounced \(message size \d+ exceeds size limit 2097152 of server mx2/,
      );
      expect(on("mx1", "exit 3").status).toBe(3);
    } finally {
      expect(maildrill(["down", range])).toMatchObject({ stdout: `${range} is down\n`, status: 0 });
    }
  }, 120_000);
});
