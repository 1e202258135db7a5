import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { postfixDialect } from "../../../src/daemons/postfix/dialect.ts";
import type { Event } from "../../../src/world/event.ts";
import { recordings } from "./recording.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/logs");

function linesOf(file: string): readonly string[] {
  return readFileSync(join(fixtures, file), "utf8").trimEnd().split("\n");
}

/** Every mail.log line of every recording. */
function recordedLines(): readonly string[] {
  return (
    readdirSync(recordings, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".json"))
      .flatMap((file) => {
        const { logs = {} } = JSON.parse(readFileSync(join(recordings, file), "utf8")) as {
          logs?: Record<string, Record<string, string[]>>;
        };
        return Object.values(logs).flatMap((byPath) => byPath["/var/log/mail.log"] ?? []);
      })
      .map((line) => line.replace(/\n$/, ""))
      // A learner's own `logger` lines and other programs' lines are not Postfix's.
      .filter((line) => / postfix\//.test(line))
  );
}

function read(lines: readonly string[], year = 2026): readonly (Event | undefined)[] {
  const reader = postfixDialect.reader({ year, host: "x" });
  return lines.map((line) => reader.read(line));
}

/** Text that another event than a remark should carry. */
const structured =
  /^(?:(?:[0-9A-F]{6,}|NOQUEUE): (?:client=|uid=|message-id=|removed|to=<|from=<.*(?:queue active|returned to sender)|(?:reject|milter-reject|hold|reject_warning): |sender |postmaster )|connect from |disconnect from |lost connection after |timeout after |too many errors after |daemon started|reload -- |refreshing |starting the |stopping the )/;

describe.each([
  ["postfix-mx1.log", linesOf("postfix-mx1.log"), 2312],
  ["postfix-faults.log", linesOf("postfix-faults.log"), 447],
  ["the recordings", recordedLines(), 2000],
])("real lines: %s", (_, lines, atLeast) => {
  const events = read(lines);

  test("every line is read and written back byte for byte", () => {
    expect(lines.length).toBeGreaterThanOrEqual(atLeast);
    events.forEach((event, index) => {
      expect(event, lines[index]).toBeDefined();
      expect(postfixDialect.format(event as Event)).toBe(lines[index]);
    });
  });

  test("what has structure is no remark", () => {
    const missed = events.filter((event) => event?.event === "remark" && event.level === "info" && structured.test(event.text));
    expect(missed).toEqual([]);
  });

  test("warnings, errors and fatals keep their level", () => {
    events.forEach((event, index) => {
      const level = /\]: (warning|error|fatal|panic): /.exec(lines[index] ?? "")?.[1];
      if (level !== undefined) expect(event).toMatchObject({ event: "remark", level });
    });
  });
});

const line = (text: string, process = "smtpd"): string => `Nov  4 02:23:53 mx1 postfix/${process}[195]: ${text}`;

test.each<[string, string, Partial<Event>]>([
  [
    "qmgr",
    "410C6250859: from=<joe@sender.test>, status=expired, returned to sender",
    { event: "expired", from: "joe@sender.test", forced: false },
  ],
  ["qmgr", "410C6250859: from=<>, status=force-expired, returned to sender", { event: "expired", from: "", forced: true }],
  [
    "smtpd",
    "lost connection after DATA (512 bytes) from a[192.0.2.1]",
    { event: "connection-lost", why: "lost connection", stage: "DATA", receivedBytes: 512 },
  ],
  [
    "smtpd",
    "4Y5c1w2Vhgz2Cd: client=a[192.0.2.1], sasl_method=PLAIN, sasl_username=alice",
    { event: "accepted", queueId: "4Y5c1w2Vhgz2Cd", saslUsername: "alice" },
  ],
  ["bounce", "410C6250859: sender delay notification: 511C6250859", { event: "notified", notification: "sender delay" }],
  ["pickup", "F1F862509F9: uid=107 from=<> orig_id=DED482509B6", { event: "picked-up", uid: 107, originalQueueId: "DED482509B6" }],
  [
    "relay/smtp",
    "A842A2509B4: to=<z@loop.test>, relay=a[10.0.0.1]:25, conn_use=2, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok (really))",
    { event: "delivery", process: "relay/smtp", connectionUse: 2, reply: "250 ok (really)" },
  ],
  ["smtpd", "connect from unknown[2001:db8::1]", { event: "connected", client: { name: "unknown", address: "2001:db8::1" } }],
  ["master", "terminating on signal 15", { event: "lifecycle", phase: "stopped" }],
  ["smtpd", "warning: 795DB250859: queue file size limit exceeded", { event: "remark", level: "warning", queueId: "795DB250859" }],
])("%s: %s", (process, text, expected) => {
  const [event] = read([line(text, process)]);
  expect(event).toMatchObject(expected);
  expect(postfixDialect.format(event as Event)).toBe(line(text, process));
});

