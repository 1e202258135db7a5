import { z } from "zod";
import type { Problem } from "../base/problem.ts";

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
  z.strictObject({ verb: z.literal("check") }),
  z.strictObject({ verb: z.literal("down") }),
]);

export type Request = z.infer<typeof request>;

/** What the one who sits at a shell sends: keys, or that the window has another size now. */
export const shellInput = z.union([z.strictObject({ input: z.string() }), z.strictObject({ resize: terminalSize })]);

export type ShellInput = z.infer<typeof shellInput>;

/** What a shell sends back. It ends by itself (`shell`), or because the range was taken down. */
export const shellOutput = z.union([z.strictObject({ output: z.string() }), z.strictObject({ ended: z.enum(["shell", "range"]) })]);

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

/** One objective or guard as judged now. */
export interface JudgedItem {
  readonly id: string;
  readonly kind: "objective" | "guard";
  /** What it asks for, in the scenario's words. */
  readonly title: string;
  readonly status: "pass" | "fail" | "pending";
  readonly says: string;
  /** Log lines, replies or answers that show it, as text. */
  readonly evidence: readonly string[];
}

export interface ResponseOf {
  readonly describe: RangeDescription;
  readonly run: { readonly stdout: string; readonly stderr: string; readonly code: number };
  readonly shell: { readonly opened: true };
  readonly check: { readonly solved: boolean; readonly items: readonly JudgedItem[] };
  readonly down: { readonly stopped: true };
}

export type Response<Verb extends Request["verb"] = Request["verb"]> =
  | { readonly ok: true; readonly value: ResponseOf[Verb] }
  | { readonly ok: false; readonly problems: readonly Problem[] };
