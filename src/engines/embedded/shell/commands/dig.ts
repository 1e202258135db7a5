import { canonicalName } from "../../../../mail/dns.ts";
import { digStyle, recordLine } from "../../../../mail/dns-text.ts";
import { type DigArguments, digVersion, type Lookup, readDigArguments } from "../../dns/dig-options.ts";
import type { DnsMessage } from "../../dns/message.ts";
import { headerText, pseudoSectionText, sectionsText, whenText } from "../../dns/message-text.ts";
import { readResolverSettings } from "../../dns/resolv-conf.ts";
import { createStubResolver } from "../../dns/stub-resolver.ts";
import { askAsTool, type ToolAnswer, type ToolOutcome } from "../../dns/tool-query.ts";
import type { Command, CommandCall } from "../command.ts";

/** No server answered. */
const NO_REPLY = 9;
const ILLEGAL_NAME = 10;
/** How many delegations +trace follows. */
const MAX_TRACE_STEPS = 20;

/** dig: asks name servers and prints what they say. */
export const dig: Command = {
  name: "dig",
  async run(call) {
    const options = readDigArguments(call.args);
    for (const option of options.notSimulated) call.machine.notSimulated(`dig's option ${option}`);
    if (options.instead !== undefined) return options.instead;
    const run: Run = { call, options, greeting: options.isGreeted ? greeting(call.args, options) : "", stdout: "", code: 0 };
    for (const lookup of options.lookups) {
      if (call.signal.aborted) break;
      const failure = await look(run, lookup);
      if (failure !== undefined) return { stdout: run.stdout, stderr: options.warnings.join("") + failure.stderr, code: failure.code };
    }
    return { stdout: run.stdout, stderr: options.warnings.join(""), code: run.code };
  },
};

interface Run {
  readonly call: CommandCall;
  readonly options: DigArguments;
  /** Printed once, before the first answer. */
  greeting: string;
  stdout: string;
  code: number;
}

interface Failure {
  readonly stderr: string;
  readonly code: number;
}

function greeting(args: readonly string[], { lookups }: DigArguments): string {
  const found = lookups[0]?.server === undefined ? "" : "; (1 server found)\n";
  return `\n; <<>> DiG ${digVersion} <<>>${args.map((arg) => ` ${arg}`).join("")}\n${found};; global options: +cmd\n`;
}

async function look(run: Run, lookup: Lookup): Promise<Failure | undefined> {
  const { machine } = run.call;
  if (/(^|[^\\])\.\./.test(lookup.name) || /^\../.test(lookup.name)) {
    return { stderr: `dig: '${lookup.name.slice(0, -1)}' is not a legal name (empty label)\n`, code: ILLEGAL_NAME };
  }
  const servers =
    lookup.server === undefined ? readResolverSettings(machine.files).nameservers : await addressesOf(run.call, lookup.server);
  if (typeof servers === "string") return { stderr: `dig: couldn't get address for '${lookup.server}': ${servers}\n`, code: 1 };
  if (lookup.flags.trace) {
    await trace(run, lookup, servers);
    return undefined;
  }
  const outcome = await ask(run.call, lookup, servers);
  print(run, lookup, outcome);
  return undefined;
}

/** The addresses behind `@name`, or why there are none. */
async function addressesOf({ machine }: CommandCall, server: string): Promise<readonly string[] | string> {
  const { status, addresses } = await createStubResolver(machine).addresses(server);
  if (addresses.length > 0) return addresses.slice(0, 1);
  return status === "NOERROR" || status === "NXDOMAIN" ? "not found" : "failure";
}

function ask(call: CommandCall, lookup: Lookup, servers: readonly string[], type = lookup.type, name = lookup.name): Promise<ToolOutcome> {
  const { flags } = lookup;
  const cookie = flags.cookie ? call.machine.random.hex(16).toLowerCase() : undefined;
  const query = {
    question: { name, type },
    servers,
    port: lookup.port,
    timeoutMs: lookup.timeoutSeconds * 1000,
    tries: lookup.tries,
    overTcp: flags.tcp || type === "ANY" || type === "AXFR",
    recursionDesired: flags.recurse && type !== "AXFR",
    authenticData: flags.adflag,
    checkingDisabled: flags.cdflag,
    ignoreTruncation: flags.ignore,
    ...(flags.edns
      ? { edns: { udpSizeBytes: lookup.udpSizeBytes, dnssecOk: flags.dnssec, ...(cookie === undefined ? {} : { cookie }) } }
      : {}),
  };
  return askAsTool(call.machine, query, call.signal);
}

