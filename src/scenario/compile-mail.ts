import { parseSizeBytes } from "../base/quantity.ts";
import { createRandom } from "../base/random.ts";
import type { ProbeMail } from "../checks/mail.ts";
import type { HostKey, Person } from "../world/world.ts";
import type { MailText } from "./schema-parts.ts";

/** A mail of the scenario, ready to be sent. */
export interface CompiledMail extends ProbeMail {
  readonly id: string;
  /** The Message-ID, in angle brackets, under which the range's own copy is sent; probes of the same mail get others. */
  readonly messageId: string;
}

/** The host whose users hand in mail of this address: the one that holds the mailbox. */
export function sendingHost(mail: Pick<MailText, "from" | "from-host">, people: readonly Person[]): HostKey | undefined {
  return mail["from-host"] ?? people.find(({ address }) => address === mail.from)?.mailbox;
}

/** A mail text without placeholders, in the form that checks ask with. @throws Error when nobody can send it (loading reports that) */
export function compileMail(mail: Omit<MailText, "id"> & { readonly id?: string }, people: readonly Person[]): ProbeMail {
  const from = sendingHost(mail, people);
  if (from === undefined) throw new Error(`no host sends mail of ${mail.from}`);
  const subject = mail.subject ?? capital((mail.id ?? "good mail").replaceAll("-", " "));
  const sizeBytes = mail.size === undefined ? undefined : parseSizeBytes(mail.size);
  return {
    from,
    message: {
      from: mail.from,
      to: [mail.to].flat(),
      subject,
      text: mail.text ?? "See you on Monday.",
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(mail.headers === undefined ? {} : { headers: mail.headers }),
    },
  };
}

/** The range's own copy of a mail: as a mail program sends it, with a Message-ID that the seed decides. */
export function compileOwnMail(mail: MailText, people: readonly Person[], seed: number): CompiledMail {
  const token = createRandom(seed).fork(`message-id/${mail.id}`).hex(12).toLowerCase();
  return { id: mail.id, messageId: `<${token}@${mail.from.split("@")[1] ?? "invalid"}>`, ...compileMail(mail, people) };
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
