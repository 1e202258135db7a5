/** Labels by which the objects of a range are found again on the engine, whoever created them. */
export const labels = {
  /** The range's id, a few hexadecimal digits; nothing of the scenario. */
  range: "maildrill.range",
  /** The process that keeps the range (owner.ts). */
  owner: "maildrill.owner",
  /** When the range was begun, ISO 8601. */
  started: "maildrill.started",
  /** The host's key: `mx1`; on networks the network's key. */
  part: "maildrill.part",
  /** `host`, `sidecar`, `network` or `mark`. */
  kind: "maildrill.kind",
  /** On a mark: the session for which the range is kept, ... */
  session: "maildrill.session",
  /** ... whose it is, ... */
  user: "maildrill.user",
  /** ... and how long it waits when its owner is gone, ISO 8601. */
  until: "maildrill.until",
} as const;

export type Kind = "host" | "sidecar" | "network" | "mark";

/** Who a range belongs to, as it is written on each of its objects. */
export interface RangeIdentity {
  readonly id: string;
  readonly owner: string;
  readonly startedAtMs: number;
}

/** The labels of one object. */
export function labelsOf(range: RangeIdentity, kind: Kind, part: string): Record<string, string> {
  return {
    [labels.range]: range.id,
    [labels.owner]: range.owner,
    [labels.started]: new Date(range.startedAtMs).toISOString(),
    [labels.kind]: kind,
    [labels.part]: part,
  };
}
