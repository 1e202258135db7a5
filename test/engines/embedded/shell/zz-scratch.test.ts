import { readFileSync } from "node:fs";
import { test } from "vitest";
import { serve } from "./scripted-server.ts";
import { smallRange } from "./small-range.ts";

test("x", async () => {
  const range = smallRange({
    files: {
      "/etc/postfix/main.cf": "myhostname = mx1\nmydestination = localhost\n",
      "/etc/hosts": "203.0.113.19 mx1.meadow.example mx1\n203.0.113.60 dead\n",
    },
  });
  serve(range.machine("mx1"));
  serve(
    range.machine("mx1"),
    [
      [/^MAIL/, undefined],
      [/^EHLO/, "250 x"],
    ],
    26,
  );
  serve(
    range.machine("mx1"),
    [
      [/^MAIL/, ""],
      [/^EHLO/, "250 x"],
    ],
    27,
  );
  const shell = range.shell("desk");
  for (const line of readFileSync("/tmp/s/lines2.txt", "utf8")
    .split("\n")
    .filter((l) => l)) {
    const t = performance.now();
    const r = await range.clock.runUntil(shell.run(line.replaceAll("\\n", "\n")));
    console.log(
      "$ " +
        line +
        "\n" +
        r.stdout +
        (r.stderr ? "!! " + r.stderr : "") +
        (r.code ? `[${r.code}]` : "") +
        (r.exited ? "EXITED" : "") +
        ` ${(performance.now() - t).toFixed(0)}ms ${range.clock.now()}`,
    );
  }
}, 60000);
