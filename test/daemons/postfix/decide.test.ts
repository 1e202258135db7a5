import { describe, expect, test } from "vitest";
import { setParameter } from "../../../src/daemons/postfix/main-cf.ts";
import { matchClient, openMatchList } from "../../../src/daemons/postfix/match-list.ts";
import { readPolicy } from "../../../src/daemons/postfix/policy.ts";
import { compiled } from "../../../src/daemons/postfix/render.ts";
import { createResolver } from "../../../src/daemons/postfix/resolve.ts";
import { decide, relayProtectionFault, type Stage } from "../../../src/daemons/postfix/restrictions/evaluate.ts";
import type { RestrictionContext, SessionFacts, SessionLookups } from "../../../src/daemons/postfix/restrictions/facts.ts";
import { createRecipientCheck } from "../../../src/daemons/postfix/restrictions/recipient-check.ts";
import { replyText } from "../../../src/daemons/postfix/restrictions/verdict.ts";
import { compileAliases, formatDatabase } from "../../../src/daemons/postfix/tables/database.ts";
import { openTable } from "../../../src/daemons/postfix/tables/open-table.ts";
import { parsePath } from "../../../src/mail/address.ts";
import { readerOf } from "./reader.ts";
import { mailLog, recording, shellWords, worldFile } from "./recording.ts";

/** mx1 as it was recorded, its tables compiled, with a recording's changes. */
function mx1(name: string): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\n",
    "/etc/mailname": worldFile("mx1", "etc/mailname"),
    "/etc/postfix/main.cf": worldFile("mx1", "etc/postfix/main.cf"),
    "/etc/postfix/master.cf": worldFile("mx1", "etc/postfix/master.cf"),
  };
  for (const table of ["transport", "relay_recipients"]) {
    files[`/etc/postfix/${table}.db`] = compiled(`/etc/postfix/${table}`, worldFile("mx1", `etc/postfix/${table}`));
  }
  files["/etc/aliases.db"] = formatDatabase({
    type: "hash",
    entries: compileAliases(worldFile("mx1", "etc/aliases"), "/etc/aliases").entries,
  });
  for (const { host, file, command, content } of recording(name).differences ?? []) {
    if (host !== "mx1") continue;
    if (file !== undefined) files[file] = (content ?? []).join("");
    const words = shellWords(command ?? "") ?? [];
    if (words[0] === "postmap") files[`${words[1]}.db`] = compiled(words[1] ?? "", files[words[1] ?? ""] ?? "");
    if (words[0] !== "postconf") continue;
    for (const setting of words.slice(2)) {
      const [, parameter = "", value = ""] = /^(\w+)\s*=\s*(.*)$/.exec(setting) ?? [];
      files["/etc/postfix/main.cf"] = setParameter(files["/etc/postfix/main.cf"] ?? "", parameter, value);
    }
  }
  return files;
}

const listed = { addresses: ["127.0.0.2"], text: "Listed: sends spam" };

/** The Internet of the recorded world. */
const internet: SessionLookups = {
  mailDomain: async (domain) => (/(^|\.)(nosuch|nowhere|defer|backbone)\.example$/.test(domain) ? "not-found" : "found"),
  hostName: async (name) => (name.startsWith("nosuch.") ? "not-found" : "found"),
  blockList: async (name) => (name === "10.113.0.203.bl.backbone.example" ? listed : undefined),
};

function contextOf(files: Readonly<Record<string, string>>): RestrictionContext {
  const reader = readerOf(files);
  const policy = readPolicy(reader, "mx1.meadow.example");
  const resolver = createResolver(policy, reader, ["203.0.113.19", "198.51.100.3"]);
  const networks = openMatchList("mynetworks", policy.list("mynetworks"), reader);
  return {
    policy,
    resolver,
    lookups: internet,
    isMyNetwork: (name, address) => matchClient(networks, name, address, true) === true,
    table: (table) => openTable(table, reader),
    recipients: createRecipientCheck(policy, reader, resolver),
  };
}

type Client = SessionFacts["client"];
const brook: Client = {
  name: "mail.brook.example",
  nameStatus: "ok",
  reverseName: "mail.brook.example",
  reverseNameStatus: "ok",
  address: "203.0.113.10",
};
const desk: Client = { ...brook, name: "desk.office.meadow.example", reverseName: "desk.office.meadow.example", address: "198.51.100.7" };
const nameless: Client = { ...brook, name: "unknown", nameStatus: "permanent", reverseName: "unknown", reverseNameStatus: "permanent" };
const mismatched: Client = { ...nameless, reverseName: "mail.thicket.example", reverseNameStatus: "ok" };

/** Sessions in which what is refused is refused by restrictions, and who the client was. */
const sessions: readonly (readonly [string, Client])[] = [
  ["mx1-good", brook],
  ["mx1-rcpt-addresses", brook],
  ["mx1-rcpt-routes", brook],
  ["mx1-relay-454", brook],
  ["mx1-relay-554", brook],
  ["mx1-relay-550-code", brook],
  ["mx1-relay-from-office", desk],
  ["mx1-open-relay", brook],
  ["mx1-client-access", brook],
  ["mx1-sender-access", brook],
  ["mx1-sender-domain", brook],
  ["mx1-recipient-domain", desk],
  ["mx1-helo-restrictions", brook],
  ["mx1-delay-reject-no", brook],
  ["mx1-no-ptr", nameless],
  ["mx1-no-ptr-refused", nameless],
  ["mx1-no-ptr-reverse-refused", nameless],
  ["mx1-ptr-other-refused", mismatched],
  ["mx1-rbl", brook],
  ["mx1-unknown-restriction", brook],
  ["mx1-table-missing", brook],
  ["mx1-policy-down", brook],
  ["mx1-unlisted-sender", brook],
  ["mx1-unknown-user-450", brook],
  ["mx1-mydestination", brook],
  ["mx1-no-relay-domain", brook],
  ["mx1-no-recipient-map", brook],
];

