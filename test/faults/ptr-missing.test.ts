import { describe, expect, test } from "vitest";
import { ProblemError } from "../../src/base/problem.ts";
import { compileEffect } from "../../src/daemons/effects.ts";
import { ptrMissing } from "../../src/faults/ptr-missing.ts";
import type { Host, World } from "../../src/world/world.ts";
import { worldOf } from "./world-of.ts";

const empty = { duties: [], nameservers: [], firewall: [], disks: [], mailboxes: [] };

/** ns1 holds the names of a block (RFC 2317) or of the whole /24; mx1 stands at 203.0.113.19 and 198.51.100.3. */
function worldWith(zone: string, ...records: readonly string[]): World {
  const text = ["$TTL 60", "@\tIN\tSOA\tns1 hostmaster ( 7 3600 600 604800 60 )", ...records, ""].join("\n");
  const files: Host["files"] = {
    "/etc/bind/named.conf": `zone "${zone}" {\n\ttype primary;\n\tfile "/etc/bind/db.reverse";\n};\n`,
    "/etc/bind/db.reverse": text,
  };
  return worldOf([
    {
      key: "ns1",
      name: "ns1.meadow.example",
      owner: "org",
      interfaces: [],
      daemons: [{ kind: "bind", state: "running" }],
      files,
      ...empty,
    },
    {
      key: "mx1",
      name: "mx1.meadow.example",
      owner: "org",
      interfaces: [
        { network: "office", address: "198.51.100.3" },
        { network: "internet", address: "203.0.113.19" },
      ],
      daemons: [],
      files: {},
      ...empty,
    },
  ]);
}

const params = (zone: string) => ptrMissing.params.parse({ host: "mx1", zone });
const zoneAfter = (zone: string, world: World): string =>
  ptrMissing.effects(params(zone), world).reduce(compileEffect, world).hosts[0]?.files["/etc/bind/db.reverse"] ?? "";

describe("ptr-missing", () => {
  test.each(["16-31.113.0.203.in-addr.arpa", "113.0.203.in-addr.arpa"])("takes the one record out of %s and raises the serial", (zone) => {
    const after = zoneAfter(zone, worldWith(zone, "17\tIN\tPTR\tns1.meadow.example.", "19\tIN\tPTR\tmx1.meadow.example."));
    expect(after).toContain("17\tIN\tPTR\tns1.meadow.example.");
    expect(after).not.toContain("mx1.meadow.example.");
    expect(after).toContain("( 8 3600");
  });

  test("says what is missing when the world has no place for it", () => {
    const zone = "113.0.203.in-addr.arpa";
    expect(() => zoneAfter(zone, worldWith(zone, "17\tIN\tPTR\tns1.meadow.example."))).toThrow(ProblemError);
    expect(() => ptrMissing.effects(params("0.198.in-addr.arpa"), worldWith(zone))).toThrow(/holds the zone 0.198.in-addr.arpa/);
    const elsewhere = ptrMissing.params.parse({ host: "mx1", network: "moon", zone });
    expect(() => ptrMissing.effects(elsewhere, worldWith(zone))).toThrow(/mx1 has no address on the network moon/);
  });

  test("its symptom is what every server logs of a client without a name", () => {
    const zone = "113.0.203.in-addr.arpa";
    expect(ptrMissing.symptom(params(zone), worldWith(zone))).toEqual(["connect from unknown[203.0.113.19]"]);
  });
});
