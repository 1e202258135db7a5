import { recordingsIn } from "./recording.ts";

/** What is asked of DNS, with what the programs print. */
const questions = ["dns/dig-mx", "dns/dig-negative", "dns/dig-types"] as const;

/** A case is a recording: the world's changes, the steps, and what the real programs said. */
export function allCases(): readonly string[] {
  return [...["smtp", "flow", "dsn", "effect"].flatMap(recordingsIn), ...questions];
}

/** Mail through the world, as the containers play it in each run of the docker suite. */
const quickFlows = [
  "flow/always-bcc",
  "flow/double-bounce",
  "flow/good-brook-to-meadow",
  "flow/good-brook-to-thicket",
  "flow/good-meadow-to-brook",
  "flow/gtube",
  "flow/mx1-reject",
  "flow/no-ptr",
  "flow/office-not-in-mynetworks",
  "flow/office-not-in-mynetworks-554",
  "flow/relay-denied-bounce",
  "flow/spoof",
  "flow/unknown-user",
  "flow/unknown-user-and-known",
  "dsn/never",
  "dsn/ret-hdrs",
  "dsn/success-local",
] as const;

/** Dialogues that restart Dovecot, which takes it ten seconds, or wait for Postfix to lose its patience. */
const slowDialogues = /^smtp\/(mailbox-auth-(?!plain$)|mx1-timeout|mx1-no-relay-restriction$)/;

/** Cases that the containers play in each run of the docker suite, one range for all of them. `MAILDRILL_CONFORMANCE=all` plays all. */
export function quickCases(): readonly string[] {
  return [...recordingsIn("smtp").filter((id) => !slowDialogues.test(id)), ...recordingsIn("effect"), ...quickFlows, ...questions];
}
