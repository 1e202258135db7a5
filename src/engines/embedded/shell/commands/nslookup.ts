import ipaddr from "ipaddr.js";
import { type DnsRecord, plainName, reverseName } from "../../../../mail/dns.ts";
import { readResolverSettings, searchNames } from "../../dns/resolv-conf.ts";
import { createStubResolver } from "../../dns/stub-resolver.ts";
import { askAsTool, type ToolAnswer } from "../../dns/tool-query.ts";
import type { Command, CommandCall } from "../command.ts";

/** What `set` has set. */
interface Settings {
  /** Undefined: A and AAAA. */
  type: string | undefined;
  server: string | undefined;
  timeoutSeconds: number;
  retries: number;
  recurse: boolean;
  tcp: boolean;
  port: number;
}

/** nslookup: one look-up, or a conversation: `server`, `set type=`, names, `exit`. */
export const nslookup: Command = {
  name: "nslookup",
  async run(call) {
    const settings: Settings = { type: undefined, server: undefined, timeoutSeconds: 5, retries: 3, recurse: true, tcp: false, port: 53 };
    const operands: string[] = [];
    for (const arg of call.args) {
      if (arg === "-version") return { stdout: "nslookup 9.18.49-1~deb12u3-Debian\n", stderr: "", code: 0 };
      if (!arg.startsWith("-") || arg === "-") operands.push(arg);
      else if (!applySetting(settings, arg.slice(1))) return { stdout: `*** Invalid option: ${arg.slice(1)}\n`, stderr: "", code: 1 };
    }
    const [name, server] = operands;
    if (server !== undefined) settings.server = server;
    if (name === undefined || name === "-") return converse(call, settings);
    const answer = await look(call, settings, name);
    return { stdout: answer.text, stderr: "", code: answer.isFound ? 0 : 1 };
  },
};

async function converse(
  call: CommandCall,
  settings: Settings,
): Promise<{ readonly stdout: string; readonly stderr: string; readonly code: number }> {
  const lines = call.console === undefined ? call.stdin.split("\n") : undefined;
  let stdout = "";
  const say = (text: string): void => {
    if (call.console === undefined) stdout += text;
    else call.console.write(text);
  };
  for (;;) {
    call.console?.write("> ");
    const line = (lines === undefined ? await call.console?.read() : lines.shift())?.trim();
    if (line === undefined || line === "exit") return { stdout, stderr: "", code: 0 };
    if (line !== "") say(await obey(call, settings, line));
  }
}

/** One line of a conversation. */
async function obey(call: CommandCall, settings: Settings, line: string): Promise<string> {
  const [word = "", ...rest] = line.split(/\s+/);
  if (word === "set") return applySetting(settings, rest[0] ?? "") ? "" : `*** Invalid option: ${rest[0] ?? ""}\n`;
  if (word === "server" || word === "lserver") {
    settings.server = rest[0];
    const [address] = await serversOf(call, settings);
    return `Default server: ${rest[0]}\nAddress: ${address}#53\n`;
  }
  return (await look(call, rest[0] === undefined ? settings : { ...settings, server: rest[0] }, word)).text;
}

/** `type=mx`, `retry=1`, `norecurse`; false when there is no such option. */
function applySetting(settings: Settings, text: string): boolean {
  const [name = "", value = ""] = text.split("=");
  if (/^(type|query|querytype|q|ty)$/.test(name)) settings.type = value.toUpperCase();
  else if (/^time/.test(name)) settings.timeoutSeconds = Number(value);
  else if (/^retry?$/.test(name)) settings.retries = Number(value);
  else if (/^(no)?rec(urse)?$/.test(name)) settings.recurse = !name.startsWith("no");
  else if (/^(no)?vc$/.test(name)) settings.tcp = !name.startsWith("no");
  else if (/^po(rt)?$/.test(name)) settings.port = Number(value);
  else return /^(class|cl|domain|srchlist|root|(no)?(debug|d2|search|defname|fail))$/.test(name);
  return true;
}

