import ipaddr from "ipaddr.js";
import { parseHeader } from "../../../../../mail/message.ts";
import type { Machine } from "../../../machine.ts";
import type { Command, CommandCall, CommandResult } from "../../../shell/command.ts";
import { describeOptionProblem, has, type Options, readOptions, valueOf } from "../../../shell/options.ts";
import { resolvePath } from "../../../shell/paths.ts";
import { Filter } from "../filter.ts";
import type { ScannedMessage, ScanTask } from "../message.ts";
import type { ScanResult } from "../scan.ts";
import { statisticsText } from "./statistics-text.ts";

const LONG = [
  "ip=",
  "user=",
  "from=",
  "rcpt=",
  "helo=",
  "hostname=",
  "connect=",
  "password=",
  "timeout=",
  "verbose",
  "pass-all",
  "mime",
  "json",
];

/** rspamc(1): has mail scanned by the controller of this host, or asks for its figures. A word that it does not know is a file. */
export const rspamc: Command = {
  name: "rspamc",
  async run(call) {
    const options = readOptions(call.args, "h:P:c:w:f:pvi:u:d:F:r:t:b:jn:e:m", LONG);
    if (options.problem !== undefined) return { stdout: "", stderr: describeOptionProblem("rspamc", options.problem), code: 1 };
    const [word, ...files] = options.operands;
    if (word === "stat" || word === "uptime") return figures(call.machine, word);
    const isCommand = word === "symbols" || word === "check";
    return scanFiles(call, options, isCommand ? files : options.operands);
  },
};

function figures(machine: Machine, word: "stat" | "uptime"): CommandResult {
  const filter = runningFilter(machine);
  if (filter === undefined) return refused(`command: ${word}`);
  greet(filter);
  const text = word === "stat" ? statisticsText(filter.statistics) : uptimeText(machine.clock.now() - filter.startedMs);
  return { stdout: `Results for command: ${word} (0 seconds)\n${text}\n`, stderr: "", code: 0 };
}

/** The real one prints its format's `%s` too. */
function uptimeText(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1000);
  const time = `${Math.floor(seconds / 3600)} hour ${Math.floor(seconds / 60) % 60} minutes ${seconds % 60} seconds`;
  return `Rspamd version: %s\nUptime: ${time}\n`;
}

async function scanFiles(call: CommandCall, options: Options, files: readonly string[]): Promise<CommandResult> {
  const { machine } = call;
  if (has(options, "m", "mime", "j", "json")) machine.notSimulated("other output formats of rspamc");
  let stdout = "";
  for (const file of files.length === 0 ? [undefined] : files) {
    const text = file === undefined ? call.stdin : machine.files.read(resolvePath(call.cwd, file));
    if (text === undefined) return { stdout, stderr: `cannot stat file ${file}\n`, code: 1 };
    const filter = runningFilter(machine);
    const name = file ?? "stdin";
    if (filter === undefined) return refused(`file: ${name}`);
    const result = await filter.scan(taskOf(text, options, name), "controller", greet(filter));
    stdout += resultText(name, result, messageId(text));
  }
  return { stdout, stderr: "", code: 0 };
}

function taskOf(text: string, options: Options, fileName: string): ScanTask {
  const end = /\r?\n\r?\n/.exec(text);
  const body = end === null ? "" : text.slice(end.index + end[0].length);
  const message: ScannedMessage = {
    fields: parseHeader(text),
    text: Buffer.from(text, "utf8").toString("latin1"),
    body: Buffer.from(body, "utf8").toString("latin1"),
  };
  const address = valueOf(options, "i", "ip");
  const recipients = options.given.flatMap(({ name, value }) => ((name === "r" || name === "rcpt") && value !== undefined ? [value] : []));
  return {
    clientAddress: address !== undefined && ipaddr.isValid(address) ? address : undefined,
    helo: valueOf(options, "helo"),
    sender: valueOf(options, "F", "from"),
    recipients,
    queueId: undefined,
    serverName: undefined,
    message,
    fileName,
  };
}

function resultText(name: string, result: ScanResult, id: string): string {
  const symbols = [...result.symbols].sort((left, right) => (left.name < right.name ? -1 : 1));
  const seconds = String(Number((result.elapsedMs / 1000).toFixed(3)));
  const lines = [
    `Results for file: ${name} (${seconds} seconds)`,
    "[Metric: default]",
    `Action: ${result.action}`,
    `Spam: ${result.action === "reject"}`,
    `Score: ${result.score.toFixed(2)} / ${result.requiredScore.toFixed(2)}`,
    ...symbols.map(
      ({ name: symbol, score, options }) =>
        `Symbol: ${symbol} (${score.toFixed(2)})${options.length === 0 ? "" : `[${options.join(", ")}]`}`,
    ),
    `Message-ID: ${id}`,
    ...(result.message === undefined ? [] : [`Message - smtp_message: ${result.message}`]),
    "",
    "",
  ];
  return lines.join("\n");
}

function messageId(text: string): string {
  const field = parseHeader(text).find(({ name }) => name.toLowerCase() === "message-id");
  return field?.value.replace(/^<([^]*)>$/, "$1") ?? "undef";
}

/** The controller's word about who asks. */
function greet(filter: Filter): ReturnType<Filter["scanLog"]> {
  const log = filter.scanLog("controller", "csession");
  log.write("csession", "rspamd_controller_check_password: allow unauthorized connection from a trusted IP 127.0.0.1");
  return log;
}

function refused(what: string): CommandResult {
  return { stdout: `Results for ${what} (0 seconds)\nIO write error: Connection refused\n\n`, stderr: "", code: 1 };
}

function runningFilter(machine: Machine): Filter | undefined {
  const program = machine.services.program("rspamd");
  return program instanceof Filter ? program : undefined;
}
