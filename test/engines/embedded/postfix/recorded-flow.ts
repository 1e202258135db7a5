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
  readonly files?: readonly { readonly host: string; readonly path: string; readonly content: readonly string[] }[];
}

const hosts = ["sender", "bystander", "mx1", "mx2", "mailbox"];

export interface FlowReplay {
  /** By host: lines of the recording, and ours, without what differs from run to run. */
  readonly logs: readonly ({ readonly host: string } & Compared)[];
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
    } else if (command === "postfix stop") stopped.push(host);
    else if (!/^(true|postfix reload|postmap .*|postalias .*|rndc .*|systemctl restart .*)$/.test(command)) return `${host}: ${command}`;
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
  })
    // Addresses of the delegated block are CNAMEs into a zone that stays as it is.
    .records.filter(({ type }) => type !== "CNAME" || !origin.endsWith("in-addr.arpa"))
    .map((record) => [record.name.replace(/\.$/, ""), record.type, record.data] as const);
  const names = new Set(records.map(([name]) => name));
  // The zone of all `.example` names holds little of what is below it, and the addresses from 16 on are delegated.
  const isOfZone = (name: string): boolean =>
    name.endsWith("in-addr.arpa")
      ? name.endsWith(`.${origin}`) && Number(name.split(".")[0]) < 16
      : origin !== "example" && name.endsWith(`.${origin}`) && !name.includes(".office.");
  return [
    ...zone.filter(([name]) => !names.has(name) && name !== origin && !isOfZone(name)),
    ...records.filter(([, type]) => type !== "NS" && type !== "SOA"),
  ];
}

async function play(office: Office, recorded: FlowRecording): Promise<FlowReplay | string> {
  const start = new Map(hosts.map((host) => [host, office.log(host).length]));
  const outputs: { command: string; expected: string; got: string }[] = [];
  for (const step of recorded.steps) {
    if (step.wait !== undefined) await office.advance(step.wait * 1000);
    if (step.run === undefined || step.at === undefined) continue;
    const bulk = bulkMail(step.run);
    const stdin = bulk?.text ?? step.stdin?.join("");
    if (/^systemctl (stop|start) (rspamd|dovecot)/.test(step.run)) {
      const [, action, unit] = /^systemctl (\w+) (\w+)/.exec(step.run) ?? [];
      const { services } = office.range.machine(step.at);
      services[action === "stop" ? "stop" : "start"](unit as "rspamd" | "dovecot");
    } else if (!/nft|doveadm|rndc|openssl|chown|chmod|rm \/|ss -|lmtp|tcpdump|sleep/.test(step.run)) {
      const result = await office.run(step.at, bulk?.command ?? step.run, stdin);
      outputs.push({ command: step.run, expected: normalised((step.stdout ?? []).join("")), got: normalised(result.stdout) });
    } else return `${step.at}: ${step.run}`;
    await office.advance(400);
  }
  await office.advance(3000);
  const logs = hosts.flatMap((host) => {
    const lines = recorded.logs[host]?.["/var/log/mail.log"];
    if (lines === undefined) return [];
    const real = lines.map((line) => line.replace(/\r?\n$/, "").slice(16));
    return [{ host, ...compared(real, office.log(host).slice(start.get(host))) }];
  });
  for (const directory of new Set(recorded.files?.map(({ host, path }) => `${host}:${path.slice(0, path.lastIndexOf("/"))}`))) {
    const [host = "", path = ""] = directory.split(":");
    if (!path.startsWith("/var/mail/vhosts/")) continue;
    const { files } = office.range.machine(host);
    const real = recorded.files?.filter((file) => file.host === host && file.path.startsWith(`${path}/`)) ?? [];
    const ours = (files.list(path) ?? []).map((name) => files.read(`${path}/${name}`) ?? "");
    const text = (messages: readonly string[]): string => messages.map(normalisedMessage).sort().join("");
    outputs.push({ command: `mail in ${directory}`, expected: text(real.map((file) => file.content.join(""))), got: text(ours) });
  }
  return { logs, outputs };
}

/** `(printf '...'; head -c 3100000 /dev/zero | base64) | sendmail ...`: the text of a large mail, and the command that takes it. */
function bulkMail(line: string): { readonly text: string; readonly command: string } | undefined {
  const [, head, count, command] = /^\(printf '([^']*)'; head -c (\d+) \/dev\/zero \| base64\) \| (sendmail .*)$/.exec(line) ?? [];
  if (head === undefined || command === undefined) return undefined;
  const lines = Buffer.alloc(Number(count))
    .toString("base64")
    .replace(/.{1,76}/g, "$&\n");
  return { text: head.replaceAll("\\n", "\n") + lines, command };
}

interface Compared {
  readonly expected: readonly string[];
  readonly got: readonly string[];
}

/**
 * Both logs without ids, process ids, times and delays. Each mail's own lines stay in their order; which mail's line comes first in
 * the log is chance, and so are anvil's statistics, which come minutes later.
 */
function compared(real: readonly string[], ours: readonly string[]): Compared {
  return { expected: byMail(real), got: byMail(ours) };
}

function byMail(lines: readonly string[]): readonly string[] {
  const groups = new Map<string, string[]>();
  for (const [at, line] of lines.entries()) {
    if (/postfix\/anvil\[/.test(line)) continue;
    const id = /\[\d+\]: ([0-9A-F]{9,12}): /.exec(line)?.[1] ?? `line ${at}`;
    groups.set(id, [...(groups.get(id) ?? []), normalised(line)]);
  }
  return [...groups.values()].map((group) => group.join("\n")).sort();
}

function normalisedMessage(text: string): string {
  return normalised(text)
    .replace(/ID\.\d+\//g, "ID.SECONDS/")
    .replace(/<\d{14}\.ID@/g, "<STAMP.ID@");
}

/** Ids, process ids, times and delays named alike. */
export function normalised(text: string): string {
  return text
    .replace(/\b\d{14}\.[0-9A-F]{9,12}@/g, "STAMP.ID@")
    .replace(/\b[0-9A-F]{9,12}\b/g, "ID")
    .replace(/\[\d+\]: /, ": ")
    .replace(/(to=<[^\n]*?) delay=[\d.]+, delays=[\d./]+,/g, "$1 delay=D,")
    .replace(/> \S{20,30} Saved/g, "> SESSION Saved")
    .replace(/\b(defer(?:red)?)\/[0-9A-F]\//g, "$1/H/")
    .replace(/\w{3}, +\d+ \w{3} \d{4} \d\d:\d\d:\d\d \+0000( \(UTC\))?/g, "STAMP")
    .replace(/\b\d{14}\.\d{6}@/g, "STAMP.PID@")
    .replace(/\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d( \d{4})?/g, "STAMP")
    .replace(/at \w{3} [ \d]\d \d\d:\d\d:\d\d/g, "at STAMP");
}
