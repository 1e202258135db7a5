import { describe, expect, it } from "vitest";
import { simulatedBind } from "../../../../src/engines/embedded/daemons/bind/bind.ts";
import { createStubResolver } from "../../../../src/engines/embedded/dns/stub-resolver.ts";
import { forkRange } from "../../../../src/engines/embedded/fork.ts";
import { createShell } from "../../../../src/engines/embedded/shell/bash.ts";
import { type DnsRange, dnsRange, overRange } from "./dns-range.ts";

/** The questions in a host's query log, without clients: `meadow.example MX -E(0)DCK`. */
const asked = (range: DnsRange, key: string): readonly string[] =>
  range.log(key).flatMap((line) => / query: (\S+) IN (\S+ \S+) /.exec(line)?.slice(1, 3).join(" ") ?? []);

const answerOf = async (range: DnsRange, line: string): Promise<string> =>
  (await range.run("desk", `dig +noall +comments +answer ${line}`)).stdout;
const short = async (range: DnsRange, line: string): Promise<string> => (await range.run("desk", `dig +short ${line}`)).stdout.trim();

describe("the resolver's way from the root", () => {
  it.each([
    // What the real resolver asked after `rndc flush` (BIND 9.18.49), as sets: threads mix the order.
    [
      "meadow.example MX",
      ["example NS -E(0)DCK", ". NS -E(0)DK", "ns.backbone.example AAAA -E(0)DCV", "meadow.example MX -E(0)DCV"],
      ["meadow.example MX -E(0)DCK"],
    ],
    [
      "mail.brook.example A",
      [
        ...["example NS -E(0)DCK", ". NS -E(0)DK", "ns.backbone.example AAAA -E(0)DCV", "brook.example NS -E(0)DCV"],
        "mail.brook.example A -E(0)DCV",
      ],
      [],
    ],
    ["nosuch. A", ["nosuch A -E(0)DCK", ". NS -E(0)DK"], []],
    [
      "a.b.c.example A",
      ["example NS -E(0)DCK", ". NS -E(0)DK", "ns.backbone.example AAAA -E(0)DCV", "c.example NS -E(0)DCV", "a.b.c.example A -E(0)DCV"],
      [],
    ],
  ])("%s", async (question, internet, ns1) => {
    const range = dnsRange();
    await short(range, question);
    await range.range.clock.advance(500);
    const noise = (line: string): boolean => !/^(backbone\.example NS|ns1?\.\S+ AAAA|office\S* NS)/.test(line);
    const main = (lines: readonly string[]): readonly string[] => lines.filter(noise).sort();
    expect(main(asked(range, "internet"))).toEqual(main(internet));
    expect(main(asked(range, "ns1"))).toEqual(main(ns1));
  });
});

describe("the cache", () => {
  it("counts TTLs down, and asks again when they are over", async () => {
    const range = dnsRange();
    expect(await answerOf(range, "mx1.meadow.example")).toMatch(/mx1\.meadow\.example\.\t60\t/);
    await range.range.clock.advance(45_000);
    expect(await answerOf(range, "mx1.meadow.example")).toMatch(/mx1\.meadow\.example\.\t15\t/);
    const before = asked(range, "ns1").length;
    await range.range.clock.advance(15_000);
    expect(await answerOf(range, "mx1.meadow.example")).toMatch(/mx1\.meadow\.example\.\t60\t/);
    expect(asked(range, "ns1").length).toBeGreaterThan(before);
  });

  it("keeps an old answer until the TTL or a flush ends it", async () => {
    const range = dnsRange();
    expect(await short(range, "meadow.example MX")).toMatch(/10 mx1/);
    await range.run("ns1", "sed -i -e 's/10 mx1/30 mx1/' -e s/2026112401/2026112402/ /etc/bind/db.meadow.example");
    expect((await range.run("ns1", "rndc reload meadow.example")).stdout).toBe("zone reload queued\n");
    expect(await short(range, "meadow.example MX")).toMatch(/10 mx1/);
    expect(await short(range, "@203.0.113.17 meadow.example MX")).toMatch(/30 mx1/);
    await range.run("resolver", "rndc flush");
    expect(await short(range, "meadow.example MX")).toMatch(/30 mx1/);
  });

  it("remembers that a name does not exist for the SOA's minimum", async () => {
    const range = dnsRange();
    expect(await answerOf(range, "new.meadow.example")).toMatch(/NXDOMAIN/);
    await range.run("ns1", "echo 'new IN A 203.0.113.30' >> /etc/bind/db.meadow.example; rndc reload meadow.example");
    await range.range.clock.advance(59_000);
    expect(await answerOf(range, "new.meadow.example")).toMatch(/NXDOMAIN/);
    await range.range.clock.advance(1000);
    expect(await short(range, "new.meadow.example")).toBe("203.0.113.30");
  });
});

