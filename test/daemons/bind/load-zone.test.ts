import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { loadZone } from "../../../src/daemons/bind/load-zone.ts";

interface Case {
  readonly title: string;
  readonly zone: readonly string[];
  readonly stdout: readonly string[];
  readonly exit: number;
  readonly dump: readonly string[];
}

const recording = JSON.parse(readFileSync(new URL("../../fixtures/recordings/bind/checkzone.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Case[];
};

const path = "/etc/bind/db.meadow.example";

function load(zone: string) {
  const read = (asked: string): string | undefined => (asked === path ? zone : undefined);
  return loadZone({ zone: "meadow.example", path, read, manyErrors: true, checkNames: "warn" });
}

describe("loading a zone says and does what named-checkzone did", () => {
  it.each(recording.cases.map((recorded) => [recorded.title, recorded] as const))("%s", (_, recorded) => {
    const loading = load(recorded.zone.join(""));
    const said = loading.messages.map((message) => `${message.text}\n`);
    // What the program finds out about other zones' names it asks the network for.
    const expected = recorded.stdout.filter((line) => line !== "OK\n" && !line.includes("(out of zone)"));
    expect(said).toEqual(expected);
    expect(loading.zone !== undefined).toBe(recorded.exit === 0);
    const asked = recorded.stdout.filter((line) => line.includes("(out of zone)"));
    expect(loading.foreign.length).toBe(asked.length);
    const dumped = recorded.dump
      .map((line) => line.trim().split(/\s+/))
      .map(([name, ttl, , type, ...data]) => [name, ttl, type, data.join(" ")].join(" "));
    const records = (loading.zone?.records ?? []).map((record) => [record.name, record.ttlSeconds, record.type, record.data].join(" "));
    expect([...records].sort()).toEqual([...dumped].sort());
  });
});
