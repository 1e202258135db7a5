import { describe, expect, test } from "vitest";
import { ProblemError } from "../../src/base/problem.ts";
import { compileEffect } from "../../src/daemons/effects.ts";
import { mxWrongOrder } from "../../src/faults/mx-wrong-order.ts";
import type { Host, World } from "../../src/world/world.ts";
import { worldOf } from "./world-of.ts";

const config = 'zone "meadow.example" {\n\ttype primary;\n\tfile "/etc/bind/db.meadow.example";\n};\n';

function hostWith(key: string, files: Host["files"], address: string): Host {
  const daemons: Host["daemons"] = "/etc/bind/named.conf" in files ? [{ kind: "bind", state: "running" }] : [];
  const empty = { duties: [], nameservers: [], daemons, firewall: [], disks: [], mailboxes: [] };
  return { key, name: `${key}.meadow.example`, owner: "org", interfaces: [{ network: "internet", address }], files, ...empty };
}

function worldWith(...records: readonly string[]): World {
  const zone = ["$TTL 60", "@\tIN\tSOA\tns1 hostmaster ( 7 3600 600 604800 60 )", ...records, ""].join("\n");
  return worldOf([
    hostWith("ns1", { "/etc/bind/named.conf": config, "/etc/bind/db.meadow.example": zone }, "203.0.113.17"),
    hostWith("mx1", {}, "203.0.113.19"),
    hostWith("mx2", {}, "203.0.113.20"),
  ]);
}

const params = { zone: "meadow.example", swap: ["mx1", "mx2"] as const };
const zoneAfter = (world: World): string => {
  const broken = mxWrongOrder.effects(params, world).reduce(compileEffect, world);
  return broken.hosts[0]?.files["/etc/bind/db.meadow.example"] ?? "";
};
const mxOf = (zone: string): string[] => [...zone.matchAll(/MX\s+(\d+\s+\S+)/g)].map((match) => (match[1] ?? "").replace(/\s+/, " "));

describe("mx-wrong-order", () => {
  test.each([
    ["relative names", ["\tIN\tMX\t10 mx1", "\tIN\tMX\t20 mx2"], ["20 mx1", "10 mx2"]],
    [
      "absolute names, capitals, a TTL",
      ["@ 300 in mx 5 MX1.meadow.example.", "@ IN MX 50 mx2.MEADOW.example."],
      ["50 MX1.meadow.example.", "5 mx2.MEADOW.example."],
    ],
    ["the backup written first", ["@ MX 20 mx2", "@ MX 10 mx1"], ["10 mx2", "20 mx1"]],
    ["a third one that stays", ["@ MX 10 mx1", "@ MX 20 mx2", "@ MX 30 mx3"], ["20 mx1", "10 mx2", "30 mx3"]],
  ])("exchanges the preferences: %s", (_, records, wanted) => {
    const zone = zoneAfter(worldWith(...records));
    expect(mxOf(zone.replaceAll(/\bmx\b/g, "MX"))).toEqual(wanted);
    expect(zone).toContain("( 8 3600");
  });

  test("twice is as before, but for the serial", () => {
    const world = worldWith("@ MX 10 mx1", "@ MX 20 mx2");
    const once = mxWrongOrder.effects(params, world).reduce(compileEffect, world);
    const twice = mxWrongOrder.effects(params, once).reduce(compileEffect, once);
    const before = world.hosts[0]?.files["/etc/bind/db.meadow.example"];
    expect(twice.hosts[0]?.files["/etc/bind/db.meadow.example"]).toBe(before?.replace("( 7 ", "( 9 "));
  });

  test("says what is missing when the world has no place for it", () => {
    const world = worldWith("@ MX 10 mx1");
    expect(() => mxWrongOrder.effects(params, world)).toThrow(ProblemError);
    expect(() => mxWrongOrder.effects(params, world)).toThrow(/no MX record that points at mx2/);
    expect(() => mxWrongOrder.effects({ ...params, zone: "brook.example" }, world)).toThrow(/holds the zone brook.example/);
  });

  test("its symptom names the server that should not have been asked", () => {
    expect(mxWrongOrder.symptom(params, worldWith())).toEqual(["relay=mx2.meadow.example[203.0.113.20]:25"]);
  });
});
