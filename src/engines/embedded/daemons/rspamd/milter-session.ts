import type { RspamdPolicy } from "../../../../daemons/rspamd/policy.ts";
import type { HeaderField } from "../../../../mail/message.ts";
import { headerValues } from "../../../../mail/message.ts";
import { MILTER_STEPS, type MilterCommand, type MilterReply } from "../../../../mail/milter.ts";
import { messageOf, type ScanTask } from "./message.ts";
import type { ScanResult } from "./scan.ts";

/** What a session needs of its worker. */
export interface MilterWorker {
  readonly policy: RspamdPolicy;
  connected(address: string, port: number): void;
  scan(task: ScanTask): Promise<ScanResult>;
}

/** Steps that Rspamd takes without an answer: it speaks at the end of the message only. */
const STEPS =
  MILTER_STEPS.noReplyConnect |
  MILTER_STEPS.noReplyHelo |
  MILTER_STEPS.noReplyMail |
  MILTER_STEPS.noReplyRcpt |
  MILTER_STEPS.noReplyData |
  MILTER_STEPS.noReplyUnknown |
  MILTER_STEPS.noReplyHeader |
  MILTER_STEPS.noReplyEoh |
  MILTER_STEPS.noReplyBody;

/** Every action of the protocol. */
const ACTIONS = 0x1ff;

/** One connection of a mail server: gathers a message and answers at its end. */
export class MilterSession {
  readonly #worker: MilterWorker;
  readonly #macros: Record<string, string> = {};
  #clientAddress: string | undefined;
  #helo: string | undefined;
  #sender: string | undefined;
  #recipients: string[] = [];
  #fields: HeaderField[] = [];
  #body = "";

  constructor(worker: MilterWorker) {
    this.#worker = worker;
  }

  async take(command: MilterCommand): Promise<readonly MilterReply[]> {
    switch (command.command) {
      case "optneg":
        return [{ reply: "optneg", version: 6, actions: ACTIONS, steps: STEPS, macros: {} }];
      case "macro":
        Object.assign(this.#macros, command.macros);
        return [];
      case "connect":
        if (command.family === "inet" || command.family === "inet6") this.#clientAddress = command.address.replace(/^IPv6:/i, "");
        this.#worker.connected(command.address, command.port);
        return [];
      case "helo":
        this.#helo = command.name;
        return [];
      case "mail":
        this.#forget();
        this.#sender = addressOf(command.parameters);
        return [];
      case "rcpt":
        this.#recipients.push(addressOf(command.parameters));
        return [];
      case "header":
        this.#fields.push({ name: command.name, value: command.value.replace(/^ /, "") });
        return [];
      case "body":
        this.#body += Buffer.from(command.chunk).toString("latin1");
        return [];
      case "eom":
        this.#body += Buffer.from(command.chunk).toString("latin1");
        return this.#end();
      case "abort":
      case "quit-nc":
        this.#forget();
        return [];
      default:
        return [];
    }
  }

  async #end(): Promise<readonly MilterReply[]> {
    const message = messageOf(this.#fields, this.#body);
    const task: ScanTask = {
      clientAddress: this.#clientAddress,
      helo: this.#helo,
      sender: this.#sender,
      recipients: this.#recipients,
      queueId: this.#macros.i,
      serverName: this.#macros.j,
      message,
    };
    this.#forget();
    return repliesFor(await this.#worker.scan(task), task, this.#worker.policy);
  }

  #forget(): void {
    this.#sender = undefined;
    this.#recipients = [];
    this.#fields = [];
    this.#body = "";
  }
}

/** `<dana@brook.example>` among a command's parameters. */
function addressOf([path = ""]: readonly string[]): string {
  return path.replace(/^<([^]*)>$/, "$1");
}

/** The changes and the last word, as milter.c sends them. */
function repliesFor(result: ScanResult, { message }: ScanTask, policy: RspamdPolicy): readonly MilterReply[] {
  const header: readonly MilterReply[] = [
    ...(result.dropsSpamFlag ? [{ reply: "chgheader", index: 1, name: "X-Spam", value: "" } as const] : []),
    ...(result.authenticationResults === undefined
      ? []
      : [{ reply: "insheader", index: 1, name: "Authentication-Results", value: result.authenticationResults } as const]),
  ];
  switch (result.action) {
    case "reject":
      return [...header, { reply: "replycode", text: `554 5.7.1 ${result.message ?? policy.rejectMessage}` }];
    case "soft reject":
      return [...header, { reply: "replycode", text: `451 4.7.1 ${result.message ?? "Try again later"}` }];
    case "discard":
      return [...header, { reply: "discard" }];
    case "add header":
      return [...header, { reply: "chgheader", index: 1, name: policy.spamHeader, value: "Yes" }, { reply: "accept" }];
    case "rewrite subject": {
      const [subject = ""] = headerValues(message.fields, "Subject");
      return [...header, { reply: "chgheader", index: 1, name: "Subject", value: `*** SPAM *** ${subject}` }, { reply: "accept" }];
    }
    default:
      return [...header, { reply: "accept" }];
  }
}
