import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { renderRspamd } from "../../../src/daemons/rspamd/render.ts";
import { rspamdSettings } from "../../../src/daemons/rspamd/settings.ts";

const host = new URL("../../fixtures/small-office/filter/", import.meta.url);

test("the files of small-office are those of the recorded host, byte for byte", () => {
  const settings = rspamdSettings.parse({
    comment: "Mail filter of meadow.example: only the modules in use; what is particular to this site is in local.d.",
    "local-addrs": {
      comment: "Mail from these addresses is ours: mx2 and the office.",
      addresses: ["127.0.0.0/8", "203.0.113.20", "198.51.100.0/26"],
    },
  });
  const recorded = readdirSync(new URL("etc/rspamd/", host), { recursive: true, encoding: "utf8" }).filter((name) => name.includes("."));
  const files = recorded
    .filter((name) => name !== "local.d")
    .map((name) => [`/etc/rspamd/${name}`, readFileSync(new URL(`etc/rspamd/${name}`, host), "utf8")] as const);
  expect(renderRspamd(settings)).toEqual(Object.fromEntries(files));
});
