import type { RspamdPolicy } from "../../../../daemons/rspamd/policy.ts";
import {
  createMilterPacketReader,
  decodeMilterCommand,
  encodeMilterReply,
  MilterError,
  type MilterPacket,
  type MilterPacketReader,
} from "../../../../mail/milter.ts";
import type { VirtualSocket } from "../../wire/network-stack.ts";
import type { ScanTask } from "./message.ts";
import { MilterSession } from "./milter-session.ts";
import type { ScanResult } from "./scan.ts";
import type { ScanLog } from "./scan-log.ts";

/** What a connection needs of its worker. */
export interface MilterService {
  readonly policy: RspamdPolicy;
  newLog(): ScanLog;
  scan(task: ScanTask, log: ScanLog): Promise<ScanResult>;
}

/** Serves one connection of a mail server until either side ends it. Packets are taken one after the other. */
export function serveMilter(link: VirtualSocket, service: MilterService): void {
  let log = service.newLog();
  log.write("proxy", `proxy_accept_socket: accepted milter connection from ${link.remoteAddress} port ${link.remotePort}`);
  const session = new MilterSession({
    policy: service.policy,
    connected: (address, port) => log.write("milter", `rspamd_milter_process_command: got connection from ${address}:${port}`),
    scan: async (task) => {
      const result = await service.scan(task, log);
      // The next message, and the end of the connection, have a tag of their own.
      log = service.newLog();
      return result;
    },
  });
  let isFinished = false;
  const finish = (): void => {
    if (isFinished) return;
    isFinished = true;
    log.write("proxy", "proxy_milter_finish_handler: finished milter connection");
    link.destroySoon();
  };
  const take = async (packet: MilterPacket): Promise<void> => {
    if (isFinished) return;
    const command = decodeMilterCommand(packet);
    if (command.command === "quit") return finish();
    const replies = await session.take(command);
    if (!isFinished && replies.length > 0) link.write(Buffer.concat(replies.map((reply) => encodeMilterReply(reply))));
  };
  const reader = createMilterPacketReader();
  let work: Promise<void> = Promise.resolve();
  for (const event of ["error", "end", "close"]) link.on(event, finish);
  link.on("data", (chunk: Buffer) => {
    for (const packet of packetsOf(reader, chunk) ?? []) work = work.then(() => take(packet)).catch((error) => giveUp(error, finish));
  });
}

/** Bytes that are no milter packets end the connection. */
function giveUp(error: unknown, finish: () => void): void {
  if (!(error instanceof MilterError)) throw error;
  finish();
}

function packetsOf(reader: MilterPacketReader, chunk: Buffer): readonly MilterPacket[] | undefined {
  try {
    return reader.push(chunk);
  } catch (error) {
    if (!(error instanceof MilterError)) throw error;
    return undefined;
  }
}
