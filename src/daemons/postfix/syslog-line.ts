import { formatLogStamp, logStampReader } from "../log-stamp.ts";

/** A line of a mail log taken apart: `Nov 24 02:23:53 mx1 postfix/smtpd[195]: text`. */
export interface SyslogLine {
  readonly atMs: number;
  readonly host: string;
  /** `postfix/smtpd`, `postfix/relay/smtp` */
  readonly tag: string;
  readonly pid: number;
  readonly text: string;
}

const traditional = /^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) (\S+) ([^\s[]+)\[(\d+)\]: (.*)$/s;
const precise = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) (\S+) ([^\s[]+)\[(\d+)\]: (.*)$/s;

/**
 * Reads syslog lines in order. Traditional stamps carry no year: the first line's is given. Lines with ISO 8601 stamps
 * (Debian 12's rsyslog) are read as well.
 */
export function syslogReader(year: number): (line: string) => SyslogLine | undefined {
  const readStamp = logStampReader(year);
  return (line) => {
    const match = traditional.exec(line);
    const [, stamp = "", host = "", tag = "", pid, text = ""] = match ?? precise.exec(line) ?? [];
    const atMs = match === null ? Date.parse(stamp) : readStamp(stamp);
    return atMs === undefined || Number.isNaN(atMs) ? undefined : { atMs, host, tag, pid: Number(pid), text };
  };
}

/** The line, with the traditional stamp in UTC. */
export function formatSyslogLine(line: SyslogLine): string {
  return `${formatLogStamp(line.atMs)} ${line.host} ${line.tag}[${line.pid}]: ${line.text}`;
}
