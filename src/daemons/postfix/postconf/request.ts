/** A call of postconf(1), its files at hand. */
export interface PostconfRequest {
  readonly args: readonly string[];
  /** The text of a file, by the path that the program opens; undefined when there is none. */
  read(path: string): string | undefined;
  /** What gethostname(2) gives. */
  readonly hostName: string;
  readonly pid: number;
  /** The host's addresses with their prefix length, `127.0.0.1/8` first, for the default of mynetworks. */
  readonly interfaces: readonly string[];
}

/** What it printed and changed. */
export interface PostconfAnswer {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
  /** Files to write, path and text. */
  readonly writes: readonly (readonly [string, string])[];
  /** Parameters of main.cf that were given a value. */
  readonly changed: readonly string[];
  /** An option that is real and not simulated. */
  readonly unsimulated?: string;
}

/** What the modes of postconf(1) build their answer from. */
export interface Output {
  readonly out: string[];
  readonly warnings: string[];
}

export interface PostconfOptions {
  readonly flags: ReadonlySet<string>;
  readonly configDirectory: string | undefined;
  readonly classes: readonly string[];
  /** `-o name=value`: counts instead of what main.cf says. */
  readonly overrides: readonly (readonly [string, string])[];
  readonly operands: readonly string[];
}
