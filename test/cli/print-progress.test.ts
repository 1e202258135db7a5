import { Terminal } from "@xterm/headless";
import { describe, expect, it } from "vitest";
import { printProgress, progressFor } from "../../src/cli/print-progress.ts";

const steps = [
  { host: "mx1", text: "starting postfix" },
  { host: "mailbox", text: "starting postfix, dovecot" },
  { host: "mx1", text: "ready" },
  { host: "mailbox", text: "ready" },
];

function output(isTTY: boolean, rows = 24) {
  let text = "";
  const write = (more: string): void => {
    text += more;
  };
  return { isTTY, columns: 40, rows, write, onResize: () => () => {}, text: () => text };
}

/** What a terminal of that size shows after the text. */
async function shown(text: string, rows: number): Promise<string[]> {
  const terminal = new Terminal({ cols: 40, rows, allowProposedApi: true, convertEol: true });
  await new Promise<void>((resolve) => terminal.write(text, resolve));
  const { active } = terminal.buffer;
  return Array.from({ length: active.length }, (_, row) => active.getLine(row)?.translateToString(true) ?? "").filter(
    (line) => line !== "",
  );
}

describe("progress of a start", () => {
  it("is a line a step where nobody watches", () => {
    const plain = output(false);
    for (const step of steps) printProgress(plain)(step);
    expect(plain.text()).toBe("mx1: starting postfix\nmailbox: starting postfix, dovecot\nmx1: ready\nmailbox: ready\n");
  });

  it("is a line a host on a terminal, rewritten and never wider than it", async () => {
    const terminal = output(true);
    const progress = printProgress(terminal);
    for (const step of steps) progress(step);
    expect(await shown(terminal.text(), 24)).toEqual(["  mx1        ready", "  mailbox    ready"]);
    progress({ host: "mx1", text: "x".repeat(100) });
    expect((await shown(terminal.text(), 24))[0]).toHaveLength(39);
  });

  it("writes a host's line once more where the first has left the window", async () => {
    const terminal = output(true, 3);
    const progress = printProgress(terminal);
    for (const host of ["a", "b", "c"]) progress({ host, text: "starting" });
    progress({ host: "a", text: "ready" });
    progress({ host: "c", text: "ready" });
    expect(await shown(terminal.text(), 3)).toEqual([
      "  a          starting",
      "  b          starting",
      "  c          ready",
      "  a          ready",
    ]);
  });

  it("is printed for the engine that takes its time only", () => {
    expect(progressFor("embedded", output(true))).toEqual({});
    expect(progressFor("docker", output(true)).progress).toBeTypeOf("function");
  });
});
