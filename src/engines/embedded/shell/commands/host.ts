import ipaddr from "ipaddr.js";
import { plainName, reverseName } from "../../../../mail/dns.ts";
import type { DnsMessage } from "../../dns/message.ts";
import { headerText, sectionsText } from "../../dns/message-text.ts";
import { readResolverSettings, searchNames } from "../../dns/resolv-conf.ts";
import { createStubResolver } from "../../dns/stub-resolver.ts";
import { askAsTool, type ToolAnswer } from "../../dns/tool-query.ts";
import type { Command, CommandCall } from "../command.ts";
import { describeOptionProblem, has, type Options, readOptions, valueOf } from "../options.ts";

const usage = `Usage: host [-aCdilrTvVw] [-c class] [-N ndots] [-t type] [-W time]
            [-R number] [-m flag] [-p port] hostname [server]
       -a is equivalent to -v -t ANY
       -A is like -a but omits RRSIG, NSEC, NSEC3
       -c specifies query class for non-IN data
       -C compares SOA records on authoritative nameservers
       -d is equivalent to -v
       -l lists all hosts in a domain, using AXFR
       -m set memory debugging flag (trace|record|usage)
       -N changes the number of dots allowed before root lookup is done
       -p specifies the port on the server to query
       -r disables recursive processing
       -R specifies number of retries for UDP packets
       -s a SERVFAIL response should stop query
       -t specifies the query type
       -T enables TCP/IP mode
       -U enables UDP mode
       -v enables verbose output
       -V print version number and exit
       -w specifies to wait forever for a reply
       -W specifies how long to wait for a reply
       -4 use IPv4 query transport only
       -6 use IPv6 query transport only
`;

const rcodes = ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN", "NOTIMP", "REFUSED"];
const verbs: Readonly<Record<string, string>> = {
  ...{ A: "has address", AAAA: "has IPv6 address", MX: "mail is handled by", NS: "name server", SOA: "has SOA record" },
  ...{ PTR: "domain name pointer", CNAME: "is an alias for", TXT: "descriptive text" },
};

/** host: the short look-up: addresses and mail exchangers of a name, the name of an address. */
export const host: Command = {
  name: "host",
  async run(call) {
    const options = readOptions(call.args, "aAc:CdilN:m:p:rR:st:TUvVwW:46");
    if (options.problem !== undefined) return { stdout: "", stderr: describeOptionProblem("host", options.problem) + usage, code: 1 };
    if (has(options, "V")) return { stdout: "", stderr: "host 9.18.49-1~deb12u3-Debian\n", code: 0 };
    const [asked, server] = options.operands;
    if (asked === undefined) return { stdout: "", stderr: usage, code: 1 };
    const servers = server === undefined ? readResolverSettings(call.machine.files).nameservers : await serverAddresses(call, server);
    if (servers.length === 0) return { stdout: "", stderr: `host: couldn't get address for '${server}': not found\n`, code: 1 };
    const search: Search = { call, options, servers, server, banner: server === undefined ? "" : bannerText(server, servers), stdout: "" };
    const code = ipaddr.isValid(asked) ? await lookUp(search, reverseName(asked), ["PTR"], true) : await lookUpName(search, asked);
    return { stdout: search.stdout, stderr: "", code };
  },
};

interface Search {
  readonly call: CommandCall;
  readonly options: Options;
  readonly servers: readonly string[];
  readonly server: string | undefined;
  /** Printed once, before the first answer. */
  banner: string;
  stdout: string;
}

async function serverAddresses({ machine }: CommandCall, server: string): Promise<readonly string[]> {
  return (await createStubResolver(machine).addresses(server)).addresses;
}

function bannerText(server: string, addresses: readonly string[]): string {
  return `Using domain server:\nName: ${server}\nAddress: ${addresses[0]}#53\nAliases: \n\n`;
}

