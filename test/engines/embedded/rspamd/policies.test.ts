import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Office, Zone } from "../postfix/office.ts";
import { filteredZone, openFilteredOffice, rspamdLines } from "./recorded-scan.ts";

/** Records below brook.example that a real Rspamd 3.4 was asked about. */
const records: Zone = [
  ["noall", "v=spf1 ip4:203.0.113.40"],
  ["plusall", "v=spf1 +all"],
  ["redir", "v=spf1 redirect=_spf.brook.example"],
  ["_spf", "v=spf1 ip4:203.0.113.10 ~all"],
  ["inc", "v=spf1 include:_spf.brook.example -all"],
  ["incno", "v=spf1 include:nosuch.brook.example include:_spf.brook.example -all"],
  ["bada", "v=spf1 a:nosuch.brook.example -all"],
  ["badmx", "v=spf1 mx:nosuch.brook.example -all"],
  ["amech", "v=spf1 a:mail.brook.example -all"],
  ["upper", "V=SPF1 MX:brook.example -ALL"],
  ["cidr", "v=spf1 ip4:203.0.113.0/26 -all"],
  ["other", "hello"],
  ["exist", "v=spf1 exists:%{i}.brook.example -all"],
  ["ptrm", "v=spf1 ptr:brook.example -all"],
  ["redno", "v=spf1 redirect=nosuch.brook.example"],
  ["bad4", "v=spf1 ip4:203.0.113.300 ip4:203.0.113.10 -all"],
  ["twos", "v=spf1 a -all"],
  ["twos", "v=spf1 ip4:203.0.113.10 -all"],
  ["loop", "v=spf1 include:loop.brook.example -all"],
  ["_dmarc.bad1", "v=DMARC1; p=rejekt"],
  ["_dmarc.two", "v=DMARC1; p=reject"],
  ["_dmarc.two", "v=DMARC1; p=none"],
  ["_dmarc.garb", "foo"],
  ["_dmarc.pct", "v=DMARC1; p=reject; pct=0"],
  ["_dmarc.strict", "v=DMARC1; p=reject; aspf=s"],
].map(([name, text]) => [`${name}.brook.example`, "TXT", `"${text}"`] as const);

let office: Office;

beforeAll(async () => {
  office = await openFilteredOffice([...filteredZone, ...records]);
  await office.advance(3000);
});

afterAll(() => office.down());

/** Lines of one scan without stamp, process and tag; the verdict's symbols. */
async function scan(
  from: string,
  sender: string,
  address = "203.0.113.10",
): Promise<{ readonly log: readonly string[]; readonly symbols: string }> {
  const start = rspamdLines(office).length;
  const stdin = `From: ${from}\nTo: a@meadow.example\nSubject: t\nMessage-ID: <t@x>\n\nhi\n`;
  await office.run("filter", `rspamc -i ${address} -F ${sender} -r a@meadow.example`, stdin);
  const texts = rspamdLines(office)
    .slice(start)
    .map((line) => line.replace(/^.*?> *; /, "").replace(/^.*<\w{6}>; /, ""));
  const verdict = texts.find((text) => text.includes("write_log")) ?? "";
  return {
    log: texts.filter((text) => /spf/.test(text) && !text.includes("write_log")),
    symbols: /\] \[(.*)\]\), len/.exec(verdict)?.[1] ?? verdict,
  };
}

const raised = "csession; rspamd_spf_record_postprocess: increasing ttl from 60 to 300 as it lower than a limit";

