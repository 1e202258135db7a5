import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type IPty, spawn } from "@lydell/node-pty";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { root } from "../laws/source-tree.ts";

const folder = mkdtempSync(join(tmpdir(), "maildrill-test-"));
const env = {
  ...process.env,
  // Whether this machine has Docker must not matter here, and ranges there are not ours to end.
  DOCKER_HOST: "unix:///nobody/here.sock",
  XDG_RUNTIME_DIR: folder,
  XDG_DATA_HOME: folder,
  TERM: "xterm-256color",
} as Record<string, string>;

function maildrill(args: readonly string[], input = "") {
  return spawnSync(process.execPath, ["bin/maildrill.mjs", ...args], { cwd: root, encoding: "utf8", input, env });
}

const up = (name: string): string => (JSON.parse(maildrill(["up", name, "--detach", "--json"]).stdout) as { range: string }).range;

/** A user's shell in a real pseudo-terminal, and what it shows. */
function terminal(): { readonly pty: IPty; text(): string; saying(words: string | RegExp): Promise<void> } {
  const pty = spawn("/bin/sh", [], { cols: 80, rows: 24, cwd: root, env: { ...env, PS1: "$ " } });
  let text = "";
  pty.onData((data) => {
    text += data;
  });
  const saying = (words: string | RegExp): Promise<void> =>
    vi.waitFor(() => expect(text).toMatch(words instanceof RegExp ? words : new RegExp(words.replace(/[\][()$?*+.\\]/g, "\\$&"))), 15_000);
  return { pty, text: () => text, saying };
}

const sit = (range: string, host: string): string =>
  `${process.execPath} bin/maildrill.mjs shell ${range} ${host}; echo "code $?"; stty -a | grep -o -- '-*icanon'\r`;

let range = "";
beforeAll(() => {
  range = up("side-door");
});
afterAll(() => {
  maildrill(["down", "--all"]);
  rmSync(folder, { recursive: true });
});

describe("a shell in a terminal", () => {
  it("takes keys, ends with the shell, and leaves the terminal as it was", async () => {
    const { pty, saying, text } = terminal();
    pty.write(sit(range, "mx1"));
    await saying("root@mx1:~# ");
    pty.write("tail -f /etc/hostname\r");
    await saying(/mx1\.meadow\.example\r+\n/);
    pty.write("\u0003");
    pty.write("exit\r");
    await saying(/code 0\r\n/);
    await saying(/\r\nicanon/);
    expect(text()).not.toMatch(/^\s+at /m);
    pty.kill();
  }, 30_000);

  it("says that the range was taken down, and restores the terminal", async () => {
    const other = up("side-door");
    const { pty, saying } = terminal();
    pty.write(sit(other, "desk"));
    await saying("root@desk:~# ");
    expect(maildrill(["down", other]).status).toBe(0);
    await saying("was taken down");
    await saying(/code 1\r\n/);
    await saying(/\r\nicanon/);
    pty.kill();
  }, 30_000);

  it("says that the process which kept the range is gone; `down` says it too", async () => {
    const { range: other, pid } = ((): { range: string; pid: number } => {
      const name = up("side-door");
      const { ranges } = JSON.parse(maildrill(["ps", "--json"]).stdout) as { ranges: { range: string; pid: number }[] };
      return ranges.find((each) => each.range === name) ?? { range: name, pid: 0 };
    })();
    const { pty, saying } = terminal();
    pty.write(sit(other, "desk"));
    await saying("root@desk:~# ");
    process.kill(pid, "SIGKILL");
    await saying("is gone");
    await saying(/code 1\r\n/);
    await saying(/\r\nicanon/);
    pty.kill();
    const down = maildrill(["down", other]);
    expect([down.status, down.stdout]).toEqual([0, expect.stringContaining("was gone already")]);
  }, 30_000);
});

describe("a shell through a pipe", () => {
  it("feeds lines and prints plain text", () => {
    const { stdout, status } = maildrill(["shell", range, "mx1"], "hostname\nseq 3 | wc -l\n");
    expect(stdout).toBe("root@mx1:~# hostname\nmx1.meadow.example\nroot@mx1:~# seq 3 | wc -l\n3\n");
    expect(status).toBe(0);
  });

  it.each([
    [["shell", "no-such-range", "mx1"], "There is no range called"],
    [["shell", "RANGE", "mx9"], "Did you mean mx1?"],
    [["shell", "RANGE", "sender"], "it is not yours"],
    [["run", "RANGE", "sender", "--", "true"], "it is not yours"],
    [["shell", "RANGE", "mx1", "--as", "learnr"], "Did you mean learner?"],
  ])("%j exits 2 and says why", (args, words) => {
    const result = maildrill(args.map((word) => (word === "RANGE" ? range : word)));
    expect([result.status, result.stderr]).toEqual([2, expect.stringContaining(words)]);
  });

  it("lets in who teaches", () => {
    expect(maildrill(["run", range, "sender", "--as", "instructor", "--", "hostname"]).stdout).toBe("mail.brook.example\n");
  });
});
