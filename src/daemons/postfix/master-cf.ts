import { remembering } from "../../base/remember.ts";
import { logicalLines, strayLineText } from "./logical-lines.ts";
import type { PostfixProblem } from "./postfix-problem.ts";

/** One service of master.cf. Columns hold the text of the file, `-` where the default is meant. */
export interface MasterService {
  /** `smtp`, `submission`, `127.0.0.1:10025` */
  readonly name: string;
  readonly type: "inet" | "unix" | "unix-dgram" | "fifo" | "pass";
  readonly private: string;
  readonly unprivileged: string;
  readonly chroot: string;
  readonly wakeup: string;
  readonly processLimit: string;
  /** The program: `smtpd`, `smtp`, `lmtp`, `pipe`. */
  readonly command: string;
  /** What follows the command, options included; `{ ... }` is one argument without its braces. */
  readonly args: readonly string[];
  /** `-o name=value` of the arguments, unexpanded, the last one of a name wins. */
  readonly overrides: Readonly<Record<string, string>>;
  /** Number of its first line, from 1. */
  readonly line: number;
  readonly lastLine: number;
}

export interface MasterCf {
  readonly services: readonly MasterService[];
  readonly problems: readonly PostfixProblem[];
}

/**
 * Reads master.cf as postconf(1) does. The problems carry what Postfix 3.7 prints; a fatal one ends the file.
 * @param path as messages name the file, `/etc/postfix/master.cf`
 */
export const parseMasterCf = remembering(32, readMasterCf);

function readMasterCf(content: string, path: string): MasterCf {
  const services: MasterService[] = [];
  const problems: PostfixProblem[] = [];
  const lines = logicalLines(content, (stray) =>
    problems.push({ level: "warning", code: "stray-line", message: strayLineText(path, stray), where: { file: path, line: stray.first } }),
  );
  for (const line of lines) {
    const service = parseService(line.text, path, line.first, line.last);
    if (typeof service === "string") {
      problems.push({ level: "fatal", code: "bad-service", message: service, where: { file: path, line: line.first } });
      break;
    }
    services.push(service);
  }
  return { services, problems };
}

/** What a column may hold. */
const columns: readonly { readonly field: string; readonly valid: RegExp }[] = [
  { field: "service", valid: /./ },
  { field: "type", valid: /^(inet|unix|unix-dgram|fifo|pass)$/ },
  { field: "private", valid: /^[yn-]$/ },
  { field: "unprivileged", valid: /^[yn-]$/ },
  { field: "chroot", valid: /^[yn-]$/ },
  { field: "wakeup", valid: /^(-|\d+\??)$/ },
  { field: "process_limit", valid: /^(-|\d+)$/ },
];

/** A service, or what Postfix says is wrong with its line. */
function parseService(text: string, path: string, line: number, lastLine: number): MasterService | string {
  const tokens = masterTokens(text);
  if (tokens.length < 8) return `file ${path}: line ${line}: bad field count`;
  const bad = columns.find((column, index) => !column.valid.test(tokens[index] ?? ""));
  if (bad !== undefined) return `invalid ${bad.field} field "${tokens[columns.indexOf(bad)]}" in "${text}"`;
  const [name = "", type, isPrivate = "", unprivileged = "", chroot = "", wakeup = "", processLimit = "", command = "", ...args] = tokens;
  const columnsRead = { name, type: type as MasterService["type"], private: isPrivate, unprivileged, chroot, wakeup, processLimit };
  return { ...columnsRead, command, args, overrides: overridesOf(args), line, lastLine };
}

/** The words of a service line; `{ text with spaces }` is one word, its text trimmed. */
function masterTokens(text: string): readonly string[] {
  const tokens: string[] = [];
  for (const match of text.matchAll(/(?<=^|\s)\{\s*([^}]*?)\s*(?:\}|$)|\S+/g)) tokens.push(match[1] ?? match[0]);
  return tokens;
}

function overridesOf(args: readonly string[]): Readonly<Record<string, string>> {
  const overrides: Record<string, string> = {};
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    if (!arg.startsWith("-")) break;
    const setting = arg === "-o" ? (args[++index] ?? "") : arg.startsWith("-o") ? arg.slice(2) : undefined;
    const equals = setting?.indexOf("=") ?? -1;
    if (setting !== undefined && equals > 0) overrides[setting.slice(0, equals).trim()] = setting.slice(equals + 1).trim();
  }
  return overrides;
}
