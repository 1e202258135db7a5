import type { CommandCall } from "../command.ts";
import type { SwaksOptions } from "./options.ts";
import type { Transcript } from "./transcript.ts";

/** What preparing may ask: the person at the terminal, files, the name servers. */
export interface Preparation {
  readonly call: CommandCall;
  readonly options: SwaksOptions;
  readonly transcript: Transcript;
  /** Asks on the terminal until the answer fits. */
  ask(prompt: string, fits: RegExp): Promise<string>;
}