describe("when servers do not answer", () => {
  it("a refusing host gives SERVFAIL at once, a silent one after ten seconds", async () => {
    const range = dnsRange();
    await range.run("ns1", "rndc stop");
    let before = range.range.clock.now();
    expect(await answerOf(range, "meadow.example MX")).toMatch(/SERVFAIL/);
    expect(range.range.clock.now() - before).toBeLessThan(100);
    range.machine("ns1").services.start("bind");
    range.machine("ns1").services.freeze("bind");
    await range.range.clock.advance(2000);
    before = range.range.clock.now();
    expect(await answerOf(range, "mx1.meadow.example +time=12 +tries=1")).toMatch(/SERVFAIL/);
    expect(range.range.clock.now() - before).toBeGreaterThanOrEqual(10_000);
    expect(range.log("resolver").at(-1)).toMatch(/query failed \(timed out\) for mx1\.meadow\.example\/IN\/A at query\.c:7916$/);
  });

  it("the stub resolver waits five seconds, twice", async () => {
    const range = dnsRange();
    range.machine("resolver").services.freeze("bind");
    const before = range.range.clock.now();
    const answer = await range.range.clock.runUntil(createStubResolver(range.machine("desk")).query("meadow.example", "MX"));
    expect(answer.status).toBe("TIMEOUT");
    expect(range.range.clock.now() - before).toBe(10_000);
  });
});

describe("the stub resolver", () => {
  it("looks into /etc/hosts first, follows aliases, finds names of addresses in a delegated block", async () => {
    const range = dnsRange({ desk: { "/etc/hosts": "198.51.100.99 printer printer.local\n" } });
    const resolver = createStubResolver(range.machine("desk"));
    const ask = <T>(promise: Promise<T>): Promise<T> => range.range.clock.runUntil(promise);
    expect((await ask(resolver.addresses("printer"))).addresses).toEqual(["198.51.100.99"]);
    expect((await ask(resolver.addresses("mx1.meadow.example"))).addresses).toEqual(["203.0.113.19"]);
    expect((await ask(resolver.addresses("nosuch.meadow.example"))).status).toBe("NXDOMAIN");
    expect(await ask(resolver.addresses("meadow.example"))).toMatchObject({ status: "NOERROR", addresses: [] });
    expect((await ask(resolver.reverse("203.0.113.19"))).names).toEqual(["mx1.meadow.example"]);
    expect((await ask(resolver.reverse("203.0.113.10"))).names).toEqual(["mail.brook.example"]);
    expect((await ask(resolver.reverse("203.0.113.40"))).status).toBe("NXDOMAIN");
  });

  it("fetches a long answer over TCP", async () => {
    const key = `k1 IN TXT ${Array.from({ length: 12 }, () => `"${"x".repeat(200)}"`).join(" ")}\n`;
    const range = dnsRange();
    range.machine("ns1").files.append("/etc/bind/db.meadow.example", key);
    await range.run("ns1", "rndc reload meadow.example");
    const answer = await range.range.clock.runUntil(createStubResolver(range.machine("desk")).query("k1.meadow.example", "TXT"));
    expect(answer.answers[0]?.data.length).toBe(12 * 203 - 1);
    expect(range.log("resolver").some((line) => / IN TXT \+T /.test(line))).toBe(true);
  });
});

describe("a range", () => {
  it("logs the same bytes for the same seed, and other ids for another", async () => {
    const play = async (seed: number): Promise<string> => {
      const range = dnsRange({}, seed);
      const said: string[] = [];
      for (const line of ["dig meadow.example MX", "dig -x 203.0.113.19", "host brook.example", "dig nosuch.example"]) {
        said.push((await range.run("desk", line)).stdout);
      }
      return [...said, ...["internet", "ns1", "resolver"].flatMap((key) => range.log(key))].join("\n");
    };
    const first = await play(1);
    expect(await play(1)).toBe(first);
    expect(await play(2)).not.toBe(first);
  });

  it("forks with its cache and its zones as they are served, and the fork changes nothing in it", async () => {
    const range = dnsRange();
    await short(range, "mx1.meadow.example");
    await range.run("ns1", "sed -i s/203.0.113.19/203.0.113.29/ /etc/bind/db.meadow.example");
    await range.range.clock.advance(10_000);
    const fork = overRange(await forkRange(range.range, { daemons: [simulatedBind], shell: createShell }));
    expect(await answerOf(fork, "mx1.meadow.example")).toMatch(/\t50\tIN\tA\t203\.0\.113\.19/);
    expect(await short(fork, "@203.0.113.17 mx1.meadow.example")).toBe("203.0.113.19");
    await fork.run("ns1", "rndc reload");
    expect(await short(fork, "@203.0.113.17 mx1.meadow.example")).toBe("203.0.113.29");
    expect(await short(range, "@203.0.113.17 mx1.meadow.example")).toBe("203.0.113.19");
  });
});
