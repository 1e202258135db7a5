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
    id: "user-unknown",
    title: "The recipient does not exist",
    summary: "A server answers RCPT TO with 550 5.1.1: the address is in none of its tables.",
  },
]);