async function serversOf({ machine }: CommandCall, { server }: Settings): Promise<readonly string[]> {
  if (server === undefined) return readResolverSettings(machine.files).nameservers;
  return (await createStubResolver(machine).addresses(server)).addresses;
}

async function look(call: CommandCall, settings: Settings, asked: string): Promise<{ readonly text: string; readonly isFound: boolean }> {
  const servers = await serversOf(call, settings);
  if (servers.length === 0) return { text: `nslookup: couldn't get address for '${settings.server}': not found\n`, isFound: false };
  const isReverse = ipaddr.isValid(asked) && settings.type === undefined;
  const names = isReverse ? [reverseName(asked)] : searchNames(asked, readResolverSettings(call.machine.files));
  const types = isReverse ? ["PTR"] : settings.type === undefined ? ["A", "AAAA"] : [settings.type];
  const banner = isReverse ? "" : `Server:\t\t${settings.server ?? servers[0]}\nAddress:\t${servers[0]}#${settings.port}\n\n`;
  let text = "";
  let found: ToolAnswer | undefined;
  for (const type of types) {
    const answered = await askNames(call, settings, servers, names, type);
    if ("complaints" in answered) return { text: `${answered.complaints};; no servers could be reached\n\n`, isFound: false };
    const { message } = answered.answer;
    if (message.status !== "NOERROR") {
      const shown = isReverse ? plainName(names[0] as string) : asked;
      return { text: `${banner}** server can't find ${shown}: ${message.status}\n\n`, isFound: false };
    }
    found ??= answered.answer;
    text += message.answers.map((record) => recordText(record)).join("");
  }
  const { message } = found as ToolAnswer;
  const source = message.authoritative || isReverse ? "" : "Non-authoritative answer:\n";
  if (text === "") return { text: `${banner}${source}*** Can't find ${asked}: No answer\n\n`, isFound: true };
  const others = [...message.authority, ...message.additional].map((record) => sideText(record)).join("");
  const where =
    settings.type === undefined && !isReverse ? "" : message.authoritative ? "" : `\nAuthoritative answers can be found from:\n${others}`;
  return { text: `${banner}${source}${text}${where}\n`, isFound: true };
}

async function askNames(
  call: CommandCall,
  settings: Settings,
  servers: readonly string[],
  names: readonly string[],
  type: string,
): Promise<{ readonly answer: ToolAnswer } | { readonly complaints: string }> {
  let last: { readonly answer: ToolAnswer } | { readonly complaints: string } = { complaints: "" };
  for (const name of names) {
    const { timeoutSeconds, retries, tcp, recurse, port } = settings;
    const query = {
      question: { name, type },
      servers,
      port,
      timeoutMs: 1000 * timeoutSeconds,
      tries: retries,
      overTcp: tcp,
      recursionDesired: recurse,
    };
    const { answer, complaints } = await askAsTool(call.machine, query, call.signal);
    if (answer === undefined) return { complaints };
    last = { answer };
    if (answer.message.status !== "NXDOMAIN") return last;
  }
  return last;
}

const verbs: Readonly<Record<string, string>> = {
  ...{ MX: "mail exchanger", TXT: "text", NS: "nameserver", PTR: "name", CNAME: "canonical name", SRV: "service" },
};

function recordText({ name, type, data }: DnsRecord): string {
  const owner = plainName(name);
  if (type === "A" || type === "AAAA") return `Name:\t${owner}\nAddress: ${data}\n`;
  if (type !== "SOA") return `${owner}\t${verbs[type] ?? type} = ${data}\n`;
  const [primary = "", contact = "", ...numbers] = data.split(" ");
  const fields = ["serial", "refresh", "retry", "expire", "minimum"].map((field, index) => `\t${field} = ${numbers[index]}\n`);
  return `${owner}\n\torigin = ${plainName(primary)}\n\tmail addr = ${plainName(contact)}\n${fields.join("")}`;
}

function sideText(record: DnsRecord): string {
  if (record.type === "A") return `${plainName(record.name)}\tinternet address = ${record.data}\n`;
  if (record.type === "AAAA") return `${plainName(record.name)}\thas AAAA address ${record.data}\n`;
  return recordText(record);
}
