import type { Machine } from "../../machine.ts";
import type { Command } from "../command.ts";
import { describeOptionProblem, has, readOptions } from "../options.ts";
import { processesOf } from "../services.ts";

interface Row {
  readonly netid: string;
  readonly state: string;
  readonly local: string;
  readonly localPort: string;
  readonly peer: string;
  readonly peerPort: string;
  readonly process: string;
}

/** ss: sockets of this machine; -l listening, -t TCP, -u UDP, -n numeric, -p with the process, -a both. */
export const ss: Command = {
  name: "ss",
  run: async ({ args, machine }) => {
    const options = readOptions(args, "ltunpaeiosH46x", ["listening", "tcp", "udp", "numeric", "processes", "all", "no-header", "summary"]);
    if (options.problem !== undefined) return { stdout: "", stderr: describeOptionProblem("ss", options.problem), code: 255 };
    const tcp = has(options, "t", "tcp") || !has(options, "u", "udp", "x");
    const udp = has(options, "u", "udp") || !has(options, "t", "tcp", "x");
    const listening = has(options, "l", "listening", "a", "all");
    const established = !has(options, "l", "listening");
    const numeric = has(options, "n", "numeric");
    const port = portFilter(options.operands);
    const rows = [
      ...(udp && listening ? listeners(machine, "udp", numeric) : []),
      ...(tcp && established ? connections(machine, numeric) : []),
      ...(tcp && listening ? listeners(machine, "tcp", numeric) : []),
    ].filter((row) => port === undefined || row.localPort === port || row.peerPort === port);
    const shown = has(options, "p", "processes") ? rows : rows.map((row) => ({ ...row, process: "" }));
    return { stdout: table(shown, tcp && udp, !has(options, "H", "no-header")), stderr: "", code: 0 };
  },
};

/** `sport = :25`, `dport = :25`, `( sport = :25 )` */
function portFilter(operands: readonly string[]): string | undefined {
  return /:(\d+)/.exec(operands.join(" "))?.[1];
}

function listeners(machine: Machine, protocol: "tcp" | "udp", numeric: boolean): readonly Row[] {
  return machine.net
    .listeners()
    .filter((listener) => listener.protocol === protocol)
    .map((listener) => ({
      netid: protocol,
      state: protocol === "tcp" ? "LISTEN" : "UNCONN",
      local: shownAddress(listener.address),
      localPort: portText(listener.port, numeric),
      peer: listener.address.includes(":") ? "[::]" : "0.0.0.0",
      peerPort: "*",
      process: ownerOf(machine, listener.port),
    }));
}

function connections(machine: Machine, numeric: boolean): readonly Row[] {
  return machine.net.connections().map(({ local, remote }) => ({
    ...{ netid: "tcp", state: "ESTAB", local: shownAddress(local.address), localPort: portText(local.port, numeric) },
    ...{ peer: shownAddress(remote.address), peerPort: portText(remote.port, numeric), process: "" },
  }));
}

function shownAddress(address: string): string {
  if (address === "" || address === "*") return "0.0.0.0";
  return address.includes(":") ? `[${address}]` : address;
}

const serviceNames: Readonly<Record<number, string>> = {
  25: "smtp",
  53: "domain",
  110: "pop3",
  143: "imap2",
  465: "submissions",
  587: "submission",
  993: "imaps",
  995: "pop3s",
};

function portText(port: number, numeric: boolean): string {
  return numeric ? String(port) : (serviceNames[port] ?? String(port));
}

/** Which daemon usually serves a port: the wire does not tell whose a listener is. */
const usualPorts: Readonly<Record<string, readonly number[]>> = {
  postfix: [25, 465, 587, 10025, 10026],
  exim: [25, 465, 587],
  bind: [53, 953],
  dovecot: [24, 110, 143, 993, 995, 4190],
  rspamd: [11332, 11333, 11334],
};

function ownerOf(machine: Machine, port: number): string {
  const process = processesOf(machine).find(({ unit }) => unit !== undefined && (usualPorts[unit.kind] ?? []).includes(port));
  return process === undefined ? "" : ` users:(("${process.comm}",pid=${process.pid},fd=12))`;
}

/** ss's own layout: addresses end and ports begin at the colon; the last column's title stands right behind the one before. */
function table(rows: readonly Row[], withNetid: boolean, header: boolean): string {
  const heads: Row = {
    netid: "Netid",
    state: "State",
    local: "Local Address",
    localPort: "Port",
    peer: "Peer Address",
    peerPort: "Port",
    process: "Process",
  };
  const all = [heads, ...rows];
  const width = (of: (row: Row) => string): number => Math.max(0, ...all.map((row) => of(row).length));
  const [netid, state, process] = [width((row) => row.netid), width((row) => row.state), width((row) => row.process)];
  const [local, localPort] = [width((row) => row.local), width((row) => row.localPort)];
  const [peer, peerPort] = [width((row) => row.peer), width((row) => row.peerPort)];
  const line = (row: Row): string => {
    const queues = row === heads ? "Recv-Q Send-Q" : `0      ${(row.state === "LISTEN" ? "100" : "0").padEnd(6)}`;
    const start = withNetid ? `${row.netid.padEnd(netid)} ` : "";
    const ends = `${row.local.padStart(local)}:${row.localPort.padEnd(localPort)} ${row.peer.padStart(peer)}:${row.peerPort.padEnd(peerPort)}`;
    return `${start}${row.state.padEnd(state)} ${queues} ${ends}${row.process.padEnd(process)}\n`;
  };
  return (header ? all : rows).map(line).join("");
}
