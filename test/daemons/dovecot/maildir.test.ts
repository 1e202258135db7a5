import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deliveryName, messageSizes, oldMail, parseMaildirName } from "../../../src/daemons/dovecot/maildir.ts";

const hostName = "mailbox.meadow.example";
const beforeMs = Date.UTC(2026, 10, 24, 8);

describe("Maildir file names", () => {
  it("are those of the real program", () => {
    const stamp = { atMs: 1_795_492_888_618, microseconds: 627, pid: 181, hostName };
    expect(deliveryName(stamp, { sizeBytes: 1214, virtualBytes: 1240 })).toBe(
      "1795492888.M618627P181.mailbox.meadow.example,S=1214,W=1240",
    );
  });

  it.each([
    [
      "1795492888.M618627P181.mailbox.meadow.example,S=1214,W=1240:2,SF",
      { seconds: 1795492888, sizeBytes: 1214, virtualBytes: 1240, flags: "FS" },
    ],
    ["17.abc", { seconds: 17, flags: "" }],
    ["note.txt", { flags: "" }],
  ])("are read: %s", (name, expected) => {
    expect(parseMaildirName(name)).toEqual({ base: name.replace(/:.*/, ""), ...expected });
  });

  it("count a line's end as two bytes", () => {
    expect(messageSizes("a: b\n\nc\n")).toEqual({ sizeBytes: 8, virtualBytes: 11 });
    expect(messageSizes("a: b\r\n\r\nü\n")).toEqual({ sizeBytes: 11, virtualBytes: 12 });
  });
});

describe("old mail", () => {
  it("fills exactly what it is told to, with true sizes in the names", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1024, max: 2_500_000 }), (fillBytes) => {
        const mail = oldMail({ fillBytes, address: "alice@meadow.example", hostName, beforeMs });
        expect(mail.reduce((sum, each) => sum + each.sizes.virtualBytes, 0)).toBe(fillBytes);
        for (const { name, content, sizes, atMs } of mail) {
          expect(messageSizes(content)).toEqual(sizes);
          expect(parseMaildirName(name)).toMatchObject({ ...sizes, seconds: Math.floor(atMs / 1000) });
          expect(atMs).toBeLessThan(beforeMs);
        }
        expect(new Set(mail.map((each) => each.name)).size).toBe(mail.length);
      }),
      { numRuns: 15 },
    );
  });

  it("is nothing where nothing is to be filled, and one small message at least", () => {
    expect(oldMail({ fillBytes: 0, address: "a@b.example", hostName, beforeMs })).toEqual([]);
    expect(oldMail({ fillBytes: 1, address: "a@b.example", hostName, beforeMs })).toHaveLength(1);
  });
});
