import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { postfix } from "../../../../src/engines/embedded/daemons/postfix/postfix.ts";
import { decodeMessage, encodeMessage } from "../../../../src/engines/embedded/dns/message.ts";
import { createLiveRange, type Kit, type LiveRange } from "../../../../src/engines/embedded/live-range.ts";
import { createShell } from "../../../../src/engines/embedded/shell/bash.ts";
import type { CommandResult } from "../../../../src/engines/embedded/shell/command.ts";
import type { SimulatedDaemon } from "../../../../src/engines/embedded/simulated-daemon.ts";
import { absoluteName, canonicalName, type DnsRecord, reverseName } from "../../../../src/mail/dns.ts";
import type { Host, World } from "../../../../src/world/world.ts";

/** The recorded world's Postfix hosts, with a name server of the test's own: the files are those of the recordings. */
const fixtures = new URL("../../../fixtures/small-office/", import.meta.url).pathname;

const addresses: Readonly<Record<string, { readonly name: string; readonly internet?: string; readonly office?: string }>> = {
  names: { name: "ns.backbone.example", internet: "203.0.113.2", office: "198.51.100.2" },
  sender: { name: "mail.brook.example", internet: "203.0.113.10" },
  bystander: { name: "mail.thicket.example", internet: "203.0.113.11" },
  mx1: { name: "mx1.meadow.example", internet: "203.0.113.19", office: "198.51.100.3" },
  mx2: { name: "mx2.meadow.example", internet: "203.0.113.20", office: "198.51.100.4" },
  filter: { name: "filter.meadow.example", office: "198.51.100.5" },
  mailbox: { name: "mailbox.meadow.example", office: "198.51.100.6" },
  desk: { name: "desk.meadow.example", internet: "203.0.113.21", office: "198.51.100.7" },
};

export type Zone = readonly (readonly [string, string, string])[];

/** The records of the recorded world that matter to mail. */
export const goodZone: Zone = [
  ["brook.example", "MX", "10 mail.brook.example."],
  ["thicket.example", "MX", "10 mail.thicket.example."],
  ["meadow.example", "MX", "10 mx1.meadow.example."],
  ["meadow.example", "MX", "20 mx2.meadow.example."],
  ["mx1.office.meadow.example", "A", "198.51.100.3"],
  ["mx2.office.meadow.example", "A", "198.51.100.4"],
  ["desk.office.meadow.example", "A", "198.51.100.7"],
  ...Object.values(addresses).flatMap(({ name, internet, office }): Zone => {
    const own = internet ?? office ?? "";
    const inOffice = internet === undefined ? name : name.replace(".meadow.", ".office.meadow.");
    return [
      [name, "A", own],
      [plain(reverseName(own)), "PTR", `${name}.`],
      ...(internet !== undefined && office !== undefined && name !== "ns.backbone.example"
        ? ([[plain(reverseName(office)), "PTR", `${inOffice}.`]] as const)
        : []),
    ];
  }),
];

function plain(name: string): string {
  return name.replace(/\.$/, "");
}

/** A name server that knows one zone file by heart. */
function nameServer(zone: () => Zone): SimulatedDaemon {
  return {
    kind: "bind",
    commands: [],
    start(machine) {
      const socket = machine.net.bindUdp(53, (payload, from) => {
        const query = decodeMessage(payload);
        if (query === undefined) return;
        const { name, type } = query.question ?? { name: ".", type: "A" };
        const of = zone().filter(([owner]) => canonicalName(owner) === canonicalName(name));
        const below = zone().some(([owner]) => canonicalName(owner).endsWith(`.${canonicalName(name)}`));
        const answers = of
          .filter(([, recordType]) => recordType === type)
          .map(([owner, recordType, data]): DnsRecord => ({ name: absoluteName(owner), type: recordType, ttlSeconds: 60, data }));
        const status = of.length > 0 || below ? "NOERROR" : "NXDOMAIN";
        const reply = { ...query, response: true, recursionAvailable: true, status, answers };
        socket.send(encodeMessage(reply), from);
      });
      return { kind: "bind", reload: () => undefined, stop: () => undefined };
    },
  };
}

export interface OfficeOptions {
  readonly hosts?: readonly string[];
  readonly zone?: Zone;
  /** Edits of main.cf by host: parameters set as `postconf -e` does. */
  readonly parameters?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly files?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly stopped?: readonly string[];
  readonly daemons?: readonly SimulatedDaemon[];
  readonly seed?: number;
  readonly disks?: Readonly<Record<string, Host["disks"]>>;
  readonly firewall?: Readonly<Record<string, Host["firewall"]>>;
}

