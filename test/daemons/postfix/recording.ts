import { readFileSync } from "node:fs";
import { join } from "node:path";

export const recordings = join(import.meta.dirname, "../../fixtures/recordings");
const world = join(import.meta.dirname, "../../fixtures/small-office");

/** A recording of the real programs, as its README describes it. */
export interface Recording {
  readonly title: string;
  readonly differences?: readonly {
    readonly host: string;
    readonly file?: string;
    readonly command?: string;
    readonly content?: readonly string[];
  }[];
  readonly steps: readonly Step[];
  readonly logs?: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly files?: readonly { readonly host: string; readonly path: string; readonly content: readonly string[] }[];
}

export interface Step {
  readonly at?: string;
  readonly run?: string;
  readonly stdout?: readonly string[];
  readonly stderr?: readonly string[];
  readonly exit?: number | null;
  readonly send?: readonly string[];
  readonly receive?: readonly string[];
}

/** @param name `command/postconf` */
export function recording(name: string): Recording {
  return JSON.parse(readFileSync(join(recordings, `${name}.json`), "utf8")) as Recording;
}

/** A file of the recorded world. */
export function worldFile(host: string, path: string): string {
  return readFileSync(join(world, host, path), "utf8");
}

/** Every mail.log line of a recording, by host. */
export function mailLog(of: Recording, host: string): readonly string[] {
  return (of.logs?.[host]?.["/var/log/mail.log"] ?? []).map((line) => line.replace(/\n$/, ""));
}

/** The words of a simple shell command: quotes, no expansions. Undefined for anything else. */
export function shellWords(command: string): readonly string[] | undefined {
  if (/[|;<>&$`]/.test(command.replace(/"[^"]*"|'[^']*'/g, ""))) return undefined;
  return [...command.matchAll(/(?:"([^"]*)"|'([^']*)'|[^\s"'])+/g)].map((match) => match[0].replace(/"([^"]*)"|'([^']*)'/g, "$1$2"));
}
