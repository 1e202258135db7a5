import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type DnsRange, dnsRange } from "./dns-range.ts";

interface Step {
  readonly at: string;
  readonly run?: string;
  readonly stdin?: readonly string[];
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly exit: number | null;
}

interface Recording {
  readonly title: string;
  readonly differences?: readonly {
    readonly host: string;
    readonly command?: string;
    readonly file?: string;
    readonly content?: readonly string[];
  }[];
  readonly steps: readonly Step[];
}

/** What differs from run to run and says nothing: ids, cookies, clocks, durations, the order of equal records, the machine. */
function plain(lines: readonly string[]): readonly string[] {
  const masked = lines
    .join("")
    .split("\n")
    .map((line) =>
      line
        .replace(/, id: \d+/, ", id: N")
        .replace(/COOKIE: [0-9a-f]+/, "COOKIE: C")
        .replace(/Query time: \d+ msec/, "Query time: N msec")
        .replace(/ in \d+ ms/, " in N ms")
        .replace(/WHEN: .*/, "WHEN: T")
        .replace(/(boot time|last configured|last loaded): .*/, "$1: T")
        .replace(/^running on (\S+): .*/, "running on $1: K")
        .replace(/^TCP high-water: \d+/, "TCP high-water: N")
        .replace(/^(\S+\s+)\d+(\s+IN\s)/, "$1TTL$2"),
    );
  return sortRuns(masked);
}

/** Neighbouring lines of one record set are put in order: named turns them at random. */
function sortRuns(lines: readonly string[]): readonly string[] {
  const key = (line: string): string | undefined =>
    /^(\S+\s+TTL\s+IN\s+\S+)/.exec(line)?.[1] ??
    /^(\d+) \S+\.$/.exec(line)?.[0].replace(/^\d+ \S+\.$/, "MX") ??
    /^(.*)[\t ](mail is handled by|mail exchanger =) /.exec(line)?.[2];
  const result: string[] = [];
  let run: string[] = [];
  let last: string | undefined;
  for (const line of [...lines, undefined]) {
    const current = line === undefined ? undefined : key(line);
    if (current === undefined || current !== last) {
      result.push(...run.sort());
      run = [];
    }
    last = current;
    if (line !== undefined) run.push(line);
  }
  return result;
}

function read(name: string): Recording {
  return JSON.parse(readFileSync(new URL(`../../../fixtures/recordings/dns/${name}.json`, import.meta.url), "utf8")) as Recording;
}

/** Brings the range to where the recording began. */
async function prepare(range: DnsRange, { differences = [] }: Recording): Promise<void> {
  for (const { host, command, file, content } of differences) {
    await range.range.clock.advance(1000);
    if (file !== undefined && content !== undefined) range.machine(host).files.write(file, content.join(""));
    if (command === "kill -STOP $(pidof named)") range.machine(host).services.freeze("bind");
    else if (command !== undefined) await range.run(host, command);
  }
}

const folder = new URL("../../../fixtures/recordings/dns/", import.meta.url);
const recordings = readdirSync(folder).map((file) => file.replace(".json", ""));

/** What the recordings have and the simulation has not, each with its reason. */
const exceptions: Readonly<Record<string, string>> = {
  "dig +nssearch meadow.example": "not simulated",
  "dig meadow.example ANY": "the order of the sets is that of the real cache's hash table",
  "rndc dumpdb -zones": "not simulated",
  "named-checkconf -p": "not simulated",
  'rndc dumpdb -cache; sleep 1; grep -v "^;" /var/cache/bind/named_dump.db | head -20': "not simulated",
  "named -V | head -3": "the options with which it was built are of no use in a range",
  "timeout 3 named -u bind -g": "not simulated",
  "cat /var/log/named/named.log | tail -12 @ named-start": "threads load zones and close interfaces in any order",
  "systemctl reload named @ named-start": "the init system keeps what rndc prints to itself",
  "kill -HUP $(pidof named) @ named-start": "no pidof here",
  "host meadow.example @ resolver-down": "the second try of the real host timed out, by a race in the program",
};

describe.each(recordings)("%s: what the programs print is what the real ones printed", (name) => {
  const recording = read(name);
  const range = dnsRange();
  const prepared = prepare(range, recording);
  const steps = recording.steps.filter((step) => step.run !== undefined && ["desk", "ns1", "resolver", "internet"].includes(step.at));
  it.each(steps.map((step, index) => [`${index}: ${step.run}`, step] as const))("%s", async (_, step) => {
    await prepared;
    await range.range.clock.advance(700);
    const line = step.run as string;
    const result = await range.run(step.at, line, step.stdin?.join(""));
    if (line in exceptions || `${line} @ ${name}` in exceptions) return;
    expect(plain([result.stdout])).toEqual(plain(step.stdout));
    expect(plain([result.stderr])).toEqual(plain(step.stderr));
    expect(result.code).toBe(step.exit);
  });
});
