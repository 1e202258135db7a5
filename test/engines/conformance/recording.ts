import { readdirSync, readFileSync } from "node:fs";
import type { Effect } from "../../../src/world/effect.ts";

/** One file of test/fixtures/recordings: what was done to a world, and what the real programs said to it. Its README tells the keys. */
export interface Recording extends Outcome {
  readonly title: string;
  readonly recorded: string;
  readonly note?: string;
  /** Words of log lines that the real programs write at one run and not at the next. */
  readonly chance?: readonly string[];
  readonly hosts: Readonly<Record<string, RecordedHost>>;
  readonly differences: readonly Preparation[];
}

export interface RecordedHost {
  readonly programs: Readonly<Record<string, string>>;
  readonly image: string;
  readonly imageId: string;
}

/** A change made to the world before the first step. */
export interface Preparation {
  readonly host: string;
  readonly command?: string;
  readonly file?: string;
  readonly content?: readonly string[];
  /** An iptables command that was given in the host's network namespace. */
  readonly network?: string;
}

/** What can differ between two runs of a case. Texts are arrays of lines that keep their own line ends. */
export interface Outcome {
  readonly steps: readonly Step[];
  readonly logs: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly files?: readonly RecordedFile[];
}

export interface RecordedFile {
  readonly host: string;
  readonly path: string;
  readonly content: readonly string[];
}

/** Which of the keys are there says what kind of step it is. */
export interface Step {
  readonly at?: string;
  readonly run?: string;
  readonly user?: string;
  readonly stdin?: readonly string[];
  readonly stdout?: readonly string[];
  readonly stderr?: readonly string[];
  readonly exit?: number | null;
  readonly tty?: string;
  readonly connect?: string;
  readonly error?: string;
  readonly send?: readonly string[];
  readonly sendRepeated?: { readonly text: string; readonly times: number; readonly then: string };
  readonly receive?: readonly string[];
  readonly closed?: boolean | "reset";
  /** Seconds in which nothing (more) came. */
  readonly silent?: number;
  readonly close?: boolean;
  /** Seconds. */
  readonly wait?: number;
  readonly apply?: Effect;
  readonly revert?: Effect;
}

const folder = new URL("../../fixtures/recordings/", import.meta.url);

export function recordingPath(id: string): URL {
  return new URL(`${id}.json`, folder);
}

/** @param id `smtp/mx1-good` */
export function readRecording(id: string): Recording {
  return JSON.parse(readFileSync(recordingPath(id), "utf8")) as Recording;
}

/** The ids of all recordings in a folder. */
export function recordingsIn(name: string): readonly string[] {
  return readdirSync(new URL(`${name}/`, folder))
    .sort()
    .map((file) => `${name}/${file.replace(/\.json$/, "")}`);
}

/** A text as recordings keep it. */
export function asLines(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** Whole replies at the start of what a server said. */
export function replyEnds(text: string): readonly number[] {
  return [...text.matchAll(/^\d{3}(?: .*)?\r?\n/gm)].map((match) => match.index + match[0].length);
}
