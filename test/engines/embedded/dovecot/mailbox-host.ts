import { readFileSync } from "node:fs";
import { simulatedDovecot } from "../../../../src/engines/embedded/daemons/dovecot/dovecot.ts";
import { createLiveRange, type LiveRange } from "../../../../src/engines/embedded/live-range.ts";
import type { CommandResult } from "../../../../src/engines/embedded/shell/command.ts";
import type { ShellFactory } from "../../../../src/engines/embedded/shell/shell-port.ts";
import { connectTcp, connectUnix, SmtpConnection } from "../../../../src/engines/embedded/smtp/connection.ts";
import type { Host, World } from "../../../../src/world/world.ts";

/** A range of one host, the recorded world's mailbox host without its Postfix. */
export interface MailboxHost {
  readonly range: LiveRange;
  run(line: string): Promise<CommandResult>;
  /** Lines of dovecot.log since the start, without stamps; ids as they are. */
  log(): readonly string[];
  /** Holds an LMTP dialogue: each line is sent after the reply to the one before; a message goes up to and with ".". */
  lmtp(lines: readonly string[], port?: number): Promise<readonly string[]>;
  /** Sends one message to these users. @returns the replies to its end */
  mail(recipients: readonly string[], content: string): Promise<readonly string[]>;
  down(): void;
}

export const SOCKET = "/var/spool/postfix/private/dovecot-lmtp";

const fixture = (path: string): string => readFileSync(new URL(`../../../fixtures/small-office/mailbox${path}`, import.meta.url), "utf8");

/** dovecot.conf as recorded. */
export const dovecotConf = fixture("/etc/dovecot/dovecot.conf");

/** A shell of commands with their words. */
const plainShell: ShellFactory = (machine, commands) => ({
  async run(line, options) {
    const words = (line.match(/"[^"]*"|'[^']*'|\S+/g) ?? []).map((word) => word.replace(/^(["'])(.*)\1$/s, "$2"));
    const command = commands.get(words[0] ?? "");
    if (command === undefined) throw new Error(`no command ${words[0]}`);
    const call = {
      machine,
      args: words.slice(1),
      cwd: "/root",
      env: {},
      stdin: options?.stdin ?? "",
      signal: new AbortController().signal,
    };
    return { ...(await command.run(call)), cwd: "/root", env: {}, exited: false };
  },
  terminal: () => {
    throw new Error("no terminal here");
  },
});

export async function openMailboxHost(
  options: {
    readonly files?: Readonly<Record<string, string>>;
    readonly seed?: number;
    readonly mailboxes?: Host["mailboxes"];
    readonly disks?: Host["disks"];
  } = {},
): Promise<MailboxHost> {
  const host: Host = {
    key: "mailbox",
    name: "mailbox.meadow.example",
    owner: "org",
    duties: [],
    interfaces: [{ network: "office", address: "198.51.100.6" }],
    nameservers: [],
    daemons: [{ kind: "dovecot", state: "running" }],
    files: { "/etc/dovecot/dovecot.conf": dovecotConf, "/etc/dovecot/users": fixture("/etc/dovecot/users"), ...options.files },
    firewall: [],
    disks: options.disks ?? [],
    mailboxes: options.mailboxes ?? [],
  };
  const world: World = {
    name: "one-host",
    seed: options.seed ?? 7,
    pace: "lapse",
    startsAtMs: Date.UTC(2026, 10, 24, 4, 0, 0),
    networks: [{ key: "office", cidr: "198.51.100.0/26", latencyMs: 1, lossRatio: 0 }],
    organisations: [],
    people: [],
    hosts: [host],
  };
  const range = createLiveRange(world, { daemons: [simulatedDovecot], shell: plainShell });
  for (const machine of range.machines) machine.boot();
  await range.clock.settle();
  return mailboxHost(range);
}

export function mailboxHost(range: LiveRange): MailboxHost {
  const machine = range.machine("mailbox");
  const lmtp = async (lines: readonly string[], port?: number): Promise<readonly string[]> => {
    const opening = port === undefined ? connectUnix(machine.net, SOCKET) : connectTcp(machine.net, { address: "198.51.100.6", port });
    const socket = await range.clock.runUntil(opening);
    const connection = new SmtpConnection(socket, range.clock);
    const read = async (): Promise<string> => (await range.clock.runUntil(connection.readReply(600_000))).lines.join("\n");
    const replies = [await read()];
    let inMessage = false;
    let accepted = 0;
    for (const line of lines) {
      connection.send(line);
      if (inMessage && line !== ".") continue;
      const count = inMessage ? accepted : 1;
      inMessage = false;
      for (let reply = 0; reply < count && connection.open; reply++) replies.push(await read());
      const last = replies.at(-1) ?? "";
      if (/^MAIL/.test(line)) accepted = 0;
      if (/^RCPT/.test(line) && last.startsWith("250")) accepted++;
      if (last.startsWith("354")) inMessage = true;
    }
    connection.close();
    await range.clock.advance(10);
    return replies;
  };
  return {
    range,
    run: (line) => range.run("mailbox", line),
    log: () => range.lines().map((line) => line.text.slice(16)),
    lmtp,
    mail: async (recipients, content) => {
      const envelope = ["LHLO mailbox.meadow.example", "MAIL FROM:<dana@brook.example>", ...recipients.map((each) => `RCPT TO:<${each}>`)];
      const replies = await lmtp([...envelope, "DATA", ...content.split("\n"), ".", "QUIT"]);
      return replies.slice(envelope.length + 2, -1);
    },
    down: () => range.down(),
  };
}
