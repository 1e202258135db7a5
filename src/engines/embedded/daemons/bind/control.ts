import { absoluteName, canonicalName, plainName } from "../../../../mail/dns.ts";
import type { Machine } from "../../machine.ts";
import type { Named } from "./named.ts";
import type { ServedZone } from "./zone-table.ts";

/** What the control channel answers. `failure` is ISC's word for it: `not found`; the text is printed below. */
export interface ControlReply {
  readonly failure?: string;
  readonly text: string;
  /** The server is to be stopped; its last lines say how. */
  readonly ends?: "stop" | "halt";
}

const done: ControlReply = { text: "" };
const tooShort: ControlReply = { failure: "unexpected end of input", text: "" };

type Handler = (named: Named, args: readonly string[], machine: Machine) => ControlReply;

/** Commands that change nothing that can be seen in a range, with what they answer. */
const idle = (text = ""): Handler => {
  return () => ({ text });
};

const handlers: Readonly<Record<string, Handler>> = {
  status: (named, _, machine) => ({ text: statusText(named, machine) }),
  reload: (named, [zone]) =>
    zone === undefined ? outcome(named.reloadAll(), "server reload successful") : withZone(named, zone, reloadZone),
  reconfig: (named) => outcome(named.reconfigure(), ""),
  flush: (named, [view]) => flush(named, view),
  flushname: (named, [name]) => flushName(named, name, false),
  flushtree: (named, [name]) => flushName(named, name, true),
  querylog: (named, [wanted]) => querylog(named, wanted),
  zonestatus: (named, [zone]) => (zone === undefined ? tooShort : withZone(named, zone, zoneStatus)),
  stop: () => ({ text: "", ends: "stop" }),
  halt: () => ({ text: "", ends: "halt" }),
  notify: (named, [zone]) => (zone === undefined ? tooShort : withZone(named, zone, () => ({ text: "zone notify queued" }))),
  freeze: (named, [zone]) =>
    zone === undefined ? said(named, "freezing all zones: success") : withZone(named, zone, () => ({ failure: "not dynamic", text: "" })),
  thaw: (named, [zone]) => (zone === undefined ? said(named, "thawing all zones: success") : withZone(named, zone, () => done)),
  sync: (named, [zone]) => (zone === undefined ? said(named, "dumping all zones: success") : withZone(named, zone, () => done)),
  refresh: (named, [zone]) =>
    zone === undefined ? tooShort : withZone(named, zone, () => ({ failure: "failure", text: "not a secondary, mirror, or stub zone" })),
  retransfer: (named, [zone]) =>
    zone === undefined
      ? tooShort
      : withZone(named, zone, () => ({ failure: "failure", text: "retransfer: inappropriate zone type: primary" })),
  trace: (named, [level]) => debug(named, level === undefined ? named.debugLevel + 1 : Number(level)),
  notrace: (named) => debug(named, 0),
  stats: (named) => said(named, "dumpstats complete"),
  recursing: (named) => said(named, "dumprecursing complete"),
  scan: idle(),
};

/** Commands that exist, but whose effect is not simulated. */
const others = new Set(
  "addzone delzone dnssec dnstap dumpdb loadkeys managed-keys modzone nta secroots serve-stale showzone sign signing tcp-timeouts tsig-delete tsig-list validation".split(
    " ",
  ),
);

/** What named does at a command of rndc, which it writes into its log first. */
export function control(named: Named, machine: Machine, command: string): ControlReply {
  named.log.general(`received control channel command '${command}'`);
  const [name = "", ...args] = command.split(" ");
  const handler = handlers[name];
  if (handler !== undefined) return handler(named, args, machine);
  if (others.has(name)) {
    machine.notSimulated(`rndc ${name}`);
    return { failure: "not implemented", text: "" };
  }
  named.log.say("general", "warning", `unknown control channel command '${name}'`);
  return { failure: "unknown command", text: "" };
}

function outcome(failure: string | undefined, text: string): ControlReply {
  return failure === undefined ? { text } : { failure, text: "" };
}

