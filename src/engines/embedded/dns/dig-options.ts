import ipaddr from "ipaddr.js";
import { isRecordType } from "../../../daemons/bind/rdata.ts";
import { absoluteName, reverseName } from "../../../mail/dns.ts";

/** What dig prints of one look-up, and how it asks. */
export interface Lookup {
  readonly name: string;
  readonly type: string;
  readonly typeGiven: boolean;
  /** As written behind the `@`; undefined asks the servers of /etc/resolv.conf. */
  readonly server: string | undefined;
  readonly port: number;
  readonly flags: LookupFlags;
  readonly timeoutSeconds: number;
  readonly tries: number;
  readonly udpSizeBytes: number;
}

/** Switches: `+NAME` sets one, `+noNAME` clears it. */
export type LookupFlags = Readonly<Record<FlagName, boolean>>;

const standardFlags = {
  ...{ additional: true, answer: true, authority: true, question: true, comments: true, cmd: true, stats: true, edns: true, cookie: true },
  ...{ recurse: true, short: false, tcp: false, trace: false, multiline: false, dnssec: false, cdflag: false, adflag: true },
  ...{ search: false, identify: false, ttlid: true, class: true, ignore: false, fail: true },
};

type FlagName = keyof typeof standardFlags;

/** Other spellings. */
const aliases: Readonly<Record<string, FlagName>> = {
  ...{
    add: "additional",
    ans: "answer",
    auth: "authority",
    vc: "tcp",
    rec: "recurse",
    rdflag: "recurse",
    do: "dnssec",
    multi: "multiline",
  },
  ...{ cd: "cdflag", ad: "adflag", aaflag: "additional", quest: "question", defname: "search", cl: "class", norec: "recurse" },
};

/** Options of dig that change nothing in a range, or whose effect is not simulated. */
const others = new Set(
  "aaonly badcookie besteffort crypto domain dns64prefix ednsflags ednsnegotiation ednsopt expandaaaa expire header-only https https-get https-plain http-plain idnin idnout keepalive keepopen mapped ndots nsid nssearch onesoa opcode padding proxy qid qr raflag rrcomments showbadcookie showbadvers showsearch split subnet tcflag tls tls-ca tls-certfile tls-hostname tls-keyfile ttlunits unexpected unknownformat yaml zflag".split(
    " ",
  ),
);

export interface DigArguments {
  readonly lookups: readonly Lookup[];
  /** The greeting is made when the first name is read: only the options before it count. */
  readonly isGreeted: boolean;
  /** It is printed before an answer only if no option anywhere has switched the command line off. */
  readonly printsCommand: boolean;
  readonly notSimulated: readonly string[];
  /** What is printed instead of an answer, where the arguments are wrong or ask for it. */
  readonly instead?: { readonly stdout: string; readonly stderr: string; readonly code: number };
  /** Printed before all: `;; Warning, ...`. */
  readonly warnings: readonly string[];
}

export const digVersion = "9.18.49-1~deb12u3-Debian";

const usage = `Usage:  dig [@global-server] [domain] [q-type] [q-class] {q-opt}
            {global-d-opt} host [@local-server] {local-d-opt}
            [ host [@local-server] {local-d-opt} [...]]

Use "dig -h" (or "dig -h | more") for complete list of options
`;

type Draft = { -readonly [Key in keyof Lookup]: Lookup[Key] };

