import type { Socket } from "node:net";
import type { RangeTerminal } from "../world/engine.ts";
import { sendLine } from "./range-lines.ts";
import { type ShellEnd, type ShellOutput, shellInput } from "./range-protocol.ts";

/** A shell whose screen and keyboard are in another process. */
export interface ServedShell {
  /** One line from the client. What is no `ShellInput` ends the shell. */
  hear(line: string): void;
  /** The range goes: says so to the client, and hangs up. */
  end(why: ShellEnd): void;
}

/** So much unread output means that nobody reads; a range does not keep it for ever. */
const mostUnreadBytes = 16 * 1024 * 1024;

/** Ties a terminal to the connection that asked for it. Whichever goes first takes the other with it. */
export function serveShell(client: Socket, terminal: RangeTerminal): ServedShell {
  let hungUp = false;
  const hangUp = (last?: ShellOutput): void => {
    if (hungUp) return;
    hungUp = true;
    terminal.close();
    if (last !== undefined) sendLine(client, last);
    // What a stopped client has not read yet must not keep us waiting for it.
    if (client.writableLength > client.writableHighWaterMark) client.destroy();
    else client.end();
  };
  client.on("close", () => hangUp());
  terminal.onOutput((output) => {
    if (hungUp) return;
    sendLine(client, { output } satisfies ShellOutput);
    if (client.writableLength > mostUnreadBytes) client.destroy();
  });
  void terminal.closed.then(() => hangUp({ ended: "shell" }));
  return {
    hear: (line) => {
      const heard = shellInput.safeParse(parsed(line));
      if (!heard.success) hangUp();
      else if ("input" in heard.data) terminal.write(heard.data.input);
      else terminal.resize(heard.data.resize);
    },
    end: (why) => hangUp({ ended: why }),
  };
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
