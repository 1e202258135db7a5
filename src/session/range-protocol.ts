import { z } from "zod";
import type { Problem } from "../base/problem.ts";
import type { EscalationVerdict } from "../scenario/escalation.ts";
import type { InForce, Mended } from "./injections.ts";
import type { PathStep } from "./journal/debrief.ts";
import type { claimVerdict, Pinned, VerdictItem } from "./journal/entry.ts";
import type { Score } from "./journal/score.ts";
import type { SessionView } from "./session-view.ts";

const terminalSize = z.strictObject({ columns: z.int().min(1).max(10_000), rows: z.int().min(1).max(10_000) });

/**
 * What one process may ask another that keeps a range: one JSON document a line, a request answered by one response.
 * After `shell` is answered, the connection belongs to that shell: `ShellInput` one way, `ShellOutput` the other, until either side ends it.
 * The socket belongs to the user alone (0600), so a request is trusted as far as its shape is right.
 */
export const request = z.discriminatedUnion("verb", [
  z.strictObject({ verb: z.literal("describe") }),
  z.strictObject({ verb: z.literal("run"), host: z.string(), line: z.string(), stdin: z.string().default(""), actor: z.string() }),
  z.strictObject({ verb: z.literal("shell"), host: z.string(), size: terminalSize, actor: z.string() }),
  z.strictObject({ verb: z.literal("check"), actor: z.string() }),
  z.strictObject({ verb: z.literal("view") }),
  z.strictObject({ verb: z.literal("pin"), host: z.string(), line: z.string(), actor: z.string() }),
  z.strictObject({ verb: z.literal("hint"), actor: z.string() }),
  z.strictObject({ verb: z.literal("answer"), objective: z.string(), text: z.string(), actor: z.string() }),
  z.strictObject({ verb: z.literal("diagnose"), place: z.string(), cause: z.string(), actor: z.string() }),
  z.strictObject({ verb: z.literal("escalate"), party: z.string(), actor: z.string() }),
  z.strictObject({ verb: z.literal("reply"), text: z.string().min(1), actor: z.string() }),
  z.strictObject({ verb: z.literal("reset"), actor: z.string() }),
  z.strictObject({ verb: z.literal("give-up"), actor: z.string() }),
  z.strictObject({ verb: z.literal("injected"), actor: z.string() }),
  z.strictObject({ verb: z.literal("inject"), fault: z.string(), params: z.record(z.string(), z.string()), actor: z.string() }),
  z.strictObject({ verb: z.literal("mend"), fault: z.string(), actor: z.string() }),
  z.strictObject({ verb: z.literal("down") }),
]);

export type Request = z.infer<typeof request>;

/** What the one who sits at a shell sends: keys, or that the window has another size now. */
export const shellInput = z.union([z.strictObject({ input: z.string() }), z.strictObject({ resize: terminalSize })]);

export type ShellInput = z.infer<typeof shellInput>;

/** Why a shell is over: by itself, because the range was taken down, or because it was begun again. */
export const shellEnd = z.enum(["shell", "range", "reset"]);

export type ShellEnd = z.infer<typeof shellEnd>;

/** What a shell sends back. */
export const shellOutput = z.union([z.strictObject({ output: z.string() }), z.strictObject({ ended: shellEnd })]);

export type ShellOutput = z.infer<typeof shellOutput>;

/** A running range as `up --json` and `ps --json` print it. Nothing in it names a scenario's id or fault. */
export interface RangeDescription {
  readonly range: string;
  readonly engine: string;
  readonly seed: number;
  /** The codename of the scenario, or the world's name. */
  readonly of: string;
  readonly pid: number;
  readonly hosts: readonly {
    readonly name: string;
    readonly address: string;
    readonly daemons: readonly string[];
    readonly exposed: Readonly<Record<string, string>>;
  }[];
  readonly people: readonly { readonly name: string; readonly address: string; readonly local: boolean }[];
}

/** What a command printed, as it was kept; `pinned` is null where it printed nothing. */
export interface PinResponse {
  readonly pinned: Pinned | null;
  /** How the command ended. */
  readonly code: number;
}

/** What other people answered. */
export interface EscalationResponse {
  /** By what they call themselves. */
  readonly party: string;
  readonly status: EscalationVerdict["status"];
  readonly says: string;
  /** How long they took, on the range's clock. */
  readonly afterMs: number;
  /** How many pins they were shown. */
  readonly pins: number;
}

/** How it was, the learner's way, and how it went. */
export interface DebriefResponse {
  readonly debrief: string;
  readonly path: readonly PathStep[];
  readonly score: Score;
}

export interface ResponseOf {
  readonly describe: RangeDescription;
  readonly run: { readonly stdout: string; readonly stderr: string; readonly code: number };
  readonly shell: { readonly opened: true };
  readonly check: { readonly solved: boolean; readonly items: readonly VerdictItem[] };
  readonly view: SessionView;
  readonly pin: PinResponse;
  /** Null when there is none left. */
  readonly hint: { readonly hint: string | null; readonly left: number };
  readonly answer: { readonly noted: true };
  readonly diagnose: { readonly status: z.infer<typeof claimVerdict>; readonly says: string };
  readonly escalate: EscalationResponse;
  readonly reply: DebriefResponse;
  /** Its hosts may have other addresses now. */
  readonly reset: RangeDescription;
  readonly "give-up": DebriefResponse;
  readonly injected: { readonly inForce: readonly InForce[] };
  readonly inject: InForce;
  readonly mend: Mended;
  /** `leaves`: a session that had not come to its end is over with the range. */
  readonly down: { readonly stopped: true; readonly leaves: boolean };
}

export type Response<Verb extends Request["verb"] = Request["verb"]> =
  | { readonly ok: true; readonly value: ResponseOf[Verb] }
  | { readonly ok: false; readonly problems: readonly Problem[] };
