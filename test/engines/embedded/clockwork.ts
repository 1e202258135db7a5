import { delay } from "../../../src/base/clock.ts";
import { createEmbeddedEngine } from "../../../src/engines/embedded/engine.ts";
import type { Machine } from "../../../src/engines/embedded/machine.ts";
import { type Program, StartFailure } from "../../../src/engines/embedded/program.ts";
import { answerFile } from "../../../src/engines/embedded/questions/file.ts";
import type { QuestionHandlers } from "../../../src/engines/embedded/questions/question-handlers.ts";
import type { Command } from "../../../src/engines/embedded/shell/command.ts";
import type { ShellFactory } from "../../../src/engines/embedded/shell/shell-port.ts";
import type { SimulatedDaemon } from "../../../src/engines/embedded/simulated-daemon.ts";
import type { Engine } from "../../../src/world/engine.ts";
import type { Host, HostKey, World } from "../../../src/world/world.ts";

/**
 * A world of clockwork for the kernel's tests: a program in Postfix's place that greets on port 25 and visits its neighbour
 * every few minutes, and a name server that does nothing. All that the kernel promises shows in their logs.
 */
export const MAIL_LOG = "/var/log/mail.log";

interface Memory {
  readonly settings: string;
  readonly visits: number;
  readonly nextAtMs: number;
  readonly pid: number;
}

export const clockworkMail: SimulatedDaemon = {
  kind: "postfix",
  commands: [
    command("visits", ({ services }) => String((services.program("postfix")?.memory?.() as Memory | undefined)?.visits)),
    command("odd", (machine) => {
      machine.notSimulated("the parameter odd");
      return "";
    }),
  ],
  start: (machine, memory) => startMail(machine, memory as Memory | undefined),
};

function startMail(machine: Machine, memory?: Memory): Program {
  let settings = memory?.settings ?? machine.files.read("/etc/postfix/main.cf") ?? "";
  let visits = memory?.visits ?? 0;
  const pid = memory?.pid ?? machine.newPid();
  const log = (text: string): void => machine.log("postfix", MAIL_LOG, `${machine.clock.now()} [${pid}] ${text}`);
  if (settings.includes("broken")) {
    log("fatal: broken");
    throw new StartFailure("postfix", "fatal: broken\n");
  }
  const setting = (name: string): string | undefined => new RegExp(`^${name} = (.*)$`, "m").exec(settings)?.[1];
  log("started");
  machine.net.listen(25, (socket) => {
    log(`connect from ${socket.remoteAddress}`);
    socket.end(`220 ${machine.name} ${machine.random.hex(6)}\r\n`);
  });
  let nextAtMs = memory?.nextAtMs ?? machine.clock.now() + Number(setting("interval") ?? 300_000);
  const visit = (): void => {
    visits++;
    nextAtMs = machine.clock.now() + Number(setting("interval") ?? 300_000) + machine.random.below(1000);
    machine.clock.setTimeout(visit, nextAtMs - machine.clock.now());
    const address = setting("neighbour");
    if (address === undefined) return;
    const socket = machine.net.connect({ address, port: 25, timeoutMs: 30_000 });
    socket.on("data", (chunk: Buffer) => log(`visit ${visits}: ${chunk.toString().trim()}`));
    socket.on("error", (error: NodeJS.ErrnoException) => log(`visit ${visits}: ${error.code}`));
  };
  machine.clock.setTimeout(visit, nextAtMs - machine.clock.now());
  return {
    kind: "postfix",
    reload() {
      settings = machine.files.read("/etc/postfix/main.cf") ?? "";
      log("reloaded");
    },
    stop: () => log("stopped"),
    memory: (): Memory => ({ settings, visits, nextAtMs, pid }),
  };
}

export const clockworkNames: SimulatedDaemon = {
  kind: "bind",
  commands: [],
  start: (machine) => {
    machine.log("bind", "/var/log/named/named.log", `${machine.clock.now()} running`);
    return {
      kind: "bind",
      reload: () => machine.log("bind", "/var/log/named/named.log", `${machine.clock.now()} reloaded`),
      stop: () => machine.log("bind", "/var/log/named/named.log", `${machine.clock.now()} stopped`),
    };
  },
};

function command(name: string, print: (machine: Machine) => string): Command {
  return { name, run: async ({ machine }) => ({ stdout: `${print(machine)}\n`, stderr: "", code: 0 }) };
}

