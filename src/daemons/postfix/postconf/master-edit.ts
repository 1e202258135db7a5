import { logicalLines } from "../logical-lines.ts";
import { type MasterService, parseMasterCf } from "../master-cf.ts";
import { PostfixFatal } from "../postfix-problem.ts";
import { printService } from "./print.ts";

/** The columns of master.cf by the names that `postconf -F` gives them. */
export const masterFields = ["service", "type", "private", "unprivileged", "chroot", "wakeup", "process_limit", "command"] as const;

export type MasterField = (typeof masterFields)[number];

/** The text of one column; `command` is the program and what follows it. */
export function fieldOf(service: MasterService, field: MasterField): string {
  if (field === "command") return [service.command, ...service.args].join(" ");
  return columnsOf(service)[masterFields.indexOf(field)] ?? "";
}

export function columnsOf(service: MasterService): readonly string[] {
  const { name, type, private: isPrivate, unprivileged, chroot, wakeup, processLimit, command } = service;
  return [name, type, isPrivate, unprivileged, chroot, wakeup, processLimit, command];
}

/** True when `smtp/inet`, `smtp` or a pattern with `*` in a place names the service. */
export function namesService(service: MasterService, pattern: readonly (string | undefined)[]): boolean {
  const [name, type] = pattern;
  const fits = (wanted: string | undefined, given: string): boolean => wanted === undefined || wanted === "*" || wanted === given;
  return fits(name, service.name) && fits(type, service.type);
}

/** What becomes of a service: new columns and arguments, nothing, or a comment. */
export type ServiceChange =
  | { readonly columns: readonly string[]; readonly args: readonly string[] }
  | "remove"
  | "comment-out"
  | undefined;

/**
 * Rewrites the services that change and leaves every other line as it is, comments included (postconf -M, -F, -P with a value).
 * @param added services for the end of the file
 */
export function editMasterCf(
  content: string,
  path: string,
  change: (service: MasterService) => ServiceChange,
  added: readonly Exclude<ServiceChange, string | undefined>[] = [],
): string {
  const { services, problems } = parseMasterCf(content, path);
  const fatal = problems.find((problem) => problem.level === "fatal");
  if (fatal !== undefined) throw new PostfixFatal(fatal.message);
  const changes = new Map(services.map((service) => [service.line, { service, change: change(service) }]));
  const logical = logicalLines(content);
  const lines = content.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const output = lines.map((line, index) => {
    const number = index + 1;
    const owner = logical.find((each) => each.first <= number && number <= each.last);
    const entry = owner === undefined ? undefined : changes.get(owner.first);
    if (owner === undefined || entry?.change === undefined || /^\s*(#|$)/.test(line)) return line;
    if (entry.change === "comment-out") return `#${line}`;
    if (entry.change === "remove" || number !== owner.first) return "";
    return printService(entry.change.columns, entry.change.args, true);
  });
  return output.join("") + added.map((service) => printService(service.columns, service.args, true)).join("");
}
