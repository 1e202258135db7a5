import { nearest } from "../base/registry.ts";

/** What placeholders may name: a tree of texts. `{org.domain}` is the leaf `domain` of the branch `org`. */
export interface PlaceholderContext {
  readonly [key: string]: string | PlaceholderContext;
}

/** A placeholder is two or more words joined by dots. So `{print}`, `{ any; }` and `{a,b}` stay what they are in a shell or a file. */
const placeholderPattern = /\{([A-Za-z][\w-]*(?:\.[\w-]+)+)\}/g;

/** The dotted paths that a text uses, in order. */
export function placeholdersIn(text: string): string[] {
  return [...text.matchAll(placeholderPattern)].map((match) => match[1] as string);
}

/** Branches of the context that a text names alone, as in {user}: half a placeholder. */
export function rootsWithoutPath(text: string, context: PlaceholderContext): string[] {
  return [...text.matchAll(/\{([a-z][\w-]*)\}/g)].map((match) => match[1] as string).filter((root) => Object.hasOwn(context, root));
}

/** The text for a dotted path, or undefined. */
export function lookUp(context: PlaceholderContext, path: string): string | undefined {
  let current: string | PlaceholderContext | undefined = context;
  for (const step of path.split(".")) {
    if (current === undefined || typeof current === "string" || !Object.hasOwn(current, step)) return undefined;
    current = current[step];
  }
  return typeof current === "string" ? current : undefined;
}

/**
 * The text with its placeholders filled in; those that are not known stay as they are.
 * (Loading reports them, see `unknownPlaceholder`; what was loaded has none.)
 */
export function fillIn(text: string, context: PlaceholderContext): string {
  return text.replaceAll(placeholderPattern, (whole, path: string) => lookUp(context, path) ?? whole);
}

/** What to say about a placeholder that is not known (the nearest known one, or what could follow its first words); undefined for a known one. */
export function unknownPlaceholder(
  path: string,
  context: PlaceholderContext,
): { readonly message: string; readonly hint: string } | undefined {
  if (lookUp(context, path) !== undefined) return undefined;
  const near = nearest(path, leavesOf(context));
  return {
    message: `There is no placeholder {${path}}.`,
    hint: near === undefined ? `Known are: ${siblings(path, context)}.` : `Did you mean {${near}}?`,
  };
}

function siblings(path: string, context: PlaceholderContext): string {
  let current: PlaceholderContext = context;
  let prefix = "";
  for (const step of path.split(".")) {
    const next = Object.hasOwn(current, step) ? current[step] : undefined;
    if (next === undefined || typeof next === "string") break;
    current = next;
    prefix += `${step}.`;
  }
  return Object.entries(current)
    .map(([key, value]) => (typeof value === "string" ? `{${prefix}${key}}` : `{${prefix}${key}.…}`))
    .join(", ");
}

/** Every dotted path of the context. */
export function leavesOf(context: PlaceholderContext, prefix = ""): string[] {
  return Object.entries(context).flatMap(([key, value]) =>
    typeof value === "string" ? [`${prefix}${key}`] : leavesOf(value, `${prefix}${key}.`),
  );
}