/** A shell of four words and the packages' commands: `sleep SECONDS`, `hang`, `cat FILE`, `append FILE TEXT`. */
const clockworkShell: ShellFactory = (machine, commands) => ({
  async run(line, options = {}) {
    const [word = "", ...args] = line.split(" ");
    const ended = { cwd: options.cwd ?? "/root", env: {}, exited: false };
    const print = (stdout: string, code = 0) => ({ stdout, stderr: "", code, ...ended });
    if (word === "sleep") await delay(machine.clock, Number(args[0]) * 1000);
    else if (word === "hang") {
      await new Promise((resolve) => options.signal?.addEventListener("abort", resolve));
      return print("", 130);
    } else if (word === "cat") return print(machine.files.read(args[0] ?? "") ?? "");
    else if (word === "append") machine.files.append(args[0] ?? "", `${args.slice(1).join(" ")}\n`);
    else {
      const found = commands.get(word);
      if (found === undefined) return print(`${word}: command not found\n`, 127);
      const signal = options.signal ?? new AbortController().signal;
      return { ...(await found.run({ machine, args, cwd: "/root", env: {}, stdin: options.stdin ?? "", signal })), ...ended };
    }
    return print("");
  },
  terminal: () => ({ write() {}, onOutput() {}, closed: Promise.resolve(), resize() {}, close() {} }),
});

const unasked = async (): Promise<never> => {
  throw new Error("not asked in these tests");
};

const clockworkQuestions: QuestionHandlers = {
  file: answerFile,
  // Does to the fork whatever could show in the original.
  async queue(range, { host }) {
    const machine = range.machine(host);
    machine.services.stop("postfix");
    machine.files.write("/etc/postfix/main.cf", "gone");
    machine.random.hex(8);
    machine.newPid();
    machine.packetFilter.replace([{ direction: "in", protocol: "tcp", port: 25, verdict: "drop" }]);
    await range.run(host, "append /var/log/mail.log from the fork");
    await range.clock.advance(3_600_000);
    return { ask: "queue", entries: [] };
  },
  send: unasked,
  dialogue: unasked,
  resolve: unasked,
  mailbox: unasked,
};

export const clockworkEngine: Engine = createEmbeddedEngine({
  daemons: [clockworkMail, clockworkNames],
  shell: clockworkShell,
  questions: clockworkQuestions,
});

const ZONE =
  "$TTL 60\n@\tIN\tSOA\tns1 admin ( 2026112401 3600 600 604800 60 )\n\tIN\tNS\tns1\n\tIN\tMX\t10 mx1\nns1\tIN\tA\t203.0.113.2\nmx1\tIN\tA\t203.0.113.3\n";

/** Three hosts: mx1 and mx2 visit each other, ns1 holds the zone; mailboxes stand on mx2. */
export function clockworkWorld(change: { readonly seed?: number; readonly hosts?: Readonly<Record<HostKey, Partial<Host>>> } = {}): World {
  const network = { key: "internet", cidr: "203.0.113.0/26", latencyMs: 10, lossRatio: 0 };
  const host = (key: HostKey, offset: number, parts: Partial<Host>): Host => ({
    key,
    name: `${key}.meadow.example`,
    owner: "org",
    duties: [],
    interfaces: [{ network: "internet", address: `203.0.113.${offset}` }],
    nameservers: ["203.0.113.2"],
    daemons: [{ kind: "postfix", state: "running" }],
    files: {},
    firewall: [],
    disks: [],
    mailboxes: [],
    ...parts,
    ...change.hosts?.[key],
  });
  return {
    name: "clockwork",
    seed: change.seed ?? 42,
    pace: "stock",
    startsAtMs: Date.UTC(2026, 10, 24, 8),
    networks: [network],
    organisations: [{ key: "org", name: "Meadow", domain: "meadow.example" }],
    people: [{ key: "user", name: "Ann", address: "ann@meadow.example", organisation: "org", mailbox: "mx2" }],
    hosts: [
      host("ns1", 2, {
        daemons: [{ kind: "bind", state: "running" }],
        files: {
          "/etc/bind/named.conf": 'include "/etc/bind/named.conf.local";\n',
          "/etc/bind/named.conf.local": 'zone "meadow.example" { type primary; file "/etc/bind/db.meadow.example"; };\n',
          "/etc/bind/db.meadow.example": ZONE,
        },
      }),
      host("mx1", 3, { files: { "/etc/postfix/main.cf": "neighbour = 203.0.113.4\n# visits\ninterval = 300000\nmyhostname = mx1\n" } }),
      host("mx2", 4, {
        files: {
          "/etc/postfix/main.cf": "neighbour = 203.0.113.3\ninterval = 420000\n",
          "/etc/dovecot/dovecot.conf": "mail_location = maildir:/srv/vmail/%n/Maildir\n",
        },
      }),
    ],
  };
}
