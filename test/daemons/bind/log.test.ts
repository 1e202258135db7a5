import { describe, expect, it } from "vitest";
import { bindLog } from "../../../src/daemons/bind/log.ts";

/** Lines that real name servers wrote (BIND 9.18.49). */
const lines = `
24-Nov-2026 04:00:24.473 zoneload: info: managed-keys-zone: loaded serial 0
24-Nov-2026 04:00:24.477 zoneload: info: zone meadow.example/IN: loaded serial 2026112401
24-Nov-2026 04:00:23.441 zoneload: info: zone ./IN: loaded serial 2026112401
24-Nov-2026 04:00:24.481 general: notice: running
24-Nov-2026 04:06:13.465 general: info: received control channel command 'reload'
24-Nov-2026 04:06:14.293 general: info: received control channel command 'reload meadow.example'
24-Nov-2026 04:06:24.593 general: info: debug level is now 1
24-Nov-2026 04:07:35.269 general: error: dns_rdata_fromtext: /tmp/nm/db.meadow.example:15: near '203.0.113.319': bad dotted quad
24-Nov-2026 04:07:35.269 zoneload: error: zone meadow.example/IN: loading from master file /tmp/nm/db.meadow.example failed: bad dotted quad
24-Nov-2026 04:07:35.269 zoneload: error: zone meadow.example/IN: not loaded due to errors.
24-Nov-2026 04:07:35.269 zoneload: error: zone meadow.example/IN: zone serial (2026112401) unchanged. zone may fail to transfer to secondaries.
24-Nov-2026 04:07:35.269 general: warning: zone meadow.example/IN: meadow.example/MX 'mx9.meadow.example' has no address records (A or AAAA)
24-Nov-2026 04:17:33.529 config: error: /tmp/nm/named.conf:3: missing ';' before 'pid-file'
24-Nov-2026 04:07:33.529 network: info: no longer listening on 127.0.0.1#5399
24-Nov-2026 04:07:33.533 general: info: shutting down: flushing changes
24-Nov-2026 04:07:33.593 general: notice: exiting
`
  .trim()
  .split("\n");

const query =
  "24-Nov-2026 04:01:01.889 queries: info: client @0x7f636c06d098 203.0.113.2#53968 (meadow.example): query: meadow.example IN MX -E(0)DCK (203.0.113.17)";

const reader = () => bindLog.reader({ year: 2026, host: "ns1" });

describe("named's log", () => {
  it.each([...lines, query])("reads and writes again: %s", (line) => {
    const event = reader().read(line);
    if (event === undefined) throw new Error("not read");
    const written = bindLog.format(event);
    // The pointer tells nothing and is not kept.
    expect(written.replace(/@0x\w+/, "@")).toBe(line.replace(/@0x\w+/, "@"));
    expect(reader().read(written)).toEqual(event);
  });

  it("knows what a line means", () => {
    const events = [...lines, query].map((line) => reader().read(line)?.event);
    const counts = Object.fromEntries([...new Set(events)].map((event) => [event, events.filter((other) => other === event).length]));
    expect(counts).toEqual({ remark: 7, "zone-loaded": 4, lifecycle: 5, "looked-up": 1 });
    expect(reader().read(query)).toMatchObject({
      event: "looked-up",
      atMs: Date.UTC(2026, 10, 24, 4, 1, 1, 889),
      host: "ns1",
      clientAddress: "203.0.113.2",
      clientPort: 53968,
      name: "meadow.example",
      type: "MX",
      flags: "-E(0)DCK",
      serverAddress: "203.0.113.17",
    });
  });

  it("leaves other programs' lines alone", () => {
    expect(reader().read("Nov 24 04:01:01 ns1 named[1]: running")).toBeUndefined();
  });
});
