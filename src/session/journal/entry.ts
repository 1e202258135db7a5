import { z } from "zod";

const status = z.enum(["pass", "fail", "pending"]);

/** One objective or guard as it was judged, with what the learner was shown. */
export const verdictItem = z.strictObject({
  id: z.string(),
  kind: z.enum(["objective", "guard"]),
  title: z.string(),
  status,
  says: z.string(),
  /** What a broken guard tells besides. */
  tells: z.string().optional(),
  evidence: z.array(z.string()),
});

export type VerdictItem = z.infer<typeof verdictItem>;

/** Something kept as evidence: what a command printed, and what of it can prove something. */
export const pinned = z.strictObject({
  on: z.string(),
  /** The command line that printed it, as far as it is known; "" where it is not. */
  command: z.string(),
  text: z.string(),
  proofs: z.array(z.strictObject({ kind: z.enum(["line", "answer", "reply"]), on: z.string(), text: z.string() })),
  /** Why it proves nothing; absent where it may. */
  doubt: z.string().optional(),
});

export type Pinned = z.infer<typeof pinned>;

export const escalationStatus = z.enum(["taken", "turned-down"]);

export const claimVerdict = z.enum(["right", "wrong-cause", "wrong-place", "unproved"]);

/**
 * What may happen in a session, as it is written down. The session's state, progress, score and debrief are folds over these, and so
 * is a range on the embedded engine: `opened`, `resized` and `typed` are all that a learner does to it, `escalated` is what others do. What other processes do to a range
 * that is kept for them (`ran`, `injected`, `mended`) is written down and not done again.
 * Names nothing that gives the answer away: the scenario goes by its codename.
 */
export const journalEvent = z.discriminatedUnion("type", [
  /**
   * `asksForDiagnosis`: false for an exercise, in which nothing is broken; `pid`: the process that holds the session; `kept`: it plays in
   * a range that `up` keeps for commands from elsewhere, and ends with it.
   */
  z.strictObject({
    type: z.literal("started"),
    codename: z.string(),
    seed: z.int(),
    engine: z.enum(["embedded", "docker"]),
    asksForDiagnosis: z.boolean(),
    pid: z.int(),
    kept: z.literal(true).optional(),
  }),
  z.strictObject({ type: z.literal("begin") }),
  z.strictObject({ type: z.literal("opened"), host: z.string(), columns: z.int(), rows: z.int() }),
  z.strictObject({ type: z.literal("resized"), host: z.string(), columns: z.int(), rows: z.int() }),
  z.strictObject({ type: z.literal("typed"), host: z.string(), input: z.string() }),
  /** A command line from another process. */
  z.strictObject({ type: z.literal("ran"), host: z.string(), line: z.string() }),
  /** Something was broken while the learner worked, and mended again (`whole`: all of it). What it was is told by nobody but who did it. */
  z.strictObject({ type: z.literal("injected"), number: z.int().min(1) }),
  z.strictObject({ type: z.literal("mended"), number: z.int().min(1), whole: z.boolean() }),
  z.strictObject({ type: z.literal("jumped"), durationMs: z.number() }),
  z.strictObject({ type: z.literal("pin"), pinned }),
  /** `index`: which of the scenario's hints was given; those before it that were not given were not needed. */
  z.strictObject({ type: z.literal("hint"), index: z.int().min(0) }),
  z.strictObject({ type: z.literal("answer"), objective: z.string(), text: z.string() }),
  z.strictObject({ type: z.literal("commit"), place: z.string(), cause: z.string() }),
  z.strictObject({ type: z.literal("diagnosed"), verdict: claimVerdict, says: z.string() }),
  /** The learner wrote to other people; what they do about it follows, and takes its time. `party`: the key of their organisation. */
  z.strictObject({ type: z.literal("escalated"), party: z.string(), status: escalationStatus, says: z.string() }),
  /** What they do about it is done. */
  z.strictObject({ type: z.literal("carried-out"), party: z.string() }),
  z.strictObject({ type: z.literal("check") }),
  z.strictObject({ type: z.literal("judged"), solved: z.boolean(), items: z.array(verdictItem) }),
  /** A look at the objectives that nobody asked for, after a command. */
  z.strictObject({ type: z.literal("glanced"), items: z.array(verdictItem) }),
  z.strictObject({ type: z.literal("reset") }),
  z.strictObject({ type: z.literal("engine-failed"), message: z.string() }),
  z.strictObject({ type: z.literal("rebuild") }),
  z.strictObject({ type: z.literal("resumed"), pid: z.int() }),
  z.strictObject({ type: z.literal("rebuilt") }),
  z.strictObject({ type: z.literal("replied"), text: z.string() }),
  z.strictObject({ type: z.literal("give-up") }),
  /** The learner went away; the session waits. */
  z.strictObject({ type: z.literal("left") }),
]);

export type JournalEvent = z.infer<typeof journalEvent>;

/** One line of the journal. */
export const journalEntry = z.strictObject({
  /** From 1, without gaps, in each session. */
  sequence: z.int().min(1),
  /** When it happened by the machine's clock, milliseconds since the Unix epoch. */
  wallMs: z.number(),
  /** The same by the range's clock; null while there is no range. */
  rangeMs: z.number().nullable(),
  /** Who did it: `learner`, `instructor`, or `maildrill` for a verdict. */
  actor: z.string(),
  event: journalEvent,
});

export type JournalEntry = z.infer<typeof journalEntry>;

/** One session of one learner, from its first entry on. */
export const sessionRecord = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{16}$/),
  learner: z.string().min(1),
  entries: z.array(journalEntry),
});

export type SessionRecord = z.infer<typeof sessionRecord>;
