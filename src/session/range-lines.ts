import type { Socket } from "node:net";

/**
 * One JSON document a line over a socket. Only a line feed ends a line: readline would also cut at U+2028, which JSON leaves as it is.
 */
export function onLines(socket: Socket, listener: (line: string) => void): void {
  let unfinished = "";
  socket.setEncoding("utf8");
  socket.on("data", (text: string) => {
    const lines = (unfinished + text).split("\n");
    unfinished = lines.pop() ?? "";
    for (const line of lines) listener(line);
  });
}

/** Sends one document, where the other side is still there. @param sent called once it is on its way, or never can be */
export function sendLine(socket: Socket, document: unknown, sent: () => void = () => {}): void {
  if (socket.writable) socket.write(`${JSON.stringify(document)}\n`, () => sent());
  else sent();
}
