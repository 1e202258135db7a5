import { describe, expect, test } from "vitest";
import { setParameter } from "../../../src/daemons/postfix/main-cf.ts";
import { matchClient, openMatchList } from "../../../src/daemons/postfix/match-list.ts";
import { readPolicy } from "../../../src/daemons/postfix/policy.ts";
import { compiled } from "../../../src/daemons/postfix/render.ts";
import { createResolver } from "../../../src/daemons/postfix/resolve.ts";
import { decide, relayProtectionFault, type Stage } from "../../../src/daemons/postfix/restrictions/evaluate.ts";
import type { RestrictionContext, SessionFacts, SessionLookups } from "../../../src/daemons/postfix/restrictions/facts.ts";
import { createRecipientCheck } from "../../../src/daemons/postfix/restrictions/recipient-check.ts";
import { fitStatus, replyText } from "../../../src/daemons/postfix/restrictions/verdict.ts";
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

/** Answers of Postfix 3.7.11 to a local client, mx1's configuration with one list changed. */
describe("access tables", () => {
  const local: Client = { ...brook, name: "localhost", reverseName: "localhost", address: "127.0.0.1" };
  const refused = (recipient: string) => `454 4.7.1 <${recipient}>: Relay access denied`;
  test.each<[string, string | undefined, string | undefined, string?]>([
    ["check_client_access inline:{{127.0.0.1=HOLD}}", undefined, "<localhost[127.0.0.1]>: Client host triggers HOLD action"],
    ["check_client_access inline:{{127.0.0.1=WARN hi there}}", undefined, "hi there"],
    ["check_client_access inline:{{127.0.0.1=REDIRECT a@b}}", undefined, "<localhost[127.0.0.1]>: Client host triggers REDIRECT a@b"],
    ["check_client_access inline:{{127.0.0.1=BCC a@b.c}}", undefined, "<localhost[127.0.0.1]>: Client host triggers BCC a@b.c"],
    [
      "check_client_access inline:{{127.0.0.1=DEFER_IF_PERMIT}}",
      "450 4.7.1 <localhost[127.0.0.1]>: Client host rejected: Service unavailable",
      undefined,
    ],
    ["check_client_access inline:{{127.0.0.1=DEFER_IF_REJECT}}", refused("x@thicket.example"), undefined, "x@thicket.example"],
    ["check_client_access inline:{{127.0.0.1=554}}", undefined, undefined],
    [
      "check_client_access inline:{{127.0.0.1=REJECT 5.1.1 foo bar}}",
      "554 5.0.0 <localhost[127.0.0.1]>: Client host rejected: foo bar",
      undefined,
    ],
    [
      "check_client_access hash:/etc/postfix/nosuch",
      "451 4.3.5 <localhost[127.0.0.1]>: Client host rejected: Server configuration error",
      undefined,
    ],
    ["check_client_access inline:{{127.0.0.1=bogus_action}}", "451 4.3.5 Server configuration error", undefined],
    ["check_client_access", "451 4.3.5 Server configuration error", undefined],
    ["reject_rbl_client", undefined, undefined],
    ["defer", "450 4.3.2 <localhost[127.0.0.1]>: Client host rejected: Try again later", undefined],
    ["reject", "554 5.7.1 <localhost[127.0.0.1]>: Client host rejected: Access denied", undefined],
    ["defer_if_permit", "450 4.7.0 <localhost[127.0.0.1]>: Client host rejected: defer_if_permit requested", undefined],
    ["reject_plaintext_session", "450 4.7.1 Session encryption is required", undefined],
  ])("smtpd_client_restrictions = %s", async (list, reply, act, recipient = "alice@meadow.example") => {
    const files = mx1("smtp/mx1-good");
    const main = setParameter(
      setParameter(files["/etc/postfix/main.cf"] ?? "", "smtpd_client_restrictions", list),
      "mynetworks",
      "127.0.0.2",
    );
    const facts: SessionFacts = {
      client: local,
      helo: "mail.brook.example",
      sender: "dana@brook.example",
      recipient,
      encrypted: false,
      unauthorisedPipelining: false,
      recipientCount: 0,
    };
    const decision = await decide(contextOf({ ...files, "/etc/postfix/main.cf": main }), facts, "rcpt");
    expect(decision.reject === undefined ? undefined : replyText(decision.reject)).toBe(reply);
    expect(decision.acts[0]?.logText).toBe(act);
  });

  test.each([..."0123456789"])("an address status 5.1.%s is fitted to sender and recipient", (detail) => {
    const sender = { 0: "0", 1: "7", 2: "8", 3: "7", 4: "7", 5: "0", 6: "7", 7: "7", 8: "8", 9: "0" }[detail];
    const recipient = { 0: "0", 1: "1", 2: "2", 3: "3", 4: "4", 5: "5", 6: "6", 7: "3", 8: "2", 9: "0" }[detail];
    expect(fitStatus(`5.1.${detail}`, "Sender address")).toBe(`5.1.${sender}`);
    expect(fitStatus(`5.1.${detail}`, "Recipient address")).toBe(`5.1.${recipient}`);
    expect(fitStatus("5.7.1", "Sender address")).toBe("5.7.1");
  });
});
