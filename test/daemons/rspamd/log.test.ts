import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { rspamdLog } from "../../../src/daemons/rspamd/log.ts";
import type { Event } from "../../../src/world/event.ts";

const fixtures = new URL("../../fixtures/", import.meta.url);
const context = { year: 2026, host: "filter" };

interface Recording {
  readonly logs?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

/** Every line that a real Rspamd wrote while something was recorded, and a log of other modules and actions. */
const lines: readonly string[] = [
  ...readdirSync(new URL("recordings/", fixtures), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .sort()
    .flatMap((name) => {
      const { logs = {} } = JSON.parse(readFileSync(new URL(`recordings/${name}`, fixtures), "utf8")) as Recording;
      return Object.values(logs).flatMap((files) => files["/var/log/rspamd/rspamd.log"] ?? []);
    }),
  ...["rspamd-tasklog.log", "rspamd-faults.log"].flatMap((name) => readFileSync(new URL(`logs/${name}`, fixtures), "utf8").split("\n")),
].flatMap((line) => (line.trim() === "" ? [] : [line.replace(/\n$/, "")]));

const read = (line: string): Event | undefined => rspamdLog.reader(context).read(line);

describe("rspamd.log", () => {
  it("is written again, byte for byte", () => {
    expect(lines.length).toBeGreaterThan(800);
    const events = lines.map(read);
    expect(events.map((event) => (event === undefined ? "not read" : rspamdLog.format(event)))).toEqual(lines);
    expect(events.map((event) => (event === undefined ? event : read(rspamdLog.format(event))))).toEqual(events);
  });

  it("tells every verdict", () => {
    const verdicts = lines.filter((line) => line.includes("rspamd_task_write_log"));
    expect(verdicts.length).toBeGreaterThan(50);
    expect(verdicts.filter((line) => read(line)?.event !== "scanned")).toEqual([]);
  });

  it.each<[string, object]>([
    [
      "2026-11-24 04:29:34 #178(rspamd_proxy) <1394a7>; proxy; rspamd_task_write_log: id: <m@thicket.example>, qid: <3B52D18A0C8>, ip: 203.0.113.11, from: <dana@brook.example>, (default: T (reject): [15.00/15.00] [DMARC_POLICY_REJECT(2.00){brook.example : No valid SPF, No valid DKIM;reject;},R_SPF_FAIL(1.00){-all:c;},R_DKIM_NA(0.00){}]), len: 303, time: 8.435ms, dns req: 1, digest: <ca>, rcpts: <alice@meadow.example>",
      {
        event: "scanned",
        process: "rspamd_proxy",
        messageId: "<m@thicket.example>",
        queueId: "3B52D18A0C8",
        clientAddress: "203.0.113.11",
        from: "dana@brook.example",
        action: "reject",
        score: 15,
        symbols: [
          "DMARC_POLICY_REJECT(2.00){brook.example : No valid SPF, No valid DKIM;reject;}",
          "R_SPF_FAIL(1.00){-all:c;}",
          "R_DKIM_NA(0.00){}",
        ],
      },
    ],
    [
      "2026-11-24 07:04:21 #3359(main) <43e003>; main; main: rspamd 3.4 is starting, build id: release",
      { event: "lifecycle", phase: "starting" },
    ],
    [
      "2026-11-24 07:04:20 #3201(main) <b38b8e>; main; rspamd_term_handler: catch termination signal, waiting for 3 children for 16.00 seconds",
      { event: "lifecycle", phase: "stopping" },
    ],
    ["2026-11-24 07:04:20 #3201(main) <b38b8e>; main; main: terminating...", { event: "lifecycle", phase: "stopped" }],
    [
      "2026-11-24 04:29:08 #178(rspamd_proxy) <665b18>; proxy; rspamd_check_gtube: gtube reject pattern has been found in part of length 70",
      { event: "remark", pid: 178 },
    ],
  ])("tells what happened: %s", (line, expected) => {
    expect(read(line)).toMatchObject(expected);
  });

  it("is ready when the milter listens", () => {
    expect(lines.filter((line) => rspamdLog.ready.test(line)).length).toBeGreaterThan(0);
  });

  it("leaves other programs' lines alone", () => {
    expect(read("Nov 24 02:29:12 mail postfix/qmgr[11]: 95EF91CA125: removed")).toBeUndefined();
  });
});
