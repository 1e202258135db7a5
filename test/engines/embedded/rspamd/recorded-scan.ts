import { readFileSync } from "node:fs";
import { readMasterFile } from "../../../../src/daemons/bind/master-file.ts";
import { simulatedDovecot } from "../../../../src/engines/embedded/daemons/dovecot/dovecot.ts";
import { simulatedRspamd } from "../../../../src/engines/embedded/daemons/rspamd/rspamd.ts";
import { goodZone, type Office, openOffice, type Zone } from "../postfix/office.ts";

interface Recording {
  readonly differences: readonly { readonly host: string; readonly file?: string; readonly content?: readonly string[] }[];
  readonly steps: readonly { readonly at?: string; readonly run?: string; readonly stdin?: readonly string[]; readonly wait?: number }[];
  readonly logs: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** Mails that arrived. */
  readonly files?: readonly { readonly host: string; readonly content: readonly string[] }[];
}

export interface ScanReplay {
  readonly expected: readonly string[];
  readonly got: readonly string[];
  /** What the filter wrote into the mails that arrived. */
  readonly marks: { readonly expected: readonly string[]; readonly got: readonly string[] };
}

/** The records of the recorded world that SPF and DMARC read. */
const texts: Zone = [
  ["brook.example", "TXT", '"v=spf1 mx -all"'],
  ["_dmarc.brook.example", "TXT", '"v=DMARC1; p=reject"'],
  ["thicket.example", "TXT", '"v=spf1 mx -all"'],
  ["_dmarc.thicket.example", "TXT", '"v=DMARC1; p=none"'],
  ["meadow.example", "TXT", '"v=spf1 mx -all"'],
  ["_dmarc.meadow.example", "TXT", '"v=DMARC1; p=reject"'],
];

/** An office whose mail is filtered by the simulated Rspamd, with what a recording had changed. */
export function openFilteredOffice(zone: Zone, files: Readonly<Record<string, Readonly<Record<string, string>>>> = {}): Promise<Office> {
  const hosts = ["sender", "bystander", "mx1", "mx2", "mailbox", "filter"];
  return openOffice({ hosts, zone, files, daemons: [simulatedRspamd, simulatedDovecot] });
}

export const filteredZone: Zone = [...goodZone, ...texts];

/** Plays a recorded flow. @returns what the real Rspamd wrote while it ran, and what ours writes */
export async function replayScan(name: string): Promise<ScanReplay> {
  const recorded = JSON.parse(
    readFileSync(new URL(`../../../fixtures/recordings/flow/${name}.json`, import.meta.url), "utf8"),
  ) as Recording;
  const files: Record<string, Record<string, string>> = {};
  let zone = filteredZone;
  for (const { host, file, content = [] } of recorded.differences) {
    if (file === undefined) continue;
    if (file === "/etc/bind/db.brook.example") zone = withBrook(content.join(""));
    else if (file === "/etc/bind/db.meadow.example") zone = withExchanges(content.join(""));
    else files[host] = { ...files[host], [file]: content.join("") };
  }
  const real = scanLines(recorded.logs.filter?.["/var/log/rspamd/rspamd.log"] ?? []);
  const office = await openFilteredOffice(zone, files);
  try {
    await office.advance(3000);
    const firstWord = real.find(
      (line) => line.includes("SPF record for brook.example") || line.includes("cached record for brook.example"),
    );
    if (firstWord?.includes("use cached record") === true) await warmUp(office);
    const start = rspamdLines(office).length;
    const before = inbox(office).length;
    for (const step of recorded.steps) {
      if (step.wait !== undefined) await office.advance(step.wait * 1000);
      if (step.at !== undefined && step.run !== undefined) await office.run(step.at, step.run, step.stdin?.join(""));
    }
    await office.advance(6000);
    const arrived = (recorded.files ?? []).filter(({ host }) => host === "mailbox").map(({ content }) => content.join(""));
    return {
      expected: real.map(normalised),
      got: scanLines(rspamdLines(office).slice(start)).map(normalised),
      marks: { expected: arrived.flatMap(marks), got: arrived.length === 0 ? [] : inbox(office).slice(before).flatMap(marks) },
    };
  } finally {
    office.down();
  }
}

