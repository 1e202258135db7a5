import { quoteWord } from "../../../base/shell-words.ts";
import { maildirOf } from "../../../daemons/mailbox-place.ts";
import { headerValue, parseHeader, receivedBy } from "../../../mail/message.ts";
import type { MailboxAnswer, MailboxQuestion } from "../../../world/question.ts";
import { hasDaemon } from "../../../world/world.ts";
import { readHostFiles } from "../host-reader.ts";
import type { LiveHost } from "../live-host.ts";
import type { LiveRange } from "../live-range.ts";

/** Lists a user's mailbox from its Maildir: the files are what a mail program would show. */
export async function answerMailbox(range: LiveRange, { host, address }: MailboxQuestion): Promise<MailboxAnswer> {
  return { ask: "mailbox", messages: (await storedMessages(range, host, address)).map(({ message }) => message) };
}

/** One message as it lies in a Maildir. */
export interface StoredMessage {
  readonly path: string;
  readonly message: MailboxAnswer["messages"][number];
}

/** What an address's Maildir holds, folders beside the INBOX included (Maildir++). */
export async function storedMessages(range: LiveRange, host: string, address: string): Promise<StoredMessage[]> {
  const live = range.host(host);
  const maildir = await maildirOn(live, address);
  if (maildir === undefined) return [];
  return readHeaders(await live.demand(headersOf(maildir))).map(({ path, sizeBytes, header }) => {
    const fields = parseHeader(header);
    const value = (name: string): string => headerValue(fields, name) ?? "";
    const folder = /\/\.([^/]+)\/(?:cur|new)\/[^/]+$/.exec(path.slice(maildir.length))?.[1] ?? "INBOX";
    return {
      path,
      message: {
        messageId: value("Message-ID"),
        from: value("From"),
        subject: value("Subject"),
        folder,
        sizeBytes,
        via: receivedBy(fields),
      },
    };
  });
}

/** Where the host keeps the address's mail: Dovecot's `mail_location` where it runs Dovecot, else what Postfix's tables say. */
async function maildirOn(live: LiveHost, address: string): Promise<string | undefined> {
  if (hasDaemon(live.host, "dovecot")) return maildirOf(await readHostFiles(live, ["/etc/dovecot"]), address);
  if (!hasDaemon(live.host, "postfix")) return undefined;
  const tables = "$(postconf -xh virtual_mailbox_maps | tr ',' ' ')";
  const { stdout } = await live.run(
    `postconf -xh virtual_mailbox_base; for t in ${tables}; do postmap -q ${quoteWord(address)} "$t" && break; done`,
  );
  const [base = "", place = ""] = stdout.split("\n");
  return place.endsWith("/") ? `${base}/${place.slice(0, -1)}` : undefined;
}

/** Prints path, size and header of each message, records ended by a NUL byte, which no header holds. */
function headersOf(maildir: string): string {
  const each = `for f; do printf '%s\\n%s\\n' "$f" "$(stat -c %s "$f")"; sed '/^\\r\\{0,1\\}$/q' "$f" | tr -d '\\000'; printf '\\0'; done`;
  return `cd ${quoteWord(maildir)} 2>/dev/null || exit 0; find ${quoteWord(maildir)} -type f \\( -path '*/cur/*' -o -path '*/new/*' \\) -print0 | sort -z | xargs -0r sh -c ${quoteWord(each)} sh`;
}

function readHeaders(output: string): { readonly path: string; readonly sizeBytes: number; readonly header: string }[] {
  return output
    .split("\0")
    .filter((record) => record !== "")
    .map((record) => {
      const [path = "", size = "", ...header] = record.split("\n");
      return { path, sizeBytes: Number(size), header: header.join("\n") };
    });
}
