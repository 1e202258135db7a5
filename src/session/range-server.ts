import { chmodSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { type Problem, ProblemError } from "../base/problem.ts";
import { type Request, type Response, type ResponseOf, request } from "./range-protocol.ts";

/** Answers requests about one range. Each verb is served in turn: a range runs one command at a time. */
export type RangeHandlers = { readonly [Verb in Request["verb"]]: (asked: Extract<Request, { verb: Verb }>) => Promise<ResponseOf[Verb]> };

export interface RangeServer {
  close(): Promise<void>;
}

/**
 * Serves a range on a Unix socket that only its owner can open.
 * @param onDown called when a client that asked for `down` has its answer: not before, or it would never get it
 */
export function serveRange(path: string, handlers: RangeHandlers, onDown: () => void): Promise<RangeServer> {
  const clients = new Set<Socket>();
  let last: Promise<unknown> = Promise.resolve();
  const server = createServer((client) => {
    clients.add(client);
    client.on("close", () => clients.delete(client));
    // A client that goes away in the middle has its answer thrown away, nothing more.
    client.on("error", () => client.destroy());
    createInterface({ input: client }).on("line", (line) => {
      const answered = last.then(() => answer(line, handlers));
      last = answered;
      void answered.then((response) => {
        const isDown = response.ok && "stopped" in response.value;
        if (client.writable) client.write(`${JSON.stringify(response)}\n`, () => isDown && onDown());
        else if (isDown) onDown();
      });
    });
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.listen(path, () => {
      chmodSync(path, 0o600);
      resolve({
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            for (const client of clients) client.end();
          }),
      });
    });
  });
}

/** Never rejects: what a client sends can only be answered. */
async function answer(line: string, handlers: RangeHandlers): Promise<Response> {
  try {
    const asked = request.parse(JSON.parse(line));
    const handle = handlers[asked.verb] as (asked: Request) => Promise<ResponseOf[Request["verb"]]>;
    return { ok: true, value: await handle(asked) };
  } catch (error) {
    return { ok: false, problems: problemsOf(error) };
  }
}

function problemsOf(error: unknown): readonly Problem[] {
  if (error instanceof ProblemError) return error.problems;
  const message = error instanceof Error ? error.message : String(error);
  return [{ code: "request-failed", message: `The range could not do that: ${message}` }];
}
