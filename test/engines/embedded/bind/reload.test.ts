import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { dnsRange } from "./dns-range.ts";

interface Case {
  readonly title: string;
  readonly zone: readonly string[] | null;
  readonly command: string;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  readonly exit: number;
  readonly log: readonly string[];
  readonly served: readonly string[];
}

const url = new URL("../../../fixtures/recordings/bind/reload.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(url, "utf8")) as { readonly cases: readonly Case[] };

const conf = `
controls { inet 127.0.0.1 port 953 allow { 127.0.0.1; } keys { "rndc-key"; }; };
options { directory "/tmp/nm"; listen-on-v6 { none; }; recursion no; dnssec-validation no; querylog yes; allow-transfer {none;}; };
logging { channel log_file { file "/var/log/named/named.log"; print-time yes; print-category yes; print-severity yes; }; category default { log_file; }; };
zone "meadow.example" { type primary; file "/tmp/nm/db.meadow.example"; };
zone "other.example" { type primary; file "/tmp/nm/db.other.example"; };
`;
const path = "/tmp/nm/db.meadow.example";
const other = "$TTL 60\n@ IN SOA ns1 hostmaster 1 2 3 4 5\n@ IN NS ns1\nns1 IN A 203.0.113.17\n";
const { range, machine, run, log } = dnsRange({
  ns1: { "/etc/bind/named.conf": conf, [path]: (cases[0] as Case).zone?.join("") ?? "", "/tmp/nm/db.other.example": other },
});

/** Without the stamp; in the order of the real log, except that named reports loaded zones when its threads come to it. */
function plain(lines: readonly string[]): readonly string[] {
  return lines
    .map((line) => line.slice(25).replace("/tmp/nm/named.conf", "/etc/bind/named.conf"))
    .filter((line) => !line.startsWith("queries:"))
    .sort();
}

describe("reloading a zone, one after the other on one server", () => {
  it.each(cases.map((recorded, index) => [`${index}: ${recorded.title}`, recorded] as const))("%s", async (_, recorded) => {
    await range.clock.advance(5000);
    if (recorded.zone !== null && recorded.title !== "unchanged") machine("ns1").files.write(path, recorded.zone.join(""));
    else if (recorded.title === "missing file") machine("ns1").files.remove(path);
    const before = log("ns1").length;
    const result = await run("ns1", recorded.command);
    expect([result.stdout, result.stderr, result.code]).toEqual([recorded.stdout.join(""), recorded.stderr.join(""), recorded.exit]);
    expect(plain(log("ns1").slice(before))).toEqual(plain(recorded.log));
    const served = await run("ns1", "dig +noall +answer @127.0.0.1 meadow.example soa");
    expect(served.stdout.trim()).toBe(recorded.served.find((line) => line.includes("SOA")));
  });
});
