import { chmodSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { type Problem, ProblemError } from "../base/problem.ts";
import type { RangeTerminal } from "../world/engine.ts";
import { onLines, sendLine } from "./range-lines.ts";
import { type Request, type Response, type ResponseOf, request, type ShellEnd } from "./range-protocol.ts";
import { type ServedShell, serveShell } from "./range-shell.ts";

type Verb = Request["verb"];
type Asked<V extends Verb> = Extract<Request, { verb: V }>;

/**
 * Answers requests about one range. Commands and judgements are served in turn, whoever asks: a range runs one command at a time.
 * The signal is aborted when the one who asked has gone away.
 */
export type RangeHandlers = {
  readonly [V in Exclude<Verb, "shell">]: (asked: Asked<V>, signal: AbortSignal) => Promise<ResponseOf[V]>;
} & {
  readonly shell: (asked: Asked<"shell">) => Promise<RangeTerminal>;
};

export interface RangeServer {
  /** Ends the shells that are open, each told why. */
  endShells(why: ShellEnd): void;
  /** Stops listening, takes the socket away, and ends every connection. */
  close(): Promise<void>;
}

/** What all connections of a range share. */
interface Desk {
  readonly handlers: RangeHandlers;
  readonly shells: Set<ServedShell>;
  /** Waits until those who came before are done. */
  inTurn<T>(work: () => Promise<T>): Promise<T>;
  onDown(): void;
}

/**
 * Serves a range on a Unix socket that only its owner can open.
 * @param onDown called when a client that asked for `down` has its answer: not before, or it would never get it
 * @throws the system's error when it cannot listen: `EADDRINUSE` where another process has the name
 */
export function serveRange(path: string, handlers: RangeHandlers, onDown: () => void): Promise<RangeServer> {
  const clients = new Set<Socket>();
  const shells = new Set<ServedShell>();
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work);
    last = done.catch(() => {});
    return done;
  };
  const endShells = (why: ShellEnd): void => {
    for (const shell of shells) shell.end(why);
  };
  const server = createServer((client) => {
    clients.add(client);
    client.on("close", () => clients.delete(client));
    serveConnection(client, { handlers, shells, inTurn, onDown });
  });
  const close = (): Promise<void> =>
    new Promise((closed) => {
      server.close(() => closed());
      endShells("range");
      for (const client of clients) client.end();
    });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(path, () => {
      chmodSync(path, 0o600);
      resolve({ endShells, close });
    });
  });
}

/** Serves what one client sends, line after line, in its order. */
function serveConnection(client: Socket, desk: Desk): void {
  const gone = new AbortController();
  let shell: ServedShell | undefined;
  let turn: Promise<void> = Promise.resolve();
  client.on("close", () => gone.abort());
  // A client that goes away in the middle has its answer thrown away and its command ended, nothing more.
  client.on("error", () => client.destroy());

  const serve = async (line: string): Promise<void> => {
    if (gone.signal.aborted) return;
    if (shell !== undefined) return shell.hear(line);
    try {
      const asked = request.parse(JSON.parse(line));
      if (asked.verb === "shell") {
        shell = await openShell(client, asked, desk);
      } else {
        const value = await answer(asked, desk, gone.signal);
        sendLine(client, { ok: true, value } satisfies Response, () => asked.verb === "down" && desk.onDown());
      }
    } catch (error) {
      sendLine(client, { ok: false, problems: problemsOf(error) } satisfies Response);
    }
  };
  onLines(client, (line) => {
    turn = turn.then(() => serve(line));
  });
}

/** Shells do not wait for the commands of others: people sit at them. */
async function openShell(client: Socket, asked: Asked<"shell">, { handlers, shells }: Desk): Promise<ServedShell> {
  const terminal = await handlers.shell(asked);
  sendLine(client, { ok: true, value: { opened: true } } satisfies Response);
  const shell = serveShell(client, terminal);
  shells.add(shell);
  void terminal.closed.then(() => shells.delete(shell));
  client.on("close", () => shells.delete(shell));
  if (client.destroyed) terminal.close();
  return shell;
}

function answer(asked: Exclude<Request, Asked<"shell">>, { handlers, inTurn }: Desk, gone: AbortSignal): Promise<ResponseOf[Verb]> {
  const handle = handlers[asked.verb] as (asked: Request, signal: AbortSignal) => Promise<ResponseOf[Verb]>;
  if (asked.verb === "describe" || asked.verb === "down") return handle(asked, gone);
  return inTurn(async () => {
    gone.throwIfAborted();
    return handle(asked, gone);
  });
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof ProblemError) return error.problems;
  const message = error instanceof Error ? error.message : String(error);
  return [{ code: "request-failed", message: `The range could not do that: ${message}` }];
}
