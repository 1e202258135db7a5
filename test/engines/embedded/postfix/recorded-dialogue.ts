import { readFileSync } from "node:fs";
import type { VirtualSocket } from "../../../../src/engines/embedded/wire/network-stack.ts";
import { acceptingFilter } from "./accepting-filter.ts";
import { goodZone, type Office, openOffice, withoutIds, type Zone } from "./office.ts";

/** One file of test/fixtures/recordings/smtp, as far as these tests read it. */
export interface Recording {
  readonly title: string;
  readonly differences?: readonly {
    readonly host: string;
    readonly command?: string;
    readonly file?: string;
    readonly content?: readonly string[];
  }[];
  readonly steps: readonly RecordedStep[];
  readonly logs: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

interface RecordedStep {
  readonly at?: string;
  readonly connect?: string;
  readonly send?: readonly string[];
  readonly sendRepeated?: { readonly text: string; readonly times: number; readonly then: string };
  readonly receive?: readonly string[];
  readonly closed?: boolean | "reset";
  readonly silent?: number;
  readonly close?: boolean;
  readonly wait?: number;
  readonly run?: string;
}

export function recording(name: string): Recording {
  return JSON.parse(readFileSync(new URL(`../../../fixtures/recordings/smtp/${name}.json`, import.meta.url), "utf8")) as Recording;
}

/** What was read at each step, and what was read in the recording. */
export interface Replay {
  readonly replies: readonly { readonly sent: string; readonly expected: string; readonly got: string }[];
  readonly log: readonly string[];
  readonly expectedLog: readonly string[];
}

const idPattern = /\b[0-9A-F]{9,12}\b/g;

/** Plays a recording against the simulated world. @returns undefined, with the reason, for what the test world cannot set up */
export async function replay(name: string): Promise<Replay | string> {
  const recorded = recording(name);
  const setup = setupOf(recorded);
  if (typeof setup === "string") return setup;
  const office = await openOffice({
    ...setup,
    hosts: ["sender", "bystander", "mx1", "mx2", "mailbox", "filter", "desk"],
    daemons: [acceptingFilter],
  });
  try {
    return await play(office, recorded);
  } finally {
    office.down();
  }
}

interface Setup {
  readonly parameters: Record<string, Record<string, string>>;
  readonly files: Record<string, Record<string, string>>;
  readonly stopped: string[];
  zone: Zone;
}

/** The PTR records of 203.0.113.0/28 as a zone file has them, in place of the good ones. */
function withPointers(zone: Zone, zoneFile: string): Zone {
  const own = [...zoneFile.matchAll(/^(\d+)\s+(?:IN\s+)?PTR\s+(\S+)/gm)].map(
    ([, last, name]) => [`${last}.113.0.203.in-addr.arpa`, "PTR", name ?? ""] as const,
  );
  const isOurs = ([owner]: readonly [string, string, string]): boolean =>
    /^\d+\.113\.0\.203\.in-addr/.test(owner) && Number(owner.split(".")[0]) < 16;
  return [...zone.filter((record) => !isOurs(record)), ...own];
}

function setupOf(recorded: Recording): Setup | string {
  const setup: Setup = { parameters: {}, files: {}, stopped: [], zone: goodZone };
  for (const { host, command, file, content } of recorded.differences ?? []) {
    if (file === "/etc/bind/db.203.0.113") {
      setup.zone = withPointers(setup.zone, (content ?? []).join(""));
      continue;
    }
    if (file?.startsWith("/etc/postfix/") === true) {
      setup.files[host] = { ...setup.files[host], [file]: (content ?? []).join("") };
      continue;
    }
    if (command === undefined) return `a file of ${host}: ${file}`;
    if (/^(true|postfix reload|postmap .*|rndc .*)$/.test(command)) continue;
    if (command === "systemctl stop rspamd") setup.stopped.push("filter");
    else if (command === "postfix stop") setup.stopped.push(host);
    else if (command.startsWith("postconf -e ")) {
      for (const [, name = "", value = ""] of command.matchAll(/'(\w+) ?= ?([^']*)'/g))
        setup.parameters[host] = { ...setup.parameters[host], [name]: value };
    } else return `${host}: ${command}`;
  }
  return setup;
}

async function play(office: Office, recorded: Recording): Promise<Replay> {
  const replies: { sent: string; expected: string; got: string }[] = [];
  let socket: VirtualSocket | undefined;
  let received = "";
  let sent = "(connect)";
  let target = "mx1";
  let logStart: number | undefined;
  for (const step of recorded.steps) {
    if (step.connect !== undefined) {
      const [address = "", port = ""] = step.connect.split(":");
      target = office.range.machines.find((machine) => machine.net.addresses.includes(address))?.key ?? target;
      logStart ??= office.log(target).length;
      socket = office.range.machine(step.at ?? "sender").net.connect({ address, port: Number(port), timeoutMs: 30_000 });
      received = "";
      socket.on("data", (chunk: Buffer) => {
        received += chunk.toString("latin1");
      });
      socket.on("error", () => undefined);
    } else if (step.send !== undefined) {
      sent = step.send.join("");
      socket?.write(Buffer.from(sent, "utf8"));
    } else if (step.sendRepeated !== undefined) {
      sent = "(repeated)";
      socket?.write(step.sendRepeated.text.repeat(step.sendRepeated.times) + step.sendRepeated.then);
    } else if (step.receive !== undefined) {
      const expected = Buffer.from(step.receive.join(""), "utf8").toString("latin1");
      await waitFor(office, () => firstReplies(received, expected) !== undefined, (step.silent ?? 6) * 1000);
      const got = firstReplies(received, expected) ?? received;
      received = received.slice(got.length);
      replies.push({ sent, expected: expected.replace(idPattern, "ID"), got: got.replace(idPattern, "ID") });
    } else if (step.close === true) {
      socket?.end();
      await office.advance(3000);
    } else if (step.wait !== undefined) await office.advance(step.wait * 1000);
  }
  await office.advance(2000);
  const real = (recorded.logs[target]?.["/var/log/mail.log"] ?? []).map((line) => line.replace(/\r?\n$/, "").slice(16));
  return {
    replies,
    log: comparable(office.log(target).slice(logStart ?? 0)),
    expectedLog: comparable(real),
  };
}

/** What smtpd and cleanup logged, the stamp of a message id of their own aside. */
function comparable(lines: readonly string[]): readonly string[] {
  return withoutIds(lines.filter((line) => /postfix\/(smtpd|cleanup)\[/.test(line))).map((line) => line.replace(/<\d{14}\.Q/, "<STAMP.Q"));
}

/** As many whole replies as the recording read at this step; undefined while they have not all come. */
function firstReplies(received: string, expected: string): string | undefined {
  const count = (expected.match(/^\d{3} .*\r\n/gm) ?? []).length;
  if (count === 0) return undefined;
  const ends = [...received.matchAll(/^\d{3} .*\r\n/gm)].map((match) => match.index + match[0].length);
  return ends[count - 1] === undefined ? undefined : received.slice(0, ends[count - 1]);
}

async function waitFor(office: Office, done: () => boolean, limitMs: number): Promise<void> {
  for (let waited = 0; waited < limitMs && !done(); waited += 50) await office.advance(50);
}
