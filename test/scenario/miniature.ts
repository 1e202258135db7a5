import { z } from "zod";
import { createRegistry } from "../../src/base/registry.ts";
import { checks } from "../../src/checks/registry.ts";
import { compileEffect } from "../../src/daemons/effects.ts";
import { causes } from "../../src/faults/causes.ts";
import { faults } from "../../src/faults/registry.ts";
import type { AnyDaemon, Catalogue } from "../../src/scenario/load-catalogue.ts";
import type { SourceFile } from "../../src/scenario/load-source.ts";
import type { ScenarioFolder } from "../../src/scenario/scenario.ts";

/** A world of three hosts with stand-in daemons, for what must hold whatever the daemons are. */
export const miniatureWorld = `
name: miniature
summary: Two exchangers and a sender
ttl: 60s
networks:
  internet: {latency: 20ms}
  office: {latency: 1ms, loss: 0}
blocks:
  org: {network: internet, first: 16, last: 31}
organisations:
  org: {name: Meadow, domain: meadow.example}
  sender: {name: Brook, domain: brook.example}
people:
  user: {name: Alice Ash, local: alice, organisation: org, mailbox: mx1, password: wheatear}
  sender: {name: Dana Dale, local: dana, organisation: sender, mailbox: sender, password: linnet}
hosts:
  mx1:
    label: mx1
    domain: "{org.domain}"
    owner: org
    duties: [mail exchanger]
    at: {internet: 19, office: 3}
    nameservers: ["{address.mx2.office}", "{address.mx1.office}"]
    daemons:
      bind:
        zone: "{org.domain}"
        lines: ["@ IN MX 10 {host.mx1.label}", "@ IN MX 20 {host.mx2.label}"]
        parameters: {message_size_limit: 100}
      postfix: {}
  mx2:
    label: mx2
    domain: "{org.domain}"
    owner: org
    duties: ["backup for {host.mx1.name}"]
    at: {internet: 20, office: 4}
    daemons: {postfix: {parameters: {relay: "{host.mx1.name}"}}}
  sender:
    label: mail
    domain: "{sender.domain}"
    owner: sender
    duties: [mail server]
    at: {internet: 10}
    files: {/etc/mailname: "{sender.domain}\\n"}
variants:
  one-mx: {summary: No backup, without: [mx2]}
standing-guards:
  - id: backup-is-closed
    needs: [mx2]
    check: refused
    with: {from: sender, to: mx2, helo: "{host.sender.name}", sender: "x@{sender.domain}", recipient: "y@{sender.domain}", codes: ["454"], saying: Relay access denied}
    says: The backup relays for strangers.
  - {id: arrives-once, check: once, says: A mail is lost.}
`;

export const miniatureScenario = `
id: tiny
codename: side-door
title: Big mail comes back
summary: A test
difficulty: 1
minutes: 5
teaches: [mx-preference]
world: {use: miniature}
seeded: {org: company, user: person, sender: [person, company]}
mail:
  - {id: small, from: "{sender.address}", to: "{user.address}"}
  - {id: big, from: "{sender.address}", to: "{user.address}", size: 4MB}
faults:
  - {use: mx-wrong-order, zone: "{org.domain}", swap: [mx1, mx2]}
diagnosis:
  place: mx1
  cause: mx-wrong-order
  among:
    - {cause: relay-denied, contradicted: "no line says so"}
    - {cause: mx1-down, contradicted: "it answers"}
  evidence:
    - {id: dig-mx, kind: answer, on: mx1, contains: ["10 {host.mx2.name}."], about: who is asked first}
objectives:
  - {id: big-arrives, goal: Large mail arrives, check: delivered, with: {mail: big, via: [mx1], not-via: [mx2], within: ttl+60s}}
guards:
  - {id: backup-works, check: delivered, with: {mail: small, while-down: [mx1]}, says: The backup is gone.}
hints:
  - {step: where, says: "Look at {host.mx1.name}"}
  - {step: command, says: dig}
  - {step: reading, says: read, seen: dig-mx}
  - {step: cause, says: cause}
  - {step: fix, says: fix}
solutions:
  - [{on: mx1, run: "sed -i s/{org.domain}/x/ /etc/zone"}, {wait: ttl}]
traps:
  - {name: give up, steps: [{on: mx2, run: "true"}], rejected-by: backup-is-closed, says: No.}
engines: [embedded]
`;

export const miniatureFiles: ReadonlyMap<string, SourceFile> = new Map([
  ["miniature", { file: "scenarios/worlds/miniature.yaml", text: miniatureWorld }],
]);

export function folderOf(text: string, extra: Partial<ScenarioFolder> = {}): ScenarioFolder {
  return {
    name: "tiny",
    scenario: { file: "scenarios/tiny/scenario.yaml", text },
    ticket: { file: "scenarios/tiny/ticket.md", text: "Hello, {user.name} here.\nYours, {user.first}\n" },
    debrief: { file: "scenarios/tiny/debrief.md", text: "The domain is {org.domain}.\n" },
    ...extra,
  };
}

function standIn(id: "bind" | "postfix", settings: z.ZodType, render: AnyDaemon["render"]): AnyDaemon {
  const silent = { daemon: id, path: "", ready: /./, reader: () => ({ read: () => undefined }), format: () => "" };
  return { id, summary: id, settings, render, read: () => ({ policy: undefined, problems: [] }), log: silent } as AnyDaemon;
}

const zoneSettings = z.strictObject({
  zone: z.string(),
  lines: z.array(z.string()),
  parameters: z.record(z.string(), z.number()).optional(),
});
const mtaSettings = z.strictObject({ parameters: z.record(z.string(), z.union([z.string(), z.number()])).default({}) });

export const miniatureCatalogue: Catalogue = {
  daemons: createRegistry("daemon", [
    standIn("bind", zoneSettings, (settings) => {
      const { zone, lines } = settings as z.infer<typeof zoneSettings>;
      return {
        "/etc/bind/named.conf": `zone "${zone}" {\n\ttype primary;\n\tfile "/etc/bind/db";\n};\n`,
        "/etc/bind/db": `@ IN SOA ns1 hostmaster ( 1 2 3 4 5 )\n${lines.join("\n")}\n`,
      };
    }),
    standIn("postfix", mtaSettings, (settings, { name }) => {
      const { parameters } = settings as z.infer<typeof mtaSettings>;
      const lines = Object.entries(parameters).map(([key, value]) => `${key} = ${value}\n`);
      return { "/etc/postfix/main.cf": `myhostname = ${name}\n${lines.join("")}` };
    }),
  ]),
  faults,
  causes,
  checks,
  compileEffect,
};