describe("stamps", () => {
  const at = (stamp: string): string => `${stamp} mx1 postfix/qmgr[1]: 410C6250859: removed`;
  test("a stamp that runs backwards by months is the next year", () => {
    const events = read(
      [
        at("Dec 31 23:59:59"),
        at("Jan  1 00:00:01"),
        at("Dec 31 23:59:59"),
        at("Jan  1 00:00:02"),
        at("Jun 24 00:00:00"),
        at("Nov 24 00:00:00"),
        at("Feb  1 00:00:00"),
      ],
      2026,
    );
    expect(events.map((event) => new Date(event?.atMs ?? 0).toISOString().slice(0, 19))).toEqual([
      "2026-12-31T23:59:59",
      "2027-01-01T00:00:01",
      "2026-12-31T23:59:59",
      "2027-01-01T00:00:02",
      "2027-06-24T00:00:00",
      "2027-11-24T00:00:00",
      "2028-02-01T00:00:00",
    ]);
  });
  test("a log that is rotated out of order by minutes stays in its year", () => {
    expect(read([at("Nov 24 10:00:00"), at("Nov 24 09:58:00")]).map((event) => new Date(event?.atMs ?? 0).getUTCFullYear())).toEqual([
      2026, 2026,
    ]);
  });
  test("ISO stamps of Debian 12's rsyslog are read", () => {
    const [event] = read(["2026-11-24T02:23:53.123456+01:00 mx1 postfix/qmgr[1]: 410C6250859: removed"]);
    expect(event).toMatchObject({ event: "removed", atMs: Date.UTC(2026, 10, 24, 1, 23, 53, 123) });
  });
  test.each(["", "no log line", "Nov 24 02:23:53 mx1 dovecot: lmtp(12): Connect from local", "Foo 24 02:23:53 mx1 postfix/qmgr[1]: x"])(
    "not of this dialect: %j",
    (text) => {
      expect(read([text])).toEqual([undefined]);
    },
  );
});

/** Events at the dialect's precision: what can stand in a line. */
const text = (pattern: RegExp) => fc.stringMatching(pattern);
const queueId = text(/^[0-9A-F]{6,11}$/);
const address = fc.oneof(fc.constant(""), text(/^[a-z]{1,8}@[a-z]{1,8}\.example$/));
const client = fc.record({ name: text(/^[a-z]{1,8}\.example$/), address: fc.ipV4() });
const reply = text(/^[a-z0-9 :.()<>]{0,40}$/).map((words) => words.trim());
const seconds = text(/^(0|0\.\d[1-9]|[1-9]\d{0,5})$/);
const dsn = text(/^[245]\.[0-7]\.\d{1,2}$/);
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
const withoutUndefined = <T extends object>(value: T): T =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;

