import { mailDate } from "../../../../../mail/message.ts";
import type { ClientSession } from "./client-session.ts";

/** Errors that the postmaster may want to hear of, by their class in `notify_classes`. */
export type ErrorClass = "resource" | "software" | "protocol" | "policy";

/** Long sessions are cut. */
const transcriptLines = 1000;
const wrapColumn = 70;

/** What was said in a session, kept for the case that the postmaster is to be told. */
export class Transcript {
  readonly #lines: string[] = [];
  readonly #errors = new Set<ErrorClass>();

  client(line: string): void {
    this.#add(` In:  ${line}`);
  }

  server(lines: readonly string[]): void {
    for (const line of lines) this.#add(` Out: ${line}`);
  }

  error(kind: ErrorClass): void {
    this.#errors.add(kind);
  }

  /** Sends the notice when one of the errors is of a class that is to be told. @param aborted why the session broke off */
  async report(session: ClientSession, aborted: string | undefined): Promise<void> {
    const classes = session.policy.list("notify_classes");
    if (![...this.#errors].some((kind) => classes.includes(kind))) return;
    const { system, policy } = session;
    const queueId = system.newQueueId();
    const now = system.machine.clock.now();
    const host = policy.get("myhostname");
    const name = policy.get("mail_name");
    const lines = [
      `Received: by ${host} (${name})`,
      `\tid ${queueId}; ${mailDate(now)}`,
      `Date: ${mailDate(now)}`,
      `From: Mail Delivery System <MAILER-DAEMON@${host}>`,
      "To: Postmaster <postmaster>",
      `Subject: ${name} SMTP server: errors from ${session.peerText}`,
      "",
      "Transcript of session follows.",
      "",
      ...this.#lines.flatMap(wrapped),
      "",
      ...(aborted === undefined ? [] : [`Session aborted, reason: ${aborted}`]),
      "",
      "For other details, see the local mail logfile",
      "",
    ];
    await system.cleanup.accept({
      queueId,
      arrivedAtMs: now,
      createdAtMs: now,
      attributes: [["rewrite_context", "local"]],
      sender: `${policy.get("double_bounce_sender")}@${host}`,
      recipients: [{ address: policy.get("error_notice_recipient"), dsnOriginal: "", notify: 0 }],
      content: Buffer.from(lines.join("\n"), "latin1"),
      local: true,
      expand: true,
    });
  }

  #add(line: string): void {
    if (this.#lines.length < transcriptLines) this.#lines.push(line);
  }
}

/** line_wrap(3): broken at white space, later lines indented by four. */
function wrapped(line: string): readonly string[] {
  const out: string[] = [];
  let rest = line;
  let limit = wrapColumn;
  while (rest.length > limit) {
    const at = rest.lastIndexOf(" ", limit);
    if (at <= 0) break;
    out.push(rest.slice(0, at));
    rest = rest.slice(at + 1);
    limit = wrapColumn - 4;
  }
  return [...out, rest].map((part, index) => (index === 0 ? part : `    ${part}`));
}