const verbs: Readonly<Record<string, Stage>> = { HELO: "helo", EHLO: "helo", MAIL: "mail", RCPT: "rcpt" };

describe("each recorded refusal is decided alike, and nothing else is refused", () => {
  test.each(sessions)("%s", async (name, client) => {
    const of = recording(`smtp/${name}`);
    const context = contextOf(mx1(`smtp/${name}`));
    let facts: SessionFacts = { client, encrypted: false, unauthorisedPipelining: false, recipientCount: 0 };
    let sent: string | undefined;
    let decisions = 0;
    const warnings: string[] = [];
    for (const step of of.steps) {
      if (step.send !== undefined) sent = step.send.join("").trim();
      if (step.receive === undefined || sent === undefined) continue;
      const line = sent;
      sent = undefined;
      const stage = verbs[line.slice(0, 4).toUpperCase()];
      if (stage === undefined) continue;
      const path = parsePath(line.slice(line.indexOf(":") + 1)) ?? "";
      if (stage === "helo") facts = { ...facts, helo: line.slice(5) };
      else if (stage === "mail") facts = { ...facts, sender: path, recipientCount: 0 };
      const asked: SessionFacts = stage === "rcpt" ? { ...facts, recipient: path } : facts;
      const decision = await decide(context, asked, stage);
      warnings.push(...decision.warnings);
      const reply = step.receive.join("").trim();
      const expected = /^[45]/.test(reply) ? reply : undefined;
      expect({ line, reply: decision.reject === undefined ? undefined : replyText(decision.reject) }).toEqual({ line, reply: expected });
      decisions++;
    }
    expect(decisions).toBeGreaterThan(1);
    const logged = mailLog(of, "mx1").flatMap((text) => /postfix\/smtpd\[\d+\]: warning: (.*)/.exec(text)?.[1] ?? []);
    const own = logged.filter((text) => !/does not resolve to address|connect to 127|problem talking to server/.test(text));
    expect(warnings).toEqual(own);
  });
});

test("a discarded message is logged with the words of the table's action", async () => {
  const name = "smtp/mx1-sender-access";
  const facts: SessionFacts = {
    client: brook,
    helo: "x",
    sender: "x@backbone.example",
    recipient: "alice@meadow.example",
    encrypted: false,
    unauthorisedPipelining: false,
    recipientCount: 0,
  };
  const { acts } = await decide(contextOf(mx1(name)), facts, "rcpt");
  expect(mailLog(recording(name), "mx1").join("\n")).toContain(
    `discard: RCPT from mail.brook.example[203.0.113.10]: ${acts[0]?.logText}; from=`,
  );
});

test("smtpd does not start without a restriction that stops relaying", () => {
  const name = "smtp/mx1-no-relay-restriction";
  const policy = readPolicy(readerOf(mx1(name)));
  expect(mailLog(recording(name), "mx1").join("\n")).toContain(`fatal: ${relayProtectionFault(policy)}\n`);
  expect(relayProtectionFault(readPolicy(readerOf(mx1("smtp/mx1-good"))))).toBeUndefined();
});

describe("trouble that does not refuse at once", () => {
  const facts: SessionFacts = {
    client: brook,
    helo: "x.example",
    sender: "a@slow.example",
    recipient: "alice@meadow.example",
    encrypted: false,
    unauthorisedPipelining: false,
    recipientCount: 0,
  };
  const slow: SessionLookups = {
    ...internet,
    mailDomain: async () => "temporary",
    hostName: async () => "temporary",
    blockList: async () => "temporary",
  };
  const withParameter = (name: string, value: string): RestrictionContext => {
    const files = mx1("smtp/mx1-good");
    return {
      ...contextOf({ ...files, "/etc/postfix/main.cf": setParameter(files["/etc/postfix/main.cf"] ?? "", name, value) }),
      lookups: slow,
    };
  };

  test("a temporary DNS failure defers what would be permitted", async () => {
    const decision = await decide(withParameter("smtpd_sender_restrictions", "reject_unknown_sender_domain"), facts, "rcpt");
    expect(decision.reject).toMatchObject({
      code: 450,
      status: "4.1.8",
      text: "<a@slow.example>: Sender address rejected: Domain not found",
    });
  });

  test("but not what is refused anyway", async () => {
    const unknown = { ...facts, recipient: "nobody@meadow.example" };
    const decision = await decide(withParameter("smtpd_sender_restrictions", "reject_unknown_sender_domain"), unknown, "rcpt");
    expect(decision.reject).toMatchObject({ code: 550, status: "5.1.1" });
  });

  test("a block list that cannot be asked is warned about", async () => {
    const decision = await decide(withParameter("smtpd_client_restrictions", "reject_rbl_client rbl.lame.example"), facts, "rcpt");
    expect(decision.reject).toBeUndefined();
    const name = "10.113.0.203.rbl.lame.example";
    expect(decision.warnings).toEqual([
      `${name}: RBL lookup error: Host or domain name not found. Name service error for name=${name} type=A: Host not found, try again`,
    ]);
  });

  test("warn_if_reject spares the next refusal", async () => {
    const decision = await decide(
      withParameter("smtpd_helo_restrictions", "warn_if_reject reject_non_fqdn_helo_hostname"),
      { ...facts, helo: "short" },
      "rcpt",
    );
    expect(decision).toMatchObject({ spared: [{ code: 504, text: "<short>: Helo command rejected: need fully-qualified hostname" }] });
    expect(decision.reject).toBeUndefined();
  });
});
