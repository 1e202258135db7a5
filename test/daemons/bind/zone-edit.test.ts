import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { editZone } from "../../../src/daemons/bind/zone-edit.ts";

const meadow = readFileSync(new URL("../../fixtures/small-office/ns1/etc/bind/db.meadow.example", import.meta.url), "utf8");
const raised = meadow.replace("2026112401", "2026112402");

describe("editing a zone in place", () => {
  it.each([
    ["only raises the serial where nothing is edited", [], raised],
    [
      "swaps two preferences",
      [
        { set: { name: "@", type: "MX", data: "20 mx1" }, was: { name: "@", type: "MX", data: "10 mx1" } },
        { set: { name: "@", type: "MX", data: "10 mx2" }, was: { name: "@", type: "MX", data: "20 mx2" } },
      ],
      raised.replace("MX\t10 mx1", "MX\t20 mx1").replace("MX\t20 mx2", "MX\t10 mx2"),
    ],
    [
      "finds a record by its absolute names, whatever their case",
      [{ set: { name: "@", type: "MX", data: "5 mx1" }, was: { name: "Meadow.Example.", type: "mx", data: "10 MX1.meadow.example." } }],
      raised.replace("MX\t10 mx1", "MX\t5 mx1"),
    ],
    ["removes a line", [{ remove: { name: "@", type: "MX", data: "20 mx2" } }], raised.replace("\tIN\tMX\t20 mx2\n", "")],
    [
      "adds a record behind its likes",
      [{ add: { name: "@", type: "MX", data: "30 mx3" } }],
      raised.replace("MX\t20 mx2\n", "MX\t20 mx2\n\tIN\tMX\t30 mx3\n"),
    ],
    [
      "adds a name of its own at the end",
      [{ add: { name: "www", type: "A", data: "203.0.113.22", ttlSeconds: 5 } }],
      `${raised}www\t5\tIN\tA\t203.0.113.22\n`,
    ],
    [
      "gives a record its own TTL",
      [{ set: { name: "mx1", type: "A", data: "203.0.113.25", ttlSeconds: 300 }, was: { name: "mx1", type: "A", data: "203.0.113.19" } }],
      raised.replace("mx1\t\tIN\tA\t203.0.113.19", "mx1\t\tIN\t300\tA\t203.0.113.25"),
    ],
    [
      "lets an edit of the SOA record decide the serial",
      [
        {
          set: { name: "@", type: "SOA", data: "ns1 hostmaster 7 3600 600 604800 60" },
          was: { name: "@", type: "SOA", data: "ns1 hostmaster 2026112401 3600 600 604800 60" },
        },
      ],
      meadow.replace(/SOA[^)]*\).*/, "SOA\tns1 hostmaster 7 3600 600 604800 60"),
    ],
  ])("%s", (_, edits, expected) => {
    expect(editZone(meadow, "meadow.example", edits)).toBe(expected);
  });

  it("leaves the owner to the records that had it from the removed line", () => {
    const zone = '@ IN SOA ns1 root 1 2 3 4 5\nns1 IN A 203.0.113.1\n\tIN TXT "x"\n';
    const edited = editZone(zone, "a.example", [{ remove: { name: "ns1", type: "A", data: "203.0.113.1" } }]);
    expect(edited).toBe('@ IN SOA ns1 root 2 2 3 4 5\nns1\tIN TXT "x"\n');
  });

  it("keeps the comment behind a record", () => {
    const zone = "@ IN SOA ns1 root 1 2 3 4 5\n@ IN MX 10 mx1 ; first\n";
    const set = { name: "@", type: "MX", data: "20 mx1" };
    const was = { name: "@", type: "MX", data: "10 mx1" };
    expect(editZone(zone, "a.example", [{ set, was }])).toBe("@ IN SOA ns1 root 2 2 3 4 5\n@ IN MX 20 mx1 ; first\n");
  });

  it("says which records there are when one is missing", () => {
    const remove = { name: "@", type: "MX", data: "50 mx1" };
    expect(() => editZone(meadow, "meadow.example", [{ remove }])).toThrow(/has no record @ MX 50 mx1\..*\n.*10 mx1, 20 mx2/);
  });
});