function said(named: Named, text: string): ControlReply {
  named.log.general(text);
  return done;
}

function withZone(named: Named, name: string, handle: (named: Named, zone: ServedZone) => ControlReply): ControlReply {
  const zone = named.zones.get(absoluteName(name));
  return zone === undefined ? { failure: "not found", text: `no matching zone '${name}' in any view` } : handle(named, zone);
}

/** A zone that was never loaded is loaded while rndc waits; else rndc only hears that the work is queued. */
function reloadZone(named: Named, zone: ServedZone): ControlReply {
  const reloaded = named.reloadZone(zone);
  if (reloaded === undefined) return { text: "zone reload up-to-date" };
  if (zone.loaded !== undefined) return { text: "zone reload queued" };
  const { failure } = reloaded.loading;
  return failure === undefined ? { text: "zone reload successful" } : { failure, text: "" };
}

function flush(named: Named, view: string | undefined): ControlReply {
  if (view !== undefined && view !== "_default") {
    named.log.say("general", "error", `flushing cache in view '${view}' failed: view not found`);
    return { failure: "not found", text: "" };
  }
  named.flush();
  return said(named, view === undefined ? "flushing caches in all views succeeded" : "flushing cache in view '_default' succeeded");
}

function flushName(named: Named, name: string | undefined, tree: boolean): ControlReply {
  if (name === undefined) return tooShort;
  named.cache.flushName(canonicalName(name), tree);
  return said(named, `flushing ${tree ? "tree" : "name"} '${plainName(name)}' in all cache views succeeded`);
}

function querylog(named: Named, wanted: string | undefined): ControlReply {
  const on = wanted === undefined ? !named.queryLog : /^(on|yes|true|enable)$/i.test(wanted);
  if (!on && wanted !== undefined && !/^(off|no|false|disable)$/i.test(wanted)) return { failure: "not found", text: "" };
  if (on === named.queryLog) return done;
  named.queryLog = on;
  return said(named, `query logging is now ${on ? "on" : "off"}`);
}

function debug(named: Named, level: number): ControlReply {
  named.debugLevel = level;
  return said(named, `debug level is now ${level}`);
}

function zoneStatus(named: Named, zone: ServedZone): ControlReply {
  const { loaded } = zone;
  const data = named.zones.data(zone);
  const lines = [
    `name: ${plainName(zone.policy.name)}`,
    "type: primary",
    `files: ${zone.policy.file ?? ""}`,
    ...(loaded === undefined || data === undefined
      ? []
      : [`serial: ${loaded.serial}`, `nodes: ${data.nodes.size}`, `last loaded: ${gmt(loaded.atMs)}`]),
    "secure: no",
    "dynamic: no",
    "reconfigurable via modzone: no",
  ];
  return loaded === undefined ? { failure: "zone not loaded", text: "" } : { text: lines.join("\n") };
}

function statusText(named: Named, machine: Machine): string {
  const { length } = named.zones.all();
  return [
    "version: BIND 9.18.49-1~deb12u3-Debian (Extended Support Version) <id:>",
    `running on ${machine.name}: Linux x86_64 6.1.0-40-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20)`,
    `boot time: ${gmt(named.bootedAtMs)}`,
    `last configured: ${gmt(named.configuredAtMs)}`,
    "configuration file: /etc/bind/named.conf",
    "CPUs found: 2",
    "worker threads: 2",
    "UDP listeners per interface: 2",
    `number of zones: ${length + 1 + named.emptyZoneCount} (${named.emptyZoneCount} automatic)`,
    `debug level: ${named.debugLevel}`,
    "xfers running: 0",
    "xfers deferred: 0",
    "soa queries in progress: 0",
    `query logging is ${named.queryLog ? "ON" : "OFF"}`,
    "recursive clients: 0/900/1000",
    "tcp clients: 0/150",
    "TCP high-water: 0",
    "server is up and running",
  ].join("\n");
}

/** `Tue, 24 Nov 2026 04:17:41 GMT` */
function gmt(atMs: number): string {
  return new Date(atMs).toUTCString();
}
