import type { EngineId } from "../../../src/world/engine.ts";

/** A difference that is known, and why it is there. One that has gone must leave the list: the suite fails until it does. */
export interface ListedDifference {
  readonly engine: EngineId;
  /** Ids of the cases it is seen in. */
  readonly cases: readonly string[];
  /** The parts of these cases that it excuses; each case must differ in one of them. */
  readonly parts: RegExp;
  readonly reason: string;
}

const everything = /./;
const logs = /^log /;

/** What the embedded engine does not simulate. */
const notSimulated: readonly ListedDifference[] = [
  {
    engine: "embedded",
    cases: [
      ...["smtp/mx1-tls-cert-missing", "smtp/mx1-tls-ehlo", "smtp/mx1-tls-key-mismatch", "smtp/mx1-tls-required", "smtp/mx1-tls-start"],
      ...["flow/tls-encrypt", "flow/tls-encrypt-not-offered", "flow/tls-key-mismatch", "flow/tls-may", "flow/tls-may-expired"],
      ...["flow/tls-required-sender-none", "flow/tls-verify", "flow/tls-verify-expired", "flow/tls-verify-name"],
      "flow/tls-verify-self-signed",
    ],
    parts: everything,
    reason: "TLS is not simulated, nor is openssl's making of certificates",
  },
  {
    engine: "embedded",
    cases: ["flow/auth-client-no-map"],
    parts: everything,
    reason: "a delivery agent that ends with a fatal error, and what qmgr makes of it, is not simulated",
  },
  { engine: "embedded", cases: ["flow/debug-peer"], parts: logs, reason: "verbose logging is not simulated" },
  { engine: "embedded", cases: ["flow/greylisted"], parts: everything, reason: "services of spawn(8) are not simulated" },
  { engine: "embedded", cases: ["flow/local-alias-pipe"], parts: everything, reason: "commands and files in aliases are not simulated" },
  { engine: "embedded", cases: ["flow/sieve"], parts: everything, reason: "Sieve is not simulated" },
  { engine: "embedded", cases: ["dsn/verbose-v", "dsn/verify-bv"], parts: everything, reason: "sendmail -bv and -v are not simulated" },
  {
    engine: "embedded",
    cases: ["flow/postfix-peer-hangs"],
    parts: everything,
    reason: "the peer of this case is a script of the recorder's own",
  },
  {
    engine: "embedded",
    cases: ["flow/mx1-no-route"],
    parts: everything,
    reason: "no effect takes a network interface down",
  },
];

/** Where the recording itself says less or more than the programs do. */
const recorders: readonly ListedDifference[] = [
  {
    engine: "embedded",
    cases: ["flow/no-ptr-mx1", "flow/storage", "flow/virtual-alias-loop", "flow/quota-452", "flow/transport-db-missing", "dsn/delayed"],
    parts: logs,
    reason: "the recorder stopped listening, or its machine was slower: this engine's log goes on to the next retry",
  },
  {
    engine: "embedded",
    cases: ["flow/all-mx-stopped", "flow/mx1-stopped-flush-one", "flow/milter-down", "flow/domains"],
    parts: /^(log |files |step \d+ (postqueue|mailq))/,
    reason: "a retry falls between other steps than on the recorder's slow machine",
  },
  {
    engine: "embedded",
    cases: ["flow/all-mx-stopped"],
    parts: / qshape /,
    reason: "the recorder's image had no Perl yet",
  },
  {
    engine: "embedded",
    cases: ["flow/milter-down"],
    parts: /systemctl start rspamd/,
    reason: "the real rspamd greets on its terminal before it has a log",
  },
  {
    engine: "embedded",
    cases: ["flow/mx-swapped-size"],
    parts: logs,
    reason: "the recorder's machine closed a connection later than this one keeps it",
  },
];

/** Which of two programs writes first is chance. */
const chance: readonly ListedDifference[] = [
  {
    engine: "embedded",
    cases: ["smtp/mx1-lost-after-data", "flow/good-two-recipients"],
    parts: logs,
    reason: "two programs log at the same instant: which line comes first is chance",
  },
];

/** Where the simulation is wrong or ends, and the recording is right. */
const defects: readonly ListedDifference[] = [
  {
    engine: "embedded",
    cases: ["smtp/mx1-table-missing-transport", "flow/transport-db-missing"],
    parts: logs,
    reason: "trivial-rewrite does not log what it misses when it starts",
  },
  {
    engine: "embedded",
    cases: ["flow/dovecot-stopped", "flow/lmtp-socket-permission"],
    parts: everything,
    reason: "a Unix-domain socket vanishes with its listener and has no mode: connect says ENOENT or succeeds",
  },
  {
    engine: "embedded",
    cases: ["flow/loopback-only"],
    parts: everything,
    reason: "inet_interfaces = loopback-only leaves no listener on 127.0.0.1 in ss",
  },
  {
    engine: "embedded",
    cases: ["flow/relayhost-missing"],
    parts: everything,
    reason: "a network without route says so at once; the recorder's network swallowed the packets",
  },
  {
    engine: "embedded",
    cases: ["flow/domains"],
    parts: /^step \d+ dig /,
    reason: "BIND leaves an address out of the additional section when it is the server's own answer",
  },
];

export const listedDifferences: readonly ListedDifference[] = [...notSimulated, ...recorders, ...chance, ...defects];
