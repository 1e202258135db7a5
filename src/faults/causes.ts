import { createRegistry } from "../base/registry.ts";

/**
 * A cause that a learner may claim in a diagnosis. Every fault is one; the others are look-alikes that no fault makes yet,
 * with the ids of the fault catalogue where one fits.
 */
export interface Cause {
  readonly id: string;
  /** What the learner chooses: a few words. */
  readonly title: string;
  /** One sentence: what is wrong then, and what it looks like. */
  readonly summary: string;
}

export const causes = createRegistry<Cause>("cause", [
  {
    id: "mx-wrong-order",
    title: "MX preferences in the wrong order",
    summary: "The domain's MX records send the world to the wrong mail exchanger first: the lowest number is tried first.",
  },
  {
    id: "message-too-big-remote",
    title: "The recipient's server limits the message size too tightly",
    summary:
      "The mail exchanger that should take the message announces a SIZE smaller than the message, so the sender's server returns it.",
  },
  {
    id: "message-too-big-local",
    title: "The sender's own server limits the message size",
    summary: "The server that first takes the message refuses it as larger than its own limit; it never leaves that house.",
  },
  {
    id: "relay-denied",
    title: "A server does not relay for this domain or client",
    summary: "A server answers RCPT TO with `Relay access denied`: it neither holds the domain nor trusts the client.",
  },
  {
    id: "mx1-down",
    title: "The first mail exchanger does not answer",
    summary: "Connections to the first mail exchanger are refused or time out, so senders turn to the backup.",
  },
  {
    id: "mx-dangling-target",
    title: "An MX record points at a name without an address",
    summary: "The sender's server looks up the exchanger's address and is told that there is none.",
  },
  {
    id: "mailbox-over-quota",
    title: "The recipient's mailbox is full",
    summary: "The mailbox host refuses the final delivery with `Quota exceeded`.",
  },
  {
    id: "queue-disk-low",
    title: "The disk that holds a mail queue is nearly full",
    summary: "A server puts everybody's mail off at MAIL FROM with `452 4.3.1 Insufficient system storage`.",
  },
  {
    id: "ptr-missing",
    title: "The sending address has no name in the reverse DNS",
    summary: "The client's address has no PTR record, and a server that wants to know who calls turns its mail away.",
  },
  {
    id: "helo-unresolvable",
    title: "The sending server calls itself by a name that does not exist",
    summary: "The name that the client gives in EHLO has no address, and the other server answers `Helo command rejected`.",
  },
  {
    id: "greylisted",
    title: "The other server puts strangers off once",
    summary: "The first attempt of an unknown sender is answered with `Greylisted` or `Try again later`; a later attempt is taken.",
  },
  {
    id: "firewall-25-drop",
    title: "A packet filter drops connections to port 25",
    summary: "The connection to the other server's port 25 is never made: `Connection timed out`.",
  },
  {
    id: "user-unknown",
    title: "The recipient does not exist",
    summary: "A server answers RCPT TO with 550 5.1.1: the address is in none of its tables.",
  },
]);
