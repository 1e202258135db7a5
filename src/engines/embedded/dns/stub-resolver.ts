import ipaddr from "ipaddr.js";
import { absoluteName, type DnsAnswer, type DnsRecord, type DnsStatus, plainName, reverseName, sameName } from "../../../mail/dns.ts";
import type { Machine } from "../machine.ts";
import { askOverTcp, askOverUdp, type Outcome } from "./exchange.ts";
import { type DnsMessage, queryMessage } from "./message.ts";
import { type ResolverSettings, readHosts, readResolverSettings, searchNames } from "./resolv-conf.ts";

/** Looks names up as programs on a Unix host do: the C library's resolver. */
export interface StubResolver {
  /** One question to the servers of /etc/resolv.conf, in order, until one answers. */
  query(name: string, type: string): Promise<DnsAnswer>;
  /**
   * The addresses of a host name: /etc/hosts first, then DNS, aliases followed.
   * @param families which records to ask for; both where it is not given
   */
  addresses(name: string, families?: readonly ("A" | "AAAA")[]): Promise<AddressAnswer>;
  /** The names of an address: /etc/hosts first, then its PTR records. */
  reverse(address: string): Promise<NameAnswer>;
}

export interface AddressAnswer {
  /** `NOERROR` without addresses: the name exists and has none. */
  readonly status: DnsStatus;
  readonly addresses: readonly string[];
  /** The name that holds the addresses, without the final dot; the name asked for where there are none. */
  readonly canonicalName: string;
}

export interface NameAnswer {
  readonly status: DnsStatus;
  /** Without the final dot. */
  readonly names: readonly string[];
}

/** What gai_strerror(3) says of a name for which getaddrinfo(3) has no address. */
export function noAddressText(status: DnsStatus): string {
  if (status === "NXDOMAIN") return "Name or service not known";
  return status === "NOERROR" ? "No address associated with hostname" : "Temporary failure in name resolution";
}

/** Answers with these are no answers: the next server is asked. */
const failures: readonly string[] = ["SERVFAIL", "NOTIMP", "REFUSED"];

/** /etc/resolv.conf and /etc/hosts are read anew for each question. */
export function createStubResolver(machine: Pick<Machine, "files" | "net" | "clock" | "random">): StubResolver {
  const query = (name: string, type: string): Promise<DnsAnswer> => askServers(machine, readResolverSettings(machine.files), name, type);

  const addressesOf = async (
    name: string,
    type: string,
  ): Promise<{ readonly status: DnsStatus; readonly records: readonly DnsRecord[] }> => {
    let last: DnsAnswer | undefined;
    for (const candidate of searchNames(name, readResolverSettings(machine.files))) {
      last = await query(candidate, type);
      if (last.status !== "NXDOMAIN") break;
    }
    return { status: last?.status ?? "NXDOMAIN", records: (last?.answers ?? []).filter((record) => record.type === type) };
  };

  return {
    query,
    async addresses(name, families = ["A", "AAAA"]) {
      if (ipaddr.isValid(name)) return { status: "NOERROR", addresses: [name], canonicalName: name };
      const local = hostsAddresses(machine, name, families);
      if (local.length > 0) return { status: "NOERROR", addresses: local, canonicalName: plainName(name) };
      const answers = await Promise.all(families.map((type) => addressesOf(name, type)));
      const records = answers.flatMap((answer) => answer.records);
      const failed = answers.find((answer) => answer.status !== "NOERROR");
      return {
        status: records.length > 0 ? "NOERROR" : (failed?.status ?? "NOERROR"),
        addresses: records.map((record) => record.data),
        canonicalName: plainName(records[0]?.name ?? name),
      };
    },
    async reverse(address) {
      const local = readHosts(machine.files).find((entry) => entry.address === address);
      if (local !== undefined) return { status: "NOERROR", names: local.names.slice(0, 1) };
      const answer = await query(reverseName(address), "PTR");
      return {
        status: answer.status,
        names: answer.answers.filter((record) => record.type === "PTR").map((record) => plainName(record.data)),
      };
    },
  };
}

function hostsAddresses(machine: Pick<Machine, "files">, name: string, families: readonly string[]): readonly string[] {
  return readHosts(machine.files)
    .filter((entry) => entry.names.some((other) => sameName(other, name)))
    .map((entry) => entry.address)
    .filter((address) => families.includes(ipaddr.parse(address).kind() === "ipv4" ? "A" : "AAAA"));
}

/** glibc's __res_context_send: every server in turn, `attempts` times; a failure is the answer only when nobody knew better. */
async function askServers(
  machine: Pick<Machine, "net" | "clock" | "random">,
  settings: ResolverSettings,
  name: string,
  type: string,
): Promise<DnsAnswer> {
  let failure: DnsAnswer = { status: "TIMEOUT", authoritative: false, answers: [], authority: [] };
  const first = settings.rotate ? machine.random.below(settings.nameservers.length) : 0;
  for (let attempt = 0; attempt < settings.attempts; attempt++) {
    for (let turn = 0; turn < settings.nameservers.length; turn++) {
      const address = settings.nameservers[(first + turn) % settings.nameservers.length] as string;
      const message = queryMessage(machine.random.below(65_536), { name: absoluteName(name), type }, { recursionDesired: true });
      const outcome = await askServer(machine, address, message, timeoutMs(settings, turn));
      if (outcome.outcome !== "answer") continue;
      const answer = answerOf(outcome.message);
      if (!failures.includes(outcome.message.status)) return answer;
      failure = answer;
    }
  }
  return failure;
}

async function askServer(machine: Pick<Machine, "net" | "clock">, address: string, query: DnsMessage, waitMs: number): Promise<Outcome> {
  const server = { address, port: 53 };
  const outcome = await askOverUdp(machine, server, query, waitMs);
  const cut = outcome.outcome === "answer" && outcome.message.truncated;
  return cut ? askOverTcp(machine, server, query, waitMs) : outcome;
}

/** The first server is given the whole time, the n-th `timeout * 2^n / servers`, at least a second (res_send.c). */
function timeoutMs(settings: ResolverSettings, turn: number): number {
  const seconds = settings.timeoutSeconds * 2 ** turn;
  return 1000 * Math.max(1, turn === 0 ? seconds : Math.floor(seconds / settings.nameservers.length));
}

function answerOf(message: DnsMessage): DnsAnswer {
  const { status, authoritative, answers, authority } = message;
  const known = status === "NOERROR" || status === "NXDOMAIN" || status === "REFUSED" ? status : "SERVFAIL";
  return { status: known, authoritative, answers, authority };
}
