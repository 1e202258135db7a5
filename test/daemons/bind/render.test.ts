import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { bind } from "../../../src/daemons/bind/bind.ts";
import { bindSettings } from "../../../src/daemons/bind/settings.ts";

const place = { key: "host", name: "host.example", pace: "lapse", addresses: [], networks: [] } as const;

function files(host: string): Readonly<Record<string, string>> {
  const folder = new URL(`../../fixtures/small-office/${host}/etc/bind/`, import.meta.url);
  return Object.fromEntries(readdirSync(folder).map((name) => [`/etc/bind/${name}`, readFileSync(new URL(name, folder), "utf8")]));
}

describe("rendering", () => {
  it("makes the resolver's files of the small office", () => {
    const settings = bindSettings.parse({
      comment: "Resolver of the office: asks the Internet from the root down.",
      options: { recursion: "yes", "allow-recursion": "{ 127.0.0.0/8; 198.51.100.0/26; }", "empty-zones-enable": "no" },
      "root-hints": { "ns.backbone.example.": "203.0.113.2" },
    });
    expect(bind.render(settings, place)).toEqual(files("resolver"));
  });

  it("makes the files of a name server with a delegated reverse block", () => {
    const settings = bindSettings.parse({
      comment: "c",
      zones: [
        {
          ...{
            name: "113.0.203.in-addr.arpa",
            file: "db.203.0.113",
            primary: "ns.backbone.example.",
            contact: "hostmaster.backbone.example.",
          },
          comment: "Names of the addresses 203.0.113.0/24; the block 16-31 is delegated to its holder.",
          records: [
            ["@ NS ns.backbone.example."],
            ["2 PTR ns.backbone.example.", "10 PTR mail.brook.example.", "11 PTR mail.thicket.example."],
            ["16-31 NS ns1.meadow.example.", "$GENERATE 16-31 $ CNAME $.16-31"],
          ],
        },
      ],
    });
    expect(bind.render(settings, place)["/etc/bind/db.203.0.113"]).toBe(files("internet")["/etc/bind/db.203.0.113"]);
  });

  it.each(["internet", "ns1", "resolver"])("reads what it would write: %s has no problem", (host) => {
    const texts = files(host);
    const reader = { read: (path: string) => texts[path], list: () => [] };
    expect(bind.read(reader).problems).toEqual([]);
  });
});
