import { readFileSync } from "node:fs";
import { readMasterFile } from "../../../../src/daemons/bind/master-file.ts";
import { acceptingFilter } from "./accepting-filter.ts";
import { fakeDovecot } from "./fake-dovecot.ts";
import { goodZone, type Office, openOffice, type Zone } from "./office.ts";

/** One file of test/fixtures/recordings/flow, as far as these tests read it. */
interface FlowRecording {
  readonly title: string;
  readonly differences?: readonly {
    readonly host: string;
    readonly command?: string;
    readonly file?: string;
    readonly content?: readonly string[];
  }[];
  readonly steps: readonly {
    readonly at?: string;
    readonly run?: string;
    readonly stdin?: readonly string[];
    readonly stdout?: readonly string[];
    readonly wait?: number;
  }[];
  readonly logs: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

const hosts = ["sender", "bystander", "mx1", "mx2", "mailbox"];

export interface FlowReplay {
  /** By host: lines of the recording, and ours, without what differs from run to run. */
  readonly logs: readonly { readonly host: string; readonly expected: readonly string[]; readonly got: readonly string[] }[];
  readonly outputs: readonly { readonly command: string; readonly expected: string; readonly got: string }[];
}

/** Plays a recorded flow. @returns the reason for what this test's world cannot set up */
export async function replayFlow(name: string, folder = "flow"): Promise<FlowReplay | string> {
  const path = new URL(`../../../fixtures/recordings/${folder}/${name}.json`, import.meta.url);
  const recorded = JSON.parse(readFileSync(path, "utf8")) as FlowRecording;
  const parameters: Record<string, Record<string, string>> = {};
  const files: Record<string, Record<string, string>> = {};
  const firewall: Record<string, { direction: "in"; protocol: "tcp"; port: number; verdict: "drop" | "reject" }[]> = {};
  let zone: Zone = goodZone;
  const stopped: string[] = [];
  for (const { host, command, file, content } of recorded.differences ?? []) {
    const text = (content ?? []).join("");
    if (file?.startsWith("/etc/bind/db.") === true) zone = withZone(zone, file, text);
    else if (file !== undefined) files[host] = { ...files[host], [file]: text };
    else if (command === undefined) return `${name}: a difference without command or file`;
    else if (command.startsWith("postconf -e ")) {
      for (const [, key = "", value = ""] of command.matchAll(/'(\w+) ?= ?([^']*)'/g))
        parameters[host] = { ...parameters[host], [key]: value };
    } else if (!/^(true|postfix reload|postmap .*|postalias .*|rndc .*|systemctl restart .*)$/.test(command)) return `${host}: ${command}`;
  }
  const office = await openOffice({
    hosts: [...hosts, "filter", "desk"],
    zone,
    parameters,
    files,
    firewall,
    stopped,
    daemons: [acceptingFilter, fakeDovecot],
  });
  try {
    return await play(office, recorded);
  } finally {
    office.down();
  }
}

/** The records of one zone as a zone file has them, in place of the good ones. */
function withZone(zone: Zone, file: string, text: string): Zone {
  const origin = file.endsWith("db.203.0.113") ? "113.0.203.in-addr.arpa" : file.slice(file.lastIndexOf("/db.") + 4);
  const records = readMasterFile({
    origin: `${origin}.`,
    path: file,
    read: (path) => (path === file ? text : undefined),
    manyErrors: true,
    checkNames: "ignore",
  }).records.map((record) => [record.name.replace(/\.$/, ""), record.type, record.data] as const);
  const names = new Set(records.map(([name]) => name));
  return [
    ...zone.filter(
      ([name]) =>
        !names.has(name) && name !== origin && !(origin !== "example" && name.endsWith(`.${origin}`) && !name.includes(".office.")),
    ),
    ...records.filter(([, type]) => type !== "NS" && type !== "SOA"),
  ];
}

async function play(office: Office, recorded: FlowRecording): Promise<FlowReplay | string> {
  const start = new Map(hosts.map((host) => [host, office.log(host).length]));
  const outputs: { command: string; expected: string; got: string }[] = [];
  for (const step of recorded.steps) {
    if (step.wait !== undefined) await office.advance(step.wait * 1000);
    if (step.run === undefined || step.at === undefined) continue;
    const stdin = step.stdin?.join("");
    if (/^systemctl (stop|start) (rspamd|dovecot)/.test(step.run)) {
      const [, action, unit] = /^systemctl (\w+) (\w+)/.exec(step.run) ?? [];
      const { services } = office.range.machine(step.at);
      services[action === "stop" ? "stop" : "start"](unit as "rspamd" | "dovecot");
    } else if (/^(sendmail|postqueue|mailq|postfix|postsuper|postcat)\b[^|;&$]*$/.test(step.run)) {
      const result = await office.run(step.at, step.run, stdin);
      outputs.push({ command: step.run, expected: normalised((step.stdout ?? []).join("")), got: normalised(result.stdout) });
    } else return `${step.at}: ${step.run}`;
    await office.advance(400);
  }
  await office.advance(3000);
  const logs = hosts.flatMap((host) => {
    // The test's filter writes no Authentication-Results field, so what has passed it is smaller here.
    const own = (line: string): string => (host === "mailbox" ? line.replace(/size=\d+/, "size=N") : line);
    const expected = (recorded.logs[host]?.["/var/log/mail.log"] ?? [])
      .map((line) => normalised(line.replace(/\r?\n$/, "").slice(16)))
      .map(own);
    const got = office.log(host).slice(start.get(host)).map(normalised).map(own);
    return recorded.logs[host] === undefined ? [] : [{ host, expected, got }];
  });
  return { logs, outputs };
}

/** Ids, process ids, times and delays named alike. */
export function normalised(text: string): string {
  return text
    .replace(/\b\d{14}\.[0-9A-F]{9,12}@/g, "STAMP.ID@")
    .replace(/\b[0-9A-F]{9,12}\b/g, "ID")
    .replace(/\[\d+\]: /, ": ")
    .replace(/(to=<[^\n]*?) delay=[\d.]+, delays=[\d./]+,/g, "$1 delay=D,")
    .replace(/> \S{20,30} Saved/g, "> SESSION Saved")
    .replace(/\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d( \d{4})?/g, "STAMP")
    .replace(/at \w{3} [ \d]\d \d\d:\d\d:\d\d/g, "at STAMP");
}
