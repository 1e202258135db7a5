import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { quote } from "../../../../src/base/shell-words.ts";
import { readSwaksOptions } from "../../../../src/engines/embedded/shell/swaks/options.ts";
import { parseServer } from "../../../../src/engines/embedded/shell/swaks/prepare.ts";
import { postfixLike, type Script, serve } from "./scripted-server.ts";
import { smallRange } from "./small-range.ts";

/** A run of the real swaks 20201014.0 (Debian 12) against a scripted server on loopback. */
interface Recorded {
  readonly name: string;
  readonly args: readonly string[];
  readonly server: "postfix" | "noehlo" | "rst" | "silent";
  readonly stdin: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

const recorded = JSON.parse(readFileSync(new URL("./recorded-swaks.json", import.meta.url), "utf8")) as readonly Recorded[];

const servers: Readonly<Record<Recorded["server"], Script>> = {
  postfix: postfixLike,
  noehlo: [[/^EHLO/, "500 no"], ...postfixLike],
  rst: [[/^MAIL/, undefined], ...postfixLike],
  silent: [[/^MAIL|^QUIT/, ""], ...postfixLike],
};

/** What differs from run to run: dates, process ids, the host that wrote the message, the socket class (our images have no INET6). */
function comparable(text: string): string {
  return text
    .replace(/\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d [+-]\d{4}/g, "DATE")
    .replace(/<\d{14}\.\d{6}@[^>]+>/g, "<MESSAGE-ID>")
    .replace(/(_MIME_BOUNDARY_\d+_)\d+/g, "$1PID")
    .replaceAll("INET6", "INET");
}

describe("swaks says what the real one says", () => {
  test.each(recorded.map((run) => [run.name, run] as const))("%s", async (_, run) => {
    const range = smallRange();
    serve(range.machine("mx1"), servers[run.server]);
    const result = await range.run("desk", `swaks ${quote(run.args)}`, { stdin: run.stdin });
    expect(comparable(result.stdout)).toBe(comparable(run.stdout));
    expect(comparable(result.stderr)).toBe(comparable(run.stderr));
    expect(result.code).toBe(run.code);
  });
});

test("without a server it goes to the best MX, or says that it cannot be found", async () => {
  const range = smallRange({ files: { "/etc/resolv.conf": "" } });
  const result = await range.run("desk", "swaks --to a@nosuch.example");
  expect(result.stdout).toBe("=== Trying nosuch.example:25...\n");
  expect(result.stderr).toBe("*** Error connecting to nosuch.example:25:\n*** \tIO::Socket::INET: Bad hostname 'nosuch.example'\n");
  expect(result.code).toBe(2);
});

test("a silent host costs the timeout, on the range's clock", async () => {
  const range = smallRange({ firewall: [{ direction: "in", protocol: "tcp", port: 25, verdict: "drop" }] });
  const before = range.clock.now();
  const result = await range.run("desk", "swaks --to a@b --server mx1 --timeout 7");
  expect(result.stderr).toContain("IO::Socket::INET: connect: timeout");
  expect(range.clock.now() - before).toBeGreaterThanOrEqual(7000);
  expect(range.clock.now() - before).toBeLessThan(7100);
});

test.each([
  ["mx1", "", "mx1", ""],
  ["mx1", "26", "mx1", "26"],
  ["mx1:27", "26", "mx1", "27"],
  ["[203.0.113.19]:25", "", "203.0.113.19", "25"],
  ["[2001:db8::1]", "25", "2001:db8::1", "25"],
  ["2001:db8::1/26", "", "2001:db8::1", "26"],
])("server %s with port %s", (server, port, host, expected) => {
  expect(parseServer(server, port)).toEqual({ server: host, port: expected });
});

test("options are read as Getopt::Long reads them", () => {
  const { values, problems, left } = readSwaksOptions(["-t", "a@b", "--serv=mx1", "-q", "RCPT", "--no-server", "--header-X-A", "1", "x"]);
  expect([...values]).toEqual([
    ["to", ["a@b"]],
    ["quit-after", ["RCPT"]],
    ["header", ["X-A: 1"]],
  ]);
  expect(problems).toEqual([]);
  expect(left).toEqual(["x"]);
});
