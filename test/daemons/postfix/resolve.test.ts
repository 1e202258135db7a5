import { describe, expect, test } from "vitest";
import { matchClient, matchDomain, matchName, openMatchList } from "../../../src/daemons/postfix/match-list.ts";
import { readPolicy } from "../../../src/daemons/postfix/policy.ts";
import { createResolver, type Resolved, type Resolver } from "../../../src/daemons/postfix/resolve.ts";
import { addressKeys, domainKeys, extensionOf, isTroubled } from "../../../src/daemons/postfix/tables/maps.ts";
import { readerOf } from "./reader.ts";
import { mailLog, recording, worldFile } from "./recording.ts";

const common = `
compatibility_level = 3.6
append_dot_mydomain = no
myhostname = mx1.meadow.example
myorigin = /etc/mailname
mydestination = $myhostname, localhost.$mydomain, localhost
`;

function resolver(mainCf: string, files: Readonly<Record<string, string>> = {}): Resolver {
  const reader = readerOf({
    "/etc/mailname": "meadow.example\n",
    "/etc/postfix/main.cf": common + mainCf,
    "/etc/postfix/master.cf": worldFile("mx1", "etc/postfix/master.cf"),
    ...files,
  });
  return createResolver(readPolicy(reader, "mx1.meadow.example"), reader, ["203.0.113.19"]);
}

function resolved(mainCf: string, address: string): Resolved {
  const of = resolver(mainCf);
  const result = of.resolve(of.rewrite(address));
  if (isTroubled(result)) throw new Error(result.warnings.join());
  return result;
}

describe("class and route of an address", () => {
  const relay = "relay_domains = meadow.example\n";
  const route = `${relay}transport_maps = inline:{meadow.example=smtp:[mailbox.meadow.example]}\n`;
  const mailboxes =
    "virtual_mailbox_domains = meadow.example\nvirtual_transport = lmtp:unix:private/dovecot-lmtp\nrelayhost = [mx1.office.meadow.example]\n";
  test.each<[string, string, string, string, string]>([
    [route, "alice@meadow.example", "relay", "smtp", "[mailbox.meadow.example]"],
    [route, "Alice@MEADOW.example", "relay", "smtp", "[mailbox.meadow.example]"],
    [relay, "alice@meadow.example", "relay", "relay", "meadow.example"],
    [relay, "alice@sub.meadow.example", "relay", "relay", "sub.meadow.example"],
    [route, "alice@sub.meadow.example", "relay", "relay", "sub.meadow.example"],
    [relay, "finn@thicket.example", "default", "smtp", "thicket.example"],
    [relay, "root@mx1.meadow.example", "local", "local", "mx1.meadow.example"],
    [relay, "root@localhost", "local", "local", "mx1.meadow.example"],
    [relay, "root@[203.0.113.19]", "local", "local", "mx1.meadow.example"],
    [relay, "root@[203.0.113.77]", "default", "smtp", "[203.0.113.77]"],
    [relay, "alice", "relay", "relay", "meadow.example"],
    [mailboxes, "alice@meadow.example", "virtual-mailbox", "lmtp", "unix:private/dovecot-lmtp"],
    [mailboxes, "finn@thicket.example", "default", "smtp", "[mx1.office.meadow.example]"],
    ["relay_domains = meadow.example\nrelayhost = [out]\n", "alice@meadow.example", "relay", "relay", "[out]"],
    [
      "virtual_alias_maps = inline:{v.example=x,a@v.example=b}\n",
      "nobody@v.example",
      "virtual-alias",
      "error",
      "5.1.1 User unknown in virtual alias table",
    ],
    ["relayhost = [out]\ntransport_maps = inline:{thicket.example=smtp:}\n", "finn@thicket.example", "default", "smtp", "thicket.example"],
    ["transport_maps = inline:{thicket.example=:[hop]}\n", "finn@thicket.example", "default", "smtp", "[hop]"],
    ["transport_maps = inline:{.example=slow:}\n", "finn@thicket.example", "default", "slow", "thicket.example"],
    ["transport_maps = inline:{example=slow:}\n", "finn@thicket.example", "default", "smtp", "thicket.example"],
    ["transport_maps = inline:{*=slow:,finn@thicket.example=fast:x}\n", "finn@thicket.example", "default", "fast", "x"],
    ["transport_maps = inline:{*=slow:}\n", "finn@thicket.example", "default", "slow", "thicket.example"],
    [
      "recipient_delimiter = +\ntransport_maps = inline:{finn@thicket.example=fast:}\n",
      "finn+x@thicket.example",
      "default",
      "fast",
      "thicket.example",
    ],
  ])("%j: %s", (mainCf, address, addressClass, transport, nexthop) => {
    expect(resolved(mainCf, address)).toMatchObject({ addressClass, transport, nexthop, routed: false, invalid: false });
  });

  test.each([
    ["finn%thicket.example@meadow.example", "finn%thicket.example@meadow.example", "relay"],
    ["finn%thicket.example@mx1.meadow.example", "finn@thicket.example", "default"],
    ["finn@thicket.example@meadow.example", "finn@thicket.example@meadow.example", "relay"],
    ["thicket.example!finn@mx1.meadow.example", "finn@thicket.example", "default"],
  ])("routing by the sender: %s", (address, recipient, addressClass) => {
    expect(resolved("relay_domains = meadow.example\n", address)).toMatchObject({ recipient, addressClass, routed: true });
  });

  test.each(["dana@", "dana@brook..example", "dana@-brook.example", "dana@[1.2.3]"])("%s has no valid domain", (address) => {
    expect(resolved("", address)).toMatchObject({ invalid: true });
  });

  test("a domain in two lists is complained about as by the real program", () => {
    const mainCf = "mydestination = corp.test\nvirtual_mailbox_domains = corp.test\n";
    const log = "warning: do not list domain corp.test in BOTH mydestination and virtual_mailbox_domains";
    expect(resolved(mainCf, "a@corp.test").complaints.map((text) => `warning: ${text}`)).toEqual([log]);
  });

  test("a transport table that is not there: the recorded warnings", () => {
    const of = resolver("relay_domains = meadow.example\ntransport_maps = hash:/etc/postfix/nosuch\n");
    const log = mailLog(recording("smtp/mx1-table-missing-transport"), "mx1").flatMap(
      (line) => /trivial-rewrite\[\d+\]: (?:error|warning): (.*)/.exec(line)?.[1] ?? [],
    );
    const failures = ["dana@brook.example", "alice@meadow.example"].flatMap((address) => {
      const result = of.resolve(address);
      return isTroubled(result) ? result.warnings : [];
    });
    const opening = of.tables.flatMap((table) => table.problems.map(({ message }) => message));
    expect([...opening, ...of.startWarnings, ...failures]).toEqual(log);
  });
});