const bodies = fc.oneof(
  fc.record({ event: fc.constant("connected" as const), client }),
  fc.record({
    event: fc.constant("disconnected" as const),
    client,
    counts: fc.array(fc.tuple(text(/^[a-z]{3,8}$/), text(/^\d{1,2}(\/\d{1,2})?$/))),
  }),
  fc.record({
    event: fc.constant("connection-lost" as const),
    why: fc.constantFrom("lost connection" as const, "timeout" as const),
    stage: text(/^[A-Z]{4,8}$/),
    receivedBytes: optional(fc.nat()),
    client,
  }),
  fc.record({
    event: fc.constant("accepted" as const),
    queueId,
    client,
    saslMethod: fc.constant(undefined),
    saslUsername: fc.constant(undefined),
  }),
  fc.record({ event: fc.constant("picked-up" as const), queueId, uid: fc.nat(), from: address, originalQueueId: optional(queueId) }),
  fc.record({ event: fc.constant("identified" as const), queueId, messageId: text(/^<[a-z0-9.]{1,10}@[a-z.]{1,10}>$/) }),
  fc.record({ event: fc.constant("queued" as const), queueId, from: address, sizeBytes: fc.nat(), recipients: fc.nat() }),
  fc.record({
    event: fc.constant("delivery" as const),
    queueId,
    to: address,
    originalTo: optional(address),
    relay: fc.oneof(
      fc.constant("none"),
      client.map((peer) => `${peer.name}[${peer.address}]:25`),
    ),
    connectionUse: optional(fc.nat()),
    delay: seconds,
    delays: fc.array(seconds, { minLength: 4, maxLength: 4 }).map((parts) => parts.join("/")),
    dsn,
    status: fc.constantFrom("sent" as const, "deferred" as const, "bounced" as const, "undeliverable" as const),
    reply,
  }),
  fc.record({
    event: fc.constant("notified" as const),
    queueId,
    notification: fc.constantFrom("sender non-delivery" as const, "postmaster delay" as const),
    notificationQueueId: queueId,
  }),
  fc.record({ event: fc.constant("removed" as const), queueId }),
  fc.record({ event: fc.constant("expired" as const), queueId, from: address, forced: fc.boolean() }),
  fc.record({
    event: fc.constant("rejected" as const),
    queueId: optional(queueId),
    by: fc.constantFrom("reject" as const, "milter-reject" as const, "hold" as const),
    stage: fc.constantFrom("RCPT", "MAIL", "CONNECT", "END-OF-MESSAGE"),
    client,
    reply: text(/^[45]50 [45]\.7\.1 [a-zA-Z; <>@.:]{0,30}$/).filter((words) => !/; ?(from|to|proto|helo)=/.test(words)),
    from: optional(address),
    to: optional(address),
    protocol: optional(fc.constantFrom("ESMTP", "SMTP")),
    helo: optional(text(/^[a-z.]{1,12}$/)),
  }),
  fc.record({
    event: fc.constant("remark" as const),
    level: fc.constantFrom("warning" as const, "fatal" as const, "error" as const),
    text: text(/^[g-z][a-z ]{0,30}[a-z]$/),
  }),
);

test("law: parse(format(e)) = e", () => {
  const origin = fc.record({
    atMs: fc.integer({ min: Date.UTC(2026, 0, 1) / 1000, max: Date.UTC(2026, 11, 31) / 1000 }).map((second) => second * 1000),
    host: text(/^[a-z][a-z0-9]{0,9}$/),
    daemon: fc.constant("postfix" as const),
    process: fc.constantFrom("smtpd", "relay/smtp", "postfix-out/qmgr"),
    pid: fc.nat(),
  });
  fc.assert(
    fc.property(origin, bodies, (from, body) => {
      const event = withoutUndefined({ ...from, ...body }) as unknown as Event;
      expect(read([postfixDialect.format(event)])).toEqual([event]);
    }),
    { numRuns: 2000 },
  );
});

test("the ready line is the master's", () => {
  expect(
    postfixDialect.ready.test("Nov 24 02:08:27 mx1 postfix/master[303]: daemon started -- version 3.7.11, configuration /etc/postfix"),
  ).toBe(true);
  expect(postfixDialect.ready.test("Nov 24 02:08:27 mx1 postfix/postfix-script[301]: starting the Postfix mail system")).toBe(false);
});