function lookUpName(search: Search, asked: string): Promise<number> {
  const type = typeAsked(search.options);
  return lookUp(search, asked, type === undefined ? ["A", "AAAA", "MX"] : [type], false);
}

function typeAsked(options: Options): string | undefined {
  if (has(options, "l")) return "AXFR";
  if (has(options, "a", "A")) return "ANY";
  return valueOf(options, "t")?.toUpperCase();
}

/** Each type in turn; an alias found on the way is asked for by its target from then on. */
async function lookUp(search: Search, asked: string, types: readonly string[], isReverse: boolean): Promise<number> {
  let names = isReverse ? [asked] : searchNames(asked, readResolverSettings(search.call.machine.files));
  for (const type of types) {
    const found = await askNames(search, names, asked, type);
    if (found === undefined) return 1;
    const { message } = found;
    if (message.status !== "NOERROR") {
      const shown = isReverse ? `${plainName(asked)}.` : plainName(asked);
      search.stdout += `Host ${shown} not found: ${rcodes.indexOf(message.status)}(${message.status})\n`;
      if (type === "AXFR") search.stdout += "; Transfer failed.\n";
      return 1;
    }
    if (!isVerbose(search.options)) search.stdout += plainText(message, type, types.length === 1);
    const alias = message.answers.findLast((record) => record.type === "CNAME");
    names = [alias?.data ?? found.name];
  }
  return 0;
}

/** The names of the search list in turn, until one exists; undefined when no server answers. */
async function askNames(
  search: Search,
  names: readonly string[],
  asked: string,
  type: string,
): Promise<{ readonly message: DnsMessage; readonly name: string } | undefined> {
  let last: { readonly message: DnsMessage; readonly name: string } | undefined;
  for (const name of names) {
    const answer = await askOnce(search, name, type);
    if (answer === undefined) return undefined;
    search.stdout += search.banner;
    search.banner = "";
    if (isVerbose(search.options)) search.stdout += verboseText(answer, name === `${asked}.` || name === asked ? asked : plainName(name));
    last = { message: answer.message, name };
    if (answer.message.status !== "NXDOMAIN") return last;
  }
  return last;
}

async function askOnce(search: Search, name: string, type: string): Promise<ToolAnswer | undefined> {
  const { call, options, servers } = search;
  const outcome = await askAsTool(
    call.machine,
    {
      question: { name, type },
      servers,
      port: Number(valueOf(options, "p") ?? 53),
      timeoutMs: 1000 * Number(valueOf(options, "W") ?? 5),
      tries: 1 + Number(valueOf(options, "R") ?? 1),
      overTcp: has(options, "T") || type === "ANY" || type === "AXFR",
      recursionDesired: !has(options, "r"),
    },
    call.signal,
  );
  if (outcome.answer === undefined) search.stdout += `${outcome.complaints};; no servers could be reached\n`;
  return outcome.answer;
}

function isVerbose(options: Options): boolean {
  return has(options, "v", "d", "a", "A");
}

function plainText(message: DnsMessage, type: string, isOnly: boolean): string {
  const lines = message.answers.map(({ name, type: found, data }) => {
    const verb = verbs[found] ?? `has ${found} record`;
    return `${plainName(name)} ${verb} ${data}\n`;
  });
  const hasAny = message.answers.some((record) => record.type === type || type === "ANY" || type === "AXFR");
  const none =
    isOnly && !hasAny ? `${plainName(message.answers.at(-1)?.data ?? message.question?.name ?? "")} has no ${type} record\n` : "";
  return lines.join("") + none;
}

function verboseText({ message, server, sizeBytes, tookMs }: ToolAnswer, asked: string): string {
  const shown = { comments: true, question: true, answer: true, authority: true, additional: true, multiline: false };
  return `Trying "${asked}"\n${headerText(message)}\n${sectionsText(message, shown)}Received ${sizeBytes} bytes from ${server}#53 in ${tookMs} ms\n`;
}
