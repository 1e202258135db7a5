import type { Problem, Where } from "../base/problem.ts";
import { parseDurationMs } from "../base/quantity.ts";
import type { AnyCheck } from "../checks/registry.ts";
import type { Person } from "../world/world.ts";
import { type CompiledMail, compileMail, sendingHost } from "./compile-mail.ts";
import type { Catalogue } from "./load-catalogue.ts";
import { checkSource } from "./load-issues.ts";
import { plainValue, type Sourced, type SourcedMap } from "./load-source.ts";
import { mail as mailSchema } from "./schema-parts.ts";

/** What a check's parameters may refer to. */
export interface CheckScope {
  readonly mails: readonly CompiledMail[];
  readonly people: readonly Person[];
  readonly ttlMs: number;
}

/** A check with its parameters parsed, ready to be asked and judged. */
export interface CompiledCheck {
  readonly check: AnyCheck;
  readonly params: unknown;
}

/** Parses a check's parameters (placeholders filled in). A check that is not known gives no problem here. */
export function compileCheck(
  name: string,
  params: SourcedMap,
  scope: CheckScope,
  checks: Catalogue["checks"],
): { readonly compiled: CompiledCheck | undefined; readonly problems: readonly Problem[] } {
  const check = checks.find(name);
  if (!("judge" in check)) return { compiled: undefined, problems: [] };
  const checked = checkSource(checkParams(name, params, scope), check.params, `the check ${name}`);
  if (checked.problems.length > 0) return { compiled: undefined, problems: checked.problems };
  return { compiled: { check, params: checked.value }, problems: [] };
}

/** A mail written inside a check's parameters; it needs no id there. */
const inlineMail = mailSchema.partial({ id: true });

/**
 * A check's parameters as the check's schema wants them: `while-down` becomes `whileDown`; `within: ttl+60s` becomes `withinMs`;
 * `mail: big` becomes the mail itself. Places stay, so what the schema finds wrong is shown in the file.
 * What cannot be replaced stays as it is, for the schema to complain about.
 */
function checkParams(check: string, params: SourcedMap, scope: CheckScope): SourcedMap {
  const entries = [...params.entries].map(([key, { keyWhere, value }]) => {
    const [name, changed] = translate(key, value, scope);
    return [name, { keyWhere, value: changed }] as const;
  });
  const map: SourcedMap = { ...params, entries: new Map(entries) };
  return check === "once" && !map.entries.has("mails") ? withOwnMails(map, scope) : map;
}

function translate(key: string, value: Sourced, scope: CheckScope): [string, Sourced] {
  const plain = plainValue(value);
  if (key === "within" && typeof plain === "string") {
    const withinMs = parseDurationMs(plain, scope.ttlMs);
    return ["withinMs", withinMs === undefined ? value : sourced(withinMs, value)];
  }
  if (key === "mail") return [key, mailIn(plain, value, scope)];
  return [camelCase(key), value];
}

function mailIn(plain: unknown, value: Sourced, scope: CheckScope): Sourced {
  if (typeof plain === "string") {
    const found = scope.mails.find(({ id }) => id === plain);
    return found === undefined ? value : sourced({ from: found.from, message: found.message }, value);
  }
  const parsed = inlineMail.safeParse(plain);
  if (!parsed.success || sendingHost(parsed.data, scope.people) === undefined) return value;
  const { id, ...text } = parsed.data;
  return sourced(compileMail(id === undefined ? text : { ...text, id }, scope.people), value);
}

/** `once` without mails speaks of the scenario's own mail, each in the mailbox that it should be in. */
function withOwnMails(map: SourcedMap, { mails, people }: CheckScope): SourcedMap {
  const own = mails.flatMap(({ messageId, message }) =>
    message.to.flatMap((to) => {
      const mailboxHost = people.find(({ address }) => address === to)?.mailbox;
      return mailboxHost === undefined ? [] : [{ messageId, to, mailboxHost }];
    }),
  );
  return { ...map, entries: new Map([...map.entries, ["mails", { keyWhere: map.where, value: sourced(own, map) }]]) };
}

function camelCase(key: string): string {
  return key.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** A plain value that stands, as a whole, where another one was written. */
function sourced(value: unknown, place: { readonly where: Where }): Sourced {
  const { where } = place;
  if (Array.isArray(value)) return { kind: "list", items: value.map((item) => sourced(item, place)), where };
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(([key, member]) => {
      return [key, { keyWhere: where, value: sourced(member, place) }] as const;
    });
    return { kind: "map", entries: new Map(entries), where };
  }
  return { kind: "scalar", value: value as string | number | boolean | null, where };
}
