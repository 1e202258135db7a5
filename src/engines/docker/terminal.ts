import { StringDecoder } from "node:string_decoder";
import type Docker from "dockerode";
import type { RangeTerminal, TerminalSize } from "../../world/engine.ts";
import { endSession, loginEnvironment } from "./exec.ts";

/**
 * An interactive login on a container's own pseudo-terminal.
 * @param session told from every other login on the host: what is left when the terminal is closed is ended by it
 */
export async function openTerminal(
  docker: Docker,
  container: Docker.Container,
  size: TerminalSize,
  session: string,
): Promise<RangeTerminal> {
  const exec = await container.exec({
    Cmd: ["bash", "-i"],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Tty: true,
    WorkingDir: "/root",
    Env: [...loginEnvironment, "TERM=xterm-256color", `XDG_SESSION_ID=${session}`],
  });
  const stream = await exec.start({ hijack: true, stdin: true, Tty: true });
  const resize = ({ columns, rows }: TerminalSize): void => void exec.resize({ w: columns, h: rows }).catch(() => {});
  resize(size);
  const decoder = new StringDecoder("utf8");
  const closed = new Promise<void>((resolve) => {
    stream.on("close", resolve);
    stream.on("end", resolve);
    // The engine or the container went away: for the terminal that is its end.
    stream.on("error", () => resolve());
  });
  return {
    write: (input) => void stream.write(input),
    onOutput: (listener) => void stream.on("data", (chunk: Buffer) => listener(decoder.write(chunk))),
    closed,
    resize,
    close() {
      // Hanging up alone leaves the shell running in the container.
      void endSession(docker, container, session).then(() => stream.destroy());
    },
  };
}
