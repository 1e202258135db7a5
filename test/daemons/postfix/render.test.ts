import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Placement } from "../../../src/daemons/daemon.ts";
import { readPolicy } from "../../../src/daemons/postfix/policy.ts";
import { renderPostfix } from "../../../src/daemons/postfix/render.ts";
import { type PostfixSettings, postfixSettings } from "../../../src/daemons/postfix/settings.ts";
import { parseDatabase } from "../../../src/daemons/postfix/tables/database.ts";
import { readerOf } from "./reader.ts";

const fixtures = join(import.meta.dirname, "../../fixtures/small-office");

const place = (name: string, pace: Placement["pace"] = "lapse"): Placement => ({ key: "x", name, pace, addresses: [], networks: [] });

/** What the world says about each host whose files were recorded. */
const hosts: Readonly<Record<string, { readonly name: string; readonly settings: unknown }>> = {
  sender: {
    name: "mail.brook.example",
    settings: {
      comment: "Mail server of brook.example: mailboxes here, the rest by MX.",
      "mail-name": "brook.example",
      mailboxes: ["dana@brook.example", "erik@brook.example"],
    },
  },
  bystander: {
    name: "mail.thicket.example",
    settings: {
      comment: "Mail server of thicket.example: mailboxes here, the rest by MX.",
      "mail-name": "thicket.example",
      mailboxes: ["finn@thicket.example"],
    },
  },
  mx1: {
    name: "mx1.meadow.example",
    settings: {
      comment: "Mail exchanger of meadow.example: takes its mail, has it filtered, hands it to the mailbox host; sends the office's mail.",
      "mail-name": "meadow.example",
      "relay-domains": ["meadow.example"],
      "relay-recipients": ["alice@meadow.example", "bob@meadow.example", "carol@meadow.example"],
      "relays-to": "mailbox.meadow.example",
      mynetworks: ["198.51.100.0/26"],
      milter: "filter.meadow.example:11332",
    },
  },
  mx2: {
    name: "mx2.meadow.example",
    settings: {
      comment: "Backup mail exchanger of meadow.example: keeps its mail until mx1 takes it.",
      "mail-name": "meadow.example",
      "relay-domains": ["meadow.example"],
      "relay-recipients": ["alice@meadow.example", "bob@meadow.example", "carol@meadow.example"],
      "relays-to": "mx1.meadow.example",
    },
  },
  mailbox: {
    name: "mailbox.meadow.example",
    settings: {
      comment: "Mailbox host of meadow.example: hands mail to Dovecot, sends what leaves through mx1.",
      "mail-name": "meadow.example",
      mailboxes: ["alice@meadow.example", "bob@meadow.example", "carol@meadow.example"],
      "deliver-to": "dovecot",
      relayhost: "mx1.office.meadow.example",
    },
  },
};

function render(host: string, pace?: Placement["pace"], change: Partial<PostfixSettings> = {}): Readonly<Record<string, string>> {
  const { name, settings } = hosts[host] as (typeof hosts)[string];
  return renderPostfix({ ...postfixSettings.parse(settings), ...change }, place(name, pace));
}

describe("the files of small-office, booted with the real Postfix", () => {
  test.each(Object.keys(hosts))("%s", (host) => {
    const rendered = render(host);
    const recorded = Object.fromEntries(
      ["etc/aliases", "etc/mailname", ...readdirSync(join(fixtures, host, "etc/postfix")).map((name) => `etc/postfix/${name}`)].map(
        (path) => [`/${path}`, readFileSync(join(fixtures, host, path), "utf8")],
      ),
    );
    const sources = Object.fromEntries(Object.entries(rendered).filter(([path]) => !path.endsWith(".db")));
    expect(sources).toEqual(recorded);
  });
});

test("every table comes with its compiled form", () => {
  const files = render("mx1");
  const tables = ["/etc/aliases", "/etc/postfix/relay_recipients", "/etc/postfix/transport"];
  for (const path of tables) expect(Object.keys(files)).toContain(`${path}.db`);
  expect(parseDatabase(files["/etc/postfix/transport.db"] ?? "")?.entries).toEqual(
    new Map([["meadow.example", "smtp:[mailbox.meadow.example]"]]),
  );
});

test("stock pace leaves the timers alone", () => {
  const main = render("mx2", "stock")["/etc/postfix/main.cf"] ?? "";
  expect(main).not.toContain("queue_run_delay");
  expect(main.endsWith("transport_maps = hash:/etc/postfix/transport\n")).toBe(true);
});

test("parameters are added to the host's duties, or replaced where they stand", () => {
  const files = render("mx2", "lapse", {
    parameters: { message_size_limit: 2097152, smtpd_relay_restrictions: "permit", soft_bounce: true },
  });
  const main = files["/etc/postfix/main.cf"] ?? "";
  expect(main).toContain("transport_maps = hash:/etc/postfix/transport\nmessage_size_limit = 2097152\nsoft_bounce = yes\n\n# Shortened");
  expect(main.match(/^smtpd_relay_restrictions = .*$/gm)).toEqual(["smtpd_relay_restrictions = permit"]);
  expect(readPolicy(readerOf(files)).sizeBytes("message_size_limit")).toBe(2097152);
});

test.each([
  [{ comment: "x", "mail-name": "a.b", mailboxes: ["dana"] }, "mailboxes"],
  [{ comment: "x", "mail-name": "a.b", relayto: "c" }, "relayto"],
  [{ "mail-name": "a.b" }, "comment"],
])("settings that make no sense are refused: %j", (settings, named) => {
  const result = postfixSettings.safeParse(settings);
  expect(JSON.stringify(result.error?.issues)).toContain(named);
});
