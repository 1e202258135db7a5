import type { Machine } from "../../../machine.ts";
import type { CommandResult } from "../../../shell/command.ts";
import { type OpenUser, openUser, UserFailure } from "../mailbox-user.ts";
import { DovecotMaster } from "../master.ts";
import { type Column, formatRecords, type RecordFormat } from "./records.ts";

/** One doveadm command line, after its name. */
export interface DoveadmCall {
  readonly machine: Machine;
  /** The words after the command's own. */
  readonly args: readonly string[];
  /** `-f`, where it was given. */
  readonly format?: RecordFormat;
}

/** doveadm ends with this. */
export class DoveadmExit extends Error {
  readonly result: CommandResult;

  constructor(stderr: string, code: number, stdout = "") {
    super(stderr);
    this.result = { stdout, stderr, code };
  }
}

/** Exit codes of sysexits.h, as doveadm uses them. */
export const EXIT = { usage: 64, noUser: 67, notFound: 68, temporary: 75, denied: 77 } as const;

/** The words of a command that works on mailboxes: `-u alice`, `-A`, and the rest. */
export interface UserArguments {
  /** The user named, or undefined for `-A`. */
  readonly user: string | undefined;
  readonly rest: readonly string[];
  readonly flags: readonly string[];
}

/**
 * @param letters further options without a value
 * @throws DoveadmExit when no user is named
 */
export function userArguments({ args }: DoveadmCall, letters = ""): UserArguments {
  let user: string | undefined;
  let everybody = false;
  const flags: string[] = [];
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] ?? "";
    if (word === "-u" || word === "-S") {
      if (word === "-u") user = args[at + 1];
      at++;
    } else if (word === "-A") everybody = true;
    else if (/^-u./.test(word)) user = word.slice(2);
    else if (word.length === 2 && word.startsWith("-") && letters.includes(word[1] ?? "")) flags.push(word[1] ?? "");
    else break;
  }
  if (user === undefined && !everybody) throw new DoveadmExit("Fatal: USER environment is missing and -u option not used\n", EXIT.usage);
  return { user: everybody ? undefined : user, rest: args.slice(at), flags };
}

/** The running Dovecot, or undefined. */
export function runningDovecot(machine: Machine): DovecotMaster | undefined {
  const program = machine.services.program("dovecot");
  return program instanceof DovecotMaster ? program : undefined;
}

/**
 * Opens one user, as every command that works on mailboxes does.
 * @param header what the command prints in any case
 * @throws DoveadmExit in the real program's words
 */
export function openNamedUser(machine: Machine, name: string, header = ""): { readonly user: OpenUser; readonly pid: number } {
  const pid = machine.newPid();
  const dovecot = demandAuth(machine, name, header, pid);
  const missing = dovecot.missingPlugin();
  if (missing !== undefined)
    throw new DoveadmExit(`Fatal: Plugin '${missing}' not found from directory /usr/lib/dovecot/modules\n`, EXIT.temporary, header);
  const lookUp = dovecot.users.lookUp(dovecot.policy, name);
  if (lookUp.found === "nobody") throw new DoveadmExit(`doveadm(${name}): Error: User doesn't exist\n`, EXIT.noUser, header);
  if (lookUp.found === "failure") {
    const why = `doveadm(${name})<${pid}><>: Error: auth-master: userdb lookup(${name}): ${lookUp.words}\n`;
    throw new DoveadmExit(`${why}${lookUpFailed(name)}`, EXIT.temporary, header);
  }
  try {
    return { user: openUser(machine, dovecot.policy, dovecot.stamps, lookUp.user), pid };
  } catch (error) {
    if (!(error instanceof UserFailure)) throw error;
    throw new DoveadmExit(`doveadm(${name}): Error: ${error.message}\n`, EXIT.temporary, header);
  }
}

/** Runs the work for the user named, or for all. Records come first, then what went wrong. */
export function forUsers(
  call: DoveadmCall,
  columns: readonly Column[],
  fallback: RecordFormat,
  work: (user: OpenUser, pid: number) => readonly (readonly string[])[],
): CommandResult {
  const { user } = userArguments(call, "78s");
  const format = call.format ?? fallback;
  const header = format === "table" || format === "tab" ? formatRecords(format, columns, []) : "";
  if (user !== undefined) {
    const opened = openNamedUser(call.machine, user, header);
    return { stdout: formatRecords(format, columns, work(opened.user, opened.pid)), stderr: "", code: 0 };
  }
  const dovecot = demandAuth(call.machine, "", header, call.machine.newPid());
  const rows = dovecot.users.list(dovecot.policy).flatMap((name) => {
    const opened = openNamedUser(call.machine, name, header);
    return work(opened.user, opened.pid).map((row) => [name, ...row]);
  });
  return { stdout: formatRecords(format, [{ title: "Username", bare: true }, ...columns], rows), stderr: "", code: 0 };
}

function demandAuth(machine: Machine, name: string, header: string, pid: number): DovecotMaster {
  const dovecot = runningDovecot(machine);
  if (dovecot !== undefined) return dovecot;
  const refused = `doveadm(${name})<${pid}><>: Error: auth-master: userdb lookup(${name}): connect(/run/dovecot/auth-userdb) failed: Connection refused\n`;
  throw new DoveadmExit(`${refused}${lookUpFailed(name)}`, EXIT.temporary, header);
}

function lookUpFailed(name: string): string {
  return `doveadm(${name}): Error: User lookup failed: Internal error occurred. Refer to server log for more information.\n`;
}