export interface Office {
  readonly range: LiveRange;
  /** What its forks are made with. */
  readonly kit: Kit;
  /** Changes what the name server says from now on. */
  setZone(zone: Zone): void;
  run(host: string, line: string, stdin?: string): Promise<CommandResult>;
  /** Lines of a host's mail log since the start, stamps cut off, ids and process ids as they are. */
  log(host: string): readonly string[];
  advance(ms: number): Promise<void>;
  down(): void;
}

export async function openOffice(options: OfficeOptions = {}): Promise<Office> {
  let zone = options.zone ?? goodZone;
  const kit = { daemons: [postfix, nameServer(() => zone), ...(options.daemons ?? [])], shell: createShell };
  const range = createLiveRange(officeWorld(options), kit);
  for (const machine of range.machines) machine.boot();
  await range.clock.settle();
  return {
    range,
    kit,
    setZone(next) {
      zone = next;
    },
    run: (host, line, stdin) => range.run(host, line, stdin === undefined ? {} : { stdin }),
    log: (host) =>
      range
        .lines()
        .filter((line) => line.host === host && line.path === "/var/log/mail.log")
        .map((line) => line.text.slice(16)),
    advance: (ms) => range.clock.advance(ms),
    down: () => range.down(),
  };
}

function officeWorld(options: OfficeOptions): World {
  const keys = ["names", ...(options.hosts ?? ["sender", "mx1", "mx2", "mailbox", "bystander"])];
  return {
    name: "office",
    seed: options.seed ?? 7,
    pace: "lapse",
    startsAtMs: Date.UTC(2026, 10, 24, 2, 0, 0),
    networks: [
      { key: "internet", cidr: "203.0.113.0/26", latencyMs: 4, lossRatio: 0 },
      { key: "office", cidr: "198.51.100.0/26", latencyMs: 1, lossRatio: 0 },
    ],
    organisations: [],
    people: [],
    hosts: keys.map((key) => officeHost(key, options)),
  };
}

function officeHost(key: string, options: OfficeOptions): Host {
  const place = addresses[key];
  if (place === undefined) throw new Error(`no host ${key}`);
  const kinds = key === "names" ? (["bind"] as const) : key === "desk" ? [] : (["postfix"] as const);
  const extra = options.daemons?.map((daemon) => daemon.kind) ?? [];
  const daemons = [
    ...kinds,
    ...(key === "mailbox" ? extra.filter((kind) => kind === "dovecot") : []),
    ...(key === "filter" ? extra.filter((kind) => kind === "rspamd") : []),
  ];
  const state = options.stopped?.includes(key) === true ? ("stopped" as const) : ("running" as const);
  return {
    key,
    name: place.name,
    owner: "org",
    duties: [],
    interfaces: [
      ...(place.internet === undefined ? [] : [{ network: "internet", address: place.internet }]),
      ...(place.office === undefined ? [] : [{ network: "office", address: place.office }]),
    ],
    nameservers: [place.internet === undefined ? "198.51.100.2" : "203.0.113.2"],
    daemons: (key === "filter" ? daemons.filter((kind) => kind !== "postfix") : daemons).map((kind) => ({ kind, state })),
    files: { ...hostFiles(key, options), ...options.files?.[key] },
    firewall: options.firewall?.[key] ?? [],
    disks: options.disks?.[key] ?? [],
    mailboxes: [],
  };
}

function hostFiles(key: string, options: OfficeOptions): Readonly<Record<string, string>> {
  const files: Record<string, string> = { "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\n" };
  const collect = (directory: string): void => {
    for (const name of readdirSync(join(fixtures, key, directory)).sort()) {
      const path = `${directory}/${name}`;
      if (statSync(join(fixtures, key, path)).isDirectory()) collect(path);
      else if (name !== "resolv.conf") files[path] = readFileSync(join(fixtures, key, path), "utf8");
    }
  };
  if (key !== "names") collect("/etc");
  const main = files["/etc/postfix/main.cf"];
  if (main !== undefined) {
    const changes = Object.entries(options.parameters?.[key] ?? {});
    const kept = main.split("\n").filter((line) => !changes.some(([name]) => line.startsWith(`${name} =`)));
    files["/etc/postfix/main.cf"] = [...kept, ...changes.map(([name, value]) => `${name} = ${value}`), ""].join("\n");
  }
  return files;
}

/** Log lines with what differs from run to run named: queue ids Q1, Q2 ... in the order in which they come, pids gone. */
export function withoutIds(lines: readonly string[]): readonly string[] {
  const ids = new Map<string, string>();
  return lines.map((line) =>
    line
      .replace(/\b[0-9A-F]{9,12}\b/g, (id) => {
        const known = ids.get(id) ?? `Q${ids.size + 1}`;
        ids.set(id, known);
        return known;
      })
      .replace(/\[\d+\]: /, ": "),
  );
}