/** Reads dig's arguments: what stands before the first name holds for all look-ups, what follows a name for that one. */
export function readDigArguments(args: readonly string[]): DigArguments {
  const standard: Draft = {
    ...{ name: ".", type: "A", typeGiven: false, server: undefined, port: 53 },
    ...{ flags: standardFlags, timeoutSeconds: 5, tries: 3, udpSizeBytes: 1232 },
  };
  const lookups: Draft[] = [];
  const notSimulated: string[] = [];
  const warnings: string[] = [];
  let current = standard;
  const begin = (name: string, type?: string): void => {
    current = { ...standard, name: absoluteName(name) };
    if (type !== undefined) Object.assign(current, { type, typeGiven: true });
    lookups.push(current);
  };
  const setType = (text: string): boolean => {
    const type = text.toUpperCase();
    if (!isQueryType(type)) return false;
    if (current.typeGiven) warnings.push(";; Warning, extra type option\n");
    Object.assign(current, { type, typeGiven: true });
    return true;
  };
  const wrong = (stderr: string): DigArguments => ({
    ...{ lookups: [], isGreeted: false, printsCommand: false, notSimulated, warnings },
    instead: { stdout: "", stderr: `${stderr}${usage}`, code: 1 },
  });
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] as string;
    const value = (): string => (arg.length > 2 ? arg.slice(2) : (args[++index] ?? ""));
    if (arg.startsWith("@")) current.server = arg.slice(1);
    else if (arg.startsWith("+")) {
      const flaw = applyPlus(current, arg.slice(1), notSimulated);
      if (flaw) return wrong(`Invalid option: ${arg}\n`);
    } else if (arg === "-v") {
      return { ...wrong(""), instead: { stdout: "", stderr: `DiG ${digVersion}\n`, code: 0 } };
    } else if (arg === "-h") return { ...wrong(""), instead: { stdout: usage, stderr: "", code: 0 } };
    else if (/^-[46ir]+$/.test(arg)) continue;
    else if (arg.startsWith("-x")) {
      const address = value();
      if (!ipaddr.isValid(address)) begin(address, "PTR");
      else begin(reverseName(address), "PTR");
    } else if (arg.startsWith("-t")) {
      const type = value();
      if (!setType(type)) warnings.push(`;; Warning, ignoring invalid type ${type}\n`);
    } else if (arg.startsWith("-q")) begin(value());
    else if (arg.startsWith("-p")) current.port = Number(value());
    else if (/^-[cbkyf]/.test(arg)) value();
    else if (arg.startsWith("-")) return wrong(`Invalid option: ${arg}\n`);
    else if (!/^(in|ch|hs|any)$/i.test(arg) || (/^any$/i.test(arg) && !current.typeGiven)) {
      if (!setType(arg)) begin(arg);
    }
  }
  const all = lookups.length > 0 ? lookups : [{ ...standard, type: standard.typeGiven ? standard.type : "NS" }];
  const isGreeted = standard.flags.cmd && !standard.flags.short;
  return { lookups: all, isGreeted, printsCommand: all.every(({ flags }) => flags.cmd && !flags.short), notSimulated, warnings };
}

function isQueryType(type: string): boolean {
  return isRecordType(type) || ["ANY", "AXFR"].includes(type) || /^IXFR=\d+$/.test(type);
}

/** @returns true when there is no such option */
function applyPlus(lookup: Draft, text: string, notSimulated: string[]): boolean {
  const [word = "", value] = text.split("=");
  const set = !word.startsWith("no") || word === "noexist";
  const name = set ? word : word.slice(2);
  const sections: readonly FlagName[] = ["additional", "answer", "authority", "question", "comments", "stats", "cmd"];
  if (name === "all") lookup.flags = { ...lookup.flags, ...Object.fromEntries(sections.map((section) => [section, set])) };
  else if (/^(time|timeout)$/.test(name)) lookup.timeoutSeconds = Math.max(1, Number(value ?? 5));
  else if (name === "tries") lookup.tries = Math.max(1, Number(value ?? 3));
  else if (name === "retry") lookup.tries = Number(value ?? 2) + 1;
  else if (name === "bufsize") lookup.udpSizeBytes = Number(value ?? 1232);
  else {
    const flag = flagNamed(name);
    if (flag === undefined) {
      const known = [...others].some((other) => name.length > 1 && other.startsWith(name));
      if (known) notSimulated.push(`+${word}`);
      return !known;
    }
    lookup.flags = { ...lookup.flags, [flag]: set };
    if (flag === "trace" && set) lookup.flags = { ...lookup.flags, recurse: false };
  }
  return false;
}

/** Names may be cut short, as dig allows. */
function flagNamed(name: string): FlagName | undefined {
  const names = Object.keys(standardFlags) as FlagName[];
  if (name.length < 2) return undefined;
  return names.find((flag) => flag === name) ?? aliases[name] ?? names.find((flag) => name.length > 2 && flag.startsWith(name));
}
