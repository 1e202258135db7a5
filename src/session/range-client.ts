import { connect } from "node:net";
import { createInterface } from "node:readline";
import { ProblemError } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";
import type { Request, Response, ResponseOf } from "./range-protocol.ts";
import { forget, namedRanges, socketPath } from "./runtime-folder.ts";

/**
 * Asks the process that keeps a range.
 * @throws ProblemError for what the range answers with, and `unknown-range` when there is none of this name
 */
export async function askRange<R extends Request>(folder: string, range: string, asked: R): Promise<ResponseOf[R["verb"]]> {
  const response = await send<R["verb"]>(socketPath(folder, range), asked);
  if (response === undefined) {
    forget(folder, range);
    throw new ProblemError(
      unknownId(
        "range",
        range,
        namedRanges(folder).filter((name) => name !== range),
      ),
    );
  }
  if (!response.ok) throw new ProblemError(response.problems);
  return response.value;
}

/** Names of ranges whose process still answers. Sockets of dead ones are taken away. */
export async function liveRanges(folder: string): Promise<string[]> {
  const alive: string[] = [];
  for (const range of namedRanges(folder)) {
    if ((await send(socketPath(folder, range), { verb: "describe" })) !== undefined) alive.push(range);
    else forget(folder, range);
  }
  return alive;
}

/** The response, or undefined when nobody listens (any more). */
function send<Verb extends Request["verb"]>(path: string, asked: Request): Promise<Response<Verb> | undefined> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.on("error", () => resolve(undefined));
    socket.on("close", () => resolve(undefined));
    socket.on("connect", () => socket.write(`${JSON.stringify(asked)}\n`));
    createInterface({ input: socket })
      .on("error", () => resolve(undefined))
      .once("line", (line) => {
        resolve(JSON.parse(line) as Response<Verb>);
        socket.end();
      });
  });
}