describe("rewriting", () => {
  test.each([
    ["", "alice", "alice@meadow.example"],
    ["", "site!user", "user@site"],
    ["", "user%site", "user@site"],
    ["", "alice@host", "alice@host"],
    ["append_dot_mydomain = yes\n", "alice@host", "alice@host.meadow.example"],
    ["", "alice@host.", "alice@host"],
    ["", "", ""],
    ["append_at_myorigin = no\n", "alice", "alice"],
  ])("%j: %s → %s", (mainCf, address, expected) => {
    expect(resolver(mainCf).rewrite(address)).toBe(expected);
  });
});

describe("keys of an address", () => {
  test.each([
    ["alice+x@meadow.example", "+", ["alice+x@meadow.example", "alice@meadow.example", "@meadow.example"]],
    ["alice+x@local.example", "+", ["alice+x@local.example", "alice@local.example", "alice+x", "alice", "@local.example"]],
    ["alice@meadow.example", "", ["alice@meadow.example", "@meadow.example"]],
    ["alice", "+", ["alice"]],
  ])("%s", (address, delimiter, keys) => {
    expect(addressKeys(address, { delimiter, isLocal: (domain) => domain === "local.example" }).map(({ key }) => key)).toEqual(keys);
  });

  test.each([
    ["a.b.c", false, ["a.b.c", ".b.c", ".c"]],
    ["a.b.c", true, ["a.b.c", "b.c", "c"]],
  ])("%s, parents without dot: %s", (domain, parents, keys) => expect(domainKeys(domain, parents)).toEqual(keys));

  test.each([
    ["alice+list", "+", "list"],
    ["alice", "+", undefined],
    ["+alice", "+", undefined],
    ["double-bounce", "-", undefined],
    ["owner-list", "-", undefined],
    ["list-request", "-", undefined],
  ])("the extension of %s", (local, delimiter, extension) => expect(extensionOf(local, delimiter)).toBe(extension));
});

describe("lists", () => {
  const list = (...members: string[]) => openMatchList("x", members, readerOf({}));
  test.each<[readonly string[], string, string, boolean]>([
    [["127.0.0.0/8", "198.51.100.0/26"], "unknown", "198.51.100.63", true],
    [["127.0.0.0/8", "198.51.100.0/26"], "unknown", "198.51.100.64", false],
    [["!198.51.100.7", "198.51.100.0/26"], "unknown", "198.51.100.7", false],
    [["[::1]/128"], "unknown", "::1", true],
    [["brook.example"], "mail.brook.example", "192.0.2.1", true],
    [["203.0.113.10"], "x", "203.0.113.10", true],
    [["inline:{203.0.113.10=x}"], "x", "203.0.113.10", true],
    [[], "x", "203.0.113.10", false],
  ])("%j holds %s[%s]: %s", (members, name, address, expected) => {
    expect(matchClient(list(...members), name, address, true)).toBe(expected);
  });

  test("domains match exactly, or with what is below them", () => {
    expect(matchName(list("meadow.example"), "sub.meadow.example")).toBe(false);
    expect(matchDomain(list("meadow.example"), "sub.meadow.example", true)).toBe(true);
    expect(matchDomain(list("meadow.example"), "sub.meadow.example", false)).toBe(false);
    expect(matchDomain(list(".meadow.example"), "sub.meadow.example", false)).toBe(true);
    expect(matchDomain(list("meadow.example"), "xmeadow.example", true)).toBe(false);
  });

  test("a table that cannot be asked is named with its list", () => {
    const of = openMatchList("virtual_alias_domains", ["hash:/etc/postfix/nomap"], readerOf({}));
    expect(matchName(of, "corp.test")).toEqual({
      warnings: [
        "hash:/etc/postfix/nomap is unavailable. open database /etc/postfix/nomap.db: No such file or directory",
        "virtual_alias_domains: hash:/etc/postfix/nomap: table lookup problem",
      ],
    });
  });
});