/** A mail from brook, so that its SPF record is known. */
async function warmUp(office: Office): Promise<void> {
  await office.run("sender", "sendmail -f dana@brook.example alice@meadow.example", "From: dana@brook.example\n\nx\n");
  await office.advance(5000);
}

/** Mails of all users, oldest first. */
function inbox(office: Office): readonly string[] {
  const { files } = office.range.machine("mailbox");
  return ["alice", "bob"]
    .flatMap((user) => files.list(`/srv/vmail/${user}/Maildir/new`).map((name) => `/srv/vmail/${user}/Maildir/new/${name}`))
    .map((path) => files.read(path) ?? "");
}

/**
 * The filter's fields of one mail with the field before each, which tells where it stands. The order of the results differs from
 * one start of the real one to the next.
 */
function marks(mail: string): readonly string[] {
  const header = mail.slice(0, mail.indexOf("\n\n") + 1);
  const fields = header.match(/^\S[^\n]*\n(?:[ \t][^\n]*\n)*/gm) ?? [];
  return fields.flatMap((field, at) => {
    if (!/^(Authentication-Results|X-Spam):/.test(field)) return [];
    const behind = fields[at - 1]?.split(/[:\s]/)[0];
    return [`${behind} | ${field.trimEnd().split(/;\n\t/).sort().join(";\n\t")}`];
  });
}

function withBrook(text: string): Zone {
  const own = recordsOf("brook.example", text).filter(([, type]) => type !== "NS" && type !== "SOA");
  return [...own, ...filteredZone.filter(([name]) => name !== "brook.example" && !name.endsWith(".brook.example"))];
}

function withExchanges(text: string): Zone {
  const exchanges = recordsOf("meadow.example", text).filter(([name, type]) => name === "meadow.example" && type === "MX");
  return [...exchanges, ...filteredZone.filter(([name, type]) => name !== "meadow.example" || type !== "MX")];
}

function recordsOf(domain: string, text: string): Zone {
  const path = `/etc/bind/db.${domain}`;
  const read = (name: string): string | undefined => (name === path ? text : undefined);
  const { records } = readMasterFile({ origin: `${domain}.`, path, read, manyErrors: true, checkNames: "ignore" });
  return records.map((record) => [record.name.replace(/\.$/, ""), record.type, record.data] as const);
}

export function rspamdLines(office: Office): readonly string[] {
  return office.range
    .lines()
    .filter(({ host, daemon }) => host === "filter" && daemon === "rspamd")
    .map(({ text }) => text);
}

/** Lines of the proxy about mail; what a restart writes is another matter. */
function scanLines(lines: readonly string[]): readonly string[] {
  return lines
    .map((line) => line.replace(/\n$/, ""))
    .filter((line) => /\(rspamd_proxy\) <\w+>; (proxy|milter|spf|lua|dkim); /.test(line))
    .filter((line) => !line.endsWith("cannot find MX record for brook.example: requested record is not found"));
}

/** Without what differs from run to run. */
export function normalised(line: string): string {
  return line
    .replace(/^\S+ \S+ #\d+\((\w+)\) <\w+>;/, "$1:")
    .replace(/\b\d{14}\.[0-9A-F]{9,12}@/g, "STAMP.ID@")
    .replace(/<[0-9A-F]{9,12}>/g, "<QID>")
    .replace(/\b[0-9a-f]{32}\b(?=>)/g, "DIGEST")
    .replace(/0x[0-9a-f]+/g, "0xDIGEST")
    .replace(/time: [\d.]+ms/, "time: T")
    .replace(/ port \d+$/, " port P")
    .replace(/(got connection from [\d.]+):\d+/, "$1:P")
    .replace(/(increasing ttl from) \d+/, "$1 N")
    .replace(/(for) \d+( seconds)/, "$1 N$2")
    .replace(/, \d+(\/2000 elements)/, ", N$1");
}
