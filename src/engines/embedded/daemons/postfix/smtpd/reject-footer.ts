import { expandMacros } from "../../../../../daemons/postfix/macro.ts";
import type { ClientSession } from "./client-session.ts";

/**
 * `smtpd_reject_footer` behind a 4xx or 5xx reply: in the last line where it begins with `\c`, else as further lines with the same
 * codes. The log has the reply without it.
 */
export function withFooter(session: ClientSession, lines: readonly string[]): readonly string[] {
  const footer = session.policy.raw("smtpd_reject_footer") ?? "";
  const last = lines.at(-1) ?? "";
  const [, code = "", status = ""] = /^([45]\d\d) ((?:\d\.\d+\.\d+ )?)/.exec(last) ?? [];
  if (footer === "" || code === "") return lines;
  const { client } = session;
  const known: Readonly<Record<string, string>> = {
    client: session.peerText,
    client_address: client.address,
    client_name: client.name,
    client_port: String(client.port),
    helo_name: session.heloName ?? "",
    server_name: session.policy.get("myhostname"),
  };
  const [first = "", ...more] = expandMacros(footer, (name) => known[name]).split("\\n");
  const continues = first.startsWith("\\c");
  const texts = continues
    ? [last + first.slice(2), ...more.map((text) => status + text)]
    : [last, ...[first, ...more].map((text) => status + text)];
  const all = [...lines.slice(0, -1), ...texts.map((text, index) => (index === 0 ? text : `${code} ${text}`))];
  return all.map((line, index) => `${line.slice(0, 3)}${index === all.length - 1 ? " " : "-"}${line.slice(4)}`);
}
