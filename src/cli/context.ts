import type { Clock } from "../base/clock.ts";
import type { Surface } from "../tui/surface.ts";
import type { Engine, EngineId } from "../world/engine.ts";

/** Everything a command may touch of the process it runs in. Commands know no other process state. */
export interface CliContext {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The package's folder: holds `scenarios/` and `labs/`. */
  readonly home: string;
  readonly version: string;
  readonly clock: Clock;
  /** Aborted by the first Ctrl-C or a SIGTERM. */
  readonly signal: AbortSignal;
  /** Our own process: what starts us again in the background, and what tells us apart. */
  readonly node: { readonly version: string; readonly path: string; readonly script: string; readonly pid: number };
  /** @throws ProblemError `engine-missing` when this build or machine has no such engine */
  engine(id: EngineId): Promise<Engine>;
  /** Takes the terminal that we run in as a whole screen; absent where there is none, or one that cannot be drawn on. @param ascii nothing but ASCII */
  readonly openSurface?: (ascii: boolean) => Promise<Surface>;
}

export interface Output {
  readonly isTTY: boolean;
  readonly columns: number;
  readonly rows: number;
  write(text: string): void;
  /** Calls back when the window has another size, until the returned function is called. */
  onResize(listener: () => void): () => void;
}