function print(run: Run, lookup: Lookup, { answer, complaints }: ToolOutcome): void {
  run.stdout += complaints;
  if (answer === undefined) {
    run.stdout += `${run.greeting};; no servers could be reached\n`;
    run.code = NO_REPLY;
  } else {
    const isFailed = lookup.type === "AXFR" && answer.message.answers.length === 0;
    if (run.options.printsCommand) run.stdout += run.greeting;
    run.stdout += isFailed ? "; Transfer failed.\n" : answerText(lookup, answer);
  }
  run.greeting = "";
}

function answerText(lookup: Lookup, answer: ToolAnswer): string {
  const { flags } = lookup;
  const { message, tookMs, server } = answer;
  if (flags.short) {
    const source = flags.identify ? ` from server ${server} in ${tookMs} ms.` : "";
    return message.answers.map((record) => `${record.data}${source}\n`).join("");
  }
  if (lookup.type === "AXFR") return transferText(lookup, answer);
  const comments = flags.comments ? `;; Got answer:\n${headerText(message)}${warningText(message)}\n` : "";
  const cookie = message.edns?.cookie?.slice(0, 16);
  const edns = flags.comments && message.edns !== undefined ? pseudoSectionText(message.edns, cookie) : "";
  return `${comments}${edns}${sectionsText(message, flags)}${flags.stats ? statsText(lookup, answer) : ""}`;
}

function warningText(message: DnsMessage): string {
  return message.recursionDesired && !message.recursionAvailable ? ";; WARNING: recursion requested but not available\n" : "";
}

function statsText(lookup: Lookup, answer: ToolAnswer): string {
  const { server, transport, sizeBytes, tookMs, atMs } = answer;
  const asked = lookup.server ?? server;
  return [
    `;; Query time: ${tookMs} msec\n`,
    `;; SERVER: ${server}#${lookup.port}(${asked}) (${transport})\n`,
    `;; WHEN: ${whenText(atMs)}\n`,
    `;; MSG SIZE  rcvd: ${sizeBytes}\n\n`,
  ].join("");
}

function transferText(lookup: Lookup, answer: ToolAnswer): string {
  const { answers } = answer.message;
  const records = answers.map((record) => `${recordLine(record, digStyle)}\n`).join("");
  const size = `;; XFR size: ${answers.length} records (messages 1, bytes ${answer.sizeBytes})`;
  return records + statsText(lookup, answer).replace(/;; MSG SIZE.*/, size);
}

/** +trace: from the root's servers, as the local resolver names them, down to who answers. */
async function trace(run: Run, lookup: Lookup, servers: readonly string[]): Promise<void> {
  const asking = { ...lookup, flags: { ...lookup.flags, dnssec: true } };
  const root = await ask(run.call, { ...asking, flags: { ...asking.flags, recurse: true } }, servers, "NS", ".");
  run.stdout += root.complaints + (run.options.printsCommand ? run.greeting : "");
  run.greeting = "";
  let step = root.answer;
  let name = lookup.server ?? step?.server ?? "";
  for (let count = 0; count < MAX_TRACE_STEPS; count++) {
    if (step === undefined) {
      run.stdout += ";; no servers could be reached\n";
      run.code = NO_REPLY;
      return;
    }
    run.stdout += traceText(lookup, step, name);
    const next = nextServers(step.message, count === 0);
    if (next.length === 0) return;
    const chosen = await firstAddress(run, next);
    if (chosen === undefined) return;
    name = chosen.name;
    const outcome = await ask(run.call, asking, [chosen.address]);
    run.stdout += outcome.complaints;
    step = outcome.answer;
  }
}

function traceText(lookup: Lookup, { message, sizeBytes, server, tookMs }: ToolAnswer, name: string): string {
  const sections = sectionsText(message, { ...lookup.flags, comments: false, question: false, additional: false });
  return `${sections};; Received ${sizeBytes} bytes from ${server}#${lookup.port}(${name}) in ${tookMs} ms\n\n`;
}

/** The servers that a referral names; none where the answer is final. */
function nextServers(message: DnsMessage, isRoot: boolean): readonly string[] {
  const section = isRoot ? message.answers : message.answers.length > 0 ? [] : message.authority;
  return section.filter((record) => record.type === "NS").map((record) => record.data);
}

async function firstAddress(run: Run, names: readonly string[]): Promise<{ readonly name: string; readonly address: string } | undefined> {
  const resolver = createStubResolver(run.call.machine);
  for (const name of names) {
    const { addresses, status } = await resolver.addresses(canonicalName(name));
    const [address] = addresses;
    if (address !== undefined) return { name: name.replace(/\.$/, ""), address };
    run.stdout += `couldn't get address for '${name}': ${status === "NXDOMAIN" || status === "NOERROR" ? "not found" : "failure"}\n`;
  }
  return undefined;
}
