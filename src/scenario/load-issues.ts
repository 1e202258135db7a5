import { z } from "zod";
import type { Problem } from "../base/problem.ts";
import { nearest } from "../base/registry.ts";
import { plainValue, type Sourced, valueAt, whereOf } from "./load-source.ts";

type Issue = z.core.$ZodIssue;

/** The value a schema makes of a source, or every problem it has with it, each at its place. */
export type Checked<T> =
  | { readonly value: T; readonly problems: readonly [] }
  | { readonly value: undefined; readonly problems: readonly Problem[] };

/**
 * Validates a source against a schema.
 * @param what how messages call the whole: "the scenario", "the settings of bind on ns1"
 * @param planned keys that the design knows and this version does not act on, with what to say about them
 */
export function checkSource<T>(source: Sourced, schema: z.ZodType<T>, what: string, planned: ReadonlySet<string> = new Set()): Checked<T> {
  const result = schema.safeParse(plainValue(source));
  if (result.success) return { value: result.data, problems: [] };
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, [], { source, schema, what, planned }));
  return { value: undefined, problems };
}

interface Context {
  readonly source: Sourced;
  readonly schema: z.ZodType;
  readonly what: string;
  readonly planned: ReadonlySet<string>;
}

function problemsOf(issue: Issue, prefix: readonly PropertyKey[], context: Context): Problem[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(key, path, context));
  if (issue.code === "invalid_union") return bestBranch(issue.errors, path).flatMap((inner) => problemsOf(inner, path, context));
  if (issue.code === "invalid_key") return issue.issues.flatMap((inner) => problemsOf(inner, path, context));
  const place = valueAt(context.source, path);
  if (place === undefined) return [missingKey(path, context)];
  const name = nameOf(path, context.what);
  const where = whereOf(context.source, path);
  return [{ code: codeOf(issue), message: `${capital(name)} ${complaintOf(issue, place)}.`, where, ...hintOf(issue) }];
}

function unknownKey(key: string, path: readonly PropertyKey[], context: Context): Problem {
  const where = whereOf(context.source, [...path, key], "key");
  const holder = nameOf(path, context.what);
  if (context.planned.has(key)) {
    const message = `The key ${key} is planned, but nothing acts on it yet.`;
    return { code: "unsupported-key", message, where, hint: "Leave it out." };
  }
  const known = knownKeys(context.schema, path);
  const near = nearest(key, known);
  const hint = near !== undefined ? `Did you mean ${near}?` : known.length > 0 ? `Known keys are: ${known.join(", ")}.` : "Remove it.";
  return { code: "unknown-key", message: `${capital(holder)} has no key ${JSON.stringify(key)}.`, where, hint };
}

function missingKey(path: readonly PropertyKey[], context: Context): Problem {
  const key = String(path.at(-1));
  const holder = path.slice(0, -1);
  const where = whereOf(context.source, holder);
  return {
    code: "missing-key",
    message: `${capital(nameOf(holder, context.what))} lacks the key ${key}.`,
    where,
    hint: `Add \`${key}:\` here.`,
  };
}

/** The alternative that the text comes closest to: the one whose problems lie deepest, then the one with the fewest. */
function bestBranch(branches: readonly (readonly Issue[])[], path: readonly PropertyKey[]): readonly Issue[] {
  const depth = (issues: readonly Issue[]): number => Math.max(...issues.map((issue) => issue.path.length), 0);
  const ranked = [...branches].sort((left, right) => depth(right) - depth(left) || left.length - right.length);
  const best = ranked[0];
  if (best !== undefined && best.length > 0) return best;
  return [{ code: "custom", path: [...path], message: "fits none of the forms allowed here", input: undefined }];
}

function codeOf(issue: Issue): string {
  if (issue.code === "invalid_type") return "wrong-type";
  if (issue.code === "invalid_value") return "unknown-word";
  return "bad-value";
}

function complaintOf(issue: Issue, found: Sourced): string {
  if (issue.code === "invalid_type") return `must be ${kindName(issue.expected)}, not ${describe(found)}`;
  if (issue.code === "invalid_value") return `must be ${oneOf(issue.values.map(String))}, not ${describe(found)}`;
  if (issue.code === "too_small") return `must ${bound(issue.origin, "at least", issue.minimum)}, not ${describe(found)}`;
  if (issue.code === "too_big") return `must ${bound(issue.origin, "at most", issue.maximum)}, not ${describe(found)}`;
  if (issue.code === "invalid_format" && issue.message.startsWith("Invalid")) return `is not in the form expected here: ${describe(found)}`;
  return issue.message;
}

function bound(origin: string, comparison: string, limit: number | bigint): string {
  if (origin === "string") return limit === 1 && comparison === "at least" ? "not be empty" : `be ${comparison} ${limit} characters long`;
  if (origin === "array" || origin === "set") return `have ${comparison} ${limit} ${limit === 1 ? "entry" : "entries"}`;
  return `be ${comparison} ${limit}`;
}

function hintOf(issue: Issue): { readonly hint?: string } {
  if (issue.code !== "invalid_value") return {};
  return { hint: `Known are: ${issue.values.map(String).join(", ")}.` };
}

function kindName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    string: "a text",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
    array: "a list",
    object: "a map",
    record: "a map",
  };
  return names[expected] ?? expected;
}

function describe(source: Sourced): string {
  if (source.kind === "list") return source.items.length === 0 ? "an empty list" : "a list";
  if (source.kind === "map") return "a map";
  if (source.value === null) return "nothing";
  if (source.value === "") return "an empty text";
  const shown = JSON.stringify(source.value);
  const short = shown.length > 60 ? `${shown.slice(0, 57)}..."` : shown;
  return typeof source.value === "string" ? `the text ${short}` : short;
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? String(words[0]) : `one of ${words.join(", ")}`;
}

function nameOf(path: readonly PropertyKey[], what: string): string {
  return path.length === 0 ? what : path.map((step) => (typeof step === "number" ? `${step + 1}` : String(step))).join(".");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Written out once a schema: it takes longer than everything else here. */
const jsonSchemas = new WeakMap<z.ZodType, JsonSchema>();

/** The keys that a schema allows at a path, read off its JSON Schema. */
function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const root = jsonSchemas.get(schema) ?? (z.toJSONSchema(schema, { unrepresentable: "any", io: "input" }) as JsonSchema);
  jsonSchemas.set(schema, root);
  let level: JsonSchema[] = [root];
  for (const step of path) level = level.flatMap((node) => alternatives(node, root)).flatMap((node) => childSchemas(node, step));
  return [...new Set(level.flatMap((node) => alternatives(node, root)).flatMap((node) => Object.keys(node.properties ?? {})))];
}

/** The part of JSON Schema that zod writes for our schemas. */
interface JsonSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, JsonSchema>>;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly prefixItems?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
}

function alternatives(node: JsonSchema, root: JsonSchema): JsonSchema[] {
  const target = node.$ref === undefined ? undefined : root.$defs?.[node.$ref.replace("#/$defs/", "")];
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? []), ...(target === undefined ? [] : [target])];
  return [node, ...inner.flatMap((alternative) => alternatives(alternative, root))];
}

function childSchemas(node: JsonSchema, step: PropertyKey): JsonSchema[] {
  const named = node.properties?.[String(step)];
  const rest = typeof node.additionalProperties === "object" ? [node.additionalProperties] : [];
  const items = node.items === undefined ? [] : [node.items];
  return typeof step === "number" ? items : named === undefined ? rest : [named];
}