describe("SPF records, as the real Rspamd takes them", () => {
  test.each<[name: string, symbol: string, ...log: string[]]>([
    ["noall", "R_SPF_NEUTRAL(0.00){?all;}"],
    ["plusall", "R_SPF_PERMFAIL(0.00){empty SPF record;}", "spf; parse_spf_all: allow any SPF record for plusall.brook.example, ignore it"],
    ["redir", "R_SPF_ALLOW(-0.20){+ip4:203.0.113.10;}"],
    ["inc", "R_SPF_ALLOW(-0.20){+ip4:203.0.113.10;}"],
    [
      "incno",
      "R_SPF_ALLOW(-0.20){+ip4:203.0.113.10;}",
      "spf; spf_record_dns_callback: spf error for domain incno.brook.example: cannot resolve INCLUDE record for nosuch.brook.example: no records with this name",
    ],
    [
      "bada",
      "R_SPF_FAIL(1.00){-all;}",
      "spf; spf_record_dns_callback: spf error for domain bada.brook.example: cannot resolve A record for bada.brook.example: no records with this name",
      "spf; spf_record_dns_callback: spf error for domain bada.brook.example: cannot resolve AAAA record for bada.brook.example: no records with this name",
    ],
    [
      "badmx",
      "R_SPF_FAIL(1.00){-all;}",
      "spf; spf_record_dns_callback: spf error for domain badmx.brook.example: cannot find MX record for badmx.brook.example: no records with this name",
    ],
    ["amech", "R_SPF_ALLOW(-0.20){+a:mail.brook.example;}"],
    ["upper", "R_SPF_ALLOW(-0.20){+MX:brook.example;}"],
    ["cidr", "R_SPF_ALLOW(-0.20){+ip4:203.0.113.0/26;}"],
    ["bad4", "R_SPF_ALLOW(-0.20){+ip4:203.0.113.10;}", "spf; parse_spf_ip4: invalid ip4 element for ip4:203.0.113.300: bad4.brook.example"],
    [
      "twos",
      "R_SPF_FAIL(1.00){-all;}",
      "spf; spf_record_dns_callback: spf error for domain twos.brook.example: cannot resolve A record for twos.brook.example: requested record is not found",
      "spf; spf_record_dns_callback: spf error for domain twos.brook.example: cannot resolve AAAA record for twos.brook.example: requested record is not found",
    ],
    ["loop", "R_SPF_FAIL(1.00){-all;}", "spf; parse_spf_include: spf dns requests limit: 31 > 30 is reached, domain: loop.brook.example"],
  ])("%s: %s", async (name, symbol, ...expected) => {
    const domain = `${name}.brook.example`;
    const { log, symbols } = await scan(`x@${domain}`, `x@${domain}`);
    expect(symbols).toContain(symbol);
    expect(log.slice(0, -1)).toEqual([...expected, raised]);
    expect(log.at(-1)).toMatch(
      /^csession; rspamd_spf_maybe_return: stored SPF record for .* in LRU cache for 300 seconds, \d+\/2000 elements in the cache$/,
    );
  });

  test.each<[name: string, symbol: string, flags: string]>([
    ["nothing", "R_SPF_NA(0.00){no SPF record;}", "flags=4; ttl=0"],
    ["other", "R_SPF_NA(0.00){no SPF record;}", "flags=4; ttl=300"],
    ["exist", "R_SPF_FAIL(1.00){-all;}", "flags=0; ttl=0"],
    ["ptrm", "R_SPF_ALLOW(-0.20){+ptr:brook.example;}", "flags=0; ttl=0"],
    ["redno", "R_SPF_PERMFAIL(0.00){bad SPF record;}", "flags=2; ttl=300"],
  ])("%s is not kept: %s, %s", async (name, symbol, flags) => {
    const domain = `${name}.brook.example`;
    const { log, symbols } = await scan(`x@${domain}`, `x@${domain}`);
    expect(symbols).toContain(symbol);
    expect(log.at(-1)).toMatch(
      new RegExp(`^csession; rspamd_spf_maybe_return: not stored SPF record for ${domain} \\(0x[0-9a-f]{16}\\) in LRU cache; ${flags}$`),
    );
  });

  test("a record that is known is not looked up again", async () => {
    await scan("x@brook.example", "x@brook.example");
    const { log, symbols } = await scan("x@brook.example", "x@brook.example", "203.0.113.11");
    expect(symbols).toContain("R_SPF_FAIL(1.00){-all:c;}");
    expect(log).toEqual([
      expect.stringMatching(/^lua; spf\.lua:160: use cached record for brook\.example \(0x[0-9a-f]{16}\) in LRU cache for \d+ seconds$/),
    ]);
  });
});

describe("DMARC policies, as the real Rspamd takes them", () => {
  test.each<[name: string, symbol: string]>([
    ["bad1", "DMARC_BAD_POLICY(0.00){bad1.brook.example : p tag has invalid value: rejekt;}"],
    ["two", "DMARC_BAD_POLICY(0.00){two.brook.example : Multiple policies defined in DNS;}"],
    ["garb", "DMARC_POLICY_ALLOW(-0.50){brook.example;reject;}"],
    ["pct", "DMARC_POLICY_ALLOW(-0.50){pct.brook.example;reject;}"],
    ["strict", "DMARC_POLICY_REJECT(2.00){strict.brook.example : SPF not aligned (strict), No valid DKIM;reject;}"],
    ["nothing", "DMARC_POLICY_ALLOW(-0.50){brook.example;reject;}"],
  ])("%s: %s", async (name, symbol) => {
    expect((await scan(`x@${name}.brook.example`, "x@brook.example")).symbols).toContain(symbol);
  });

  test("a share of none lets a failing mail off more lightly", async () => {
    const { symbols } = await scan("x@pct.brook.example", "x@brook.example", "203.0.113.11");
    expect(symbols).toContain("DMARC_POLICY_QUARANTINE(1.50){pct.brook.example : No valid SPF, No valid DKIM;reject;sampled_out;}");
  });
});
