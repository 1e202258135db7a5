import type { Event, Origin } from "../../world/event.ts";
import type { LogDialect } from "../daemon.ts";
import { parseEventText } from "./event-parse.ts";
import { eventText } from "./event-text.ts";
import { formatSyslogLine, syslogReader } from "./syslog-line.ts";

/** Postfix's log, as postlogd(8) and syslog write it: one line an event. */
export const postfixDialect: LogDialect = {
  daemon: "postfix",
  path: "/var/log/mail.log",
  ready: /postfix\/master\[\d+\]: daemon started -- version/,
  reader: ({ year }) => {
    const readLine = syslogReader(year);
    return {
      read: (line) => {
        const parts = readLine(line);
        const process = parts === undefined ? undefined : processOf(parts.tag);
        if (parts === undefined || process === undefined) return undefined;
        const origin: Origin = { atMs: parts.atMs, host: parts.host, daemon: "postfix", process, pid: parts.pid };
        return parseEventText(origin, parts.text);
      },
    };
  },
  format: (event: Event) =>
    formatSyslogLine({ atMs: event.atMs, host: event.host, tag: tagOf(event.process), pid: event.pid, text: eventText(event) }),
};

/** `smtpd` of `postfix/smtpd`, `relay/smtp` of `postfix/relay/smtp`; a second instance's whole tag, `postfix-out/smtpd`. */
function processOf(tag: string): string | undefined {
  if (tag.startsWith("postfix/")) return tag.slice("postfix/".length);
  return /^postfix[^/]*\/./.test(tag) ? tag : undefined;
}

function tagOf(process: string): string {
  return /^postfix[^/]+\//.test(process) ? process : `postfix/${process}`;
}
