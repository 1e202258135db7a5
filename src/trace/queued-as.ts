/** The queue id that the next host gave a message, from its reply as the one before it logged it: `250 2.0.0 Ok: queued as 61D3C37`. */
export function queuedAs(reply: string): string | undefined {
  return /queued as ([0-9A-Za-z]+)\)?$/.exec(reply)?.[1];
}
