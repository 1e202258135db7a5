import { labJsonSchema } from "../src/lesson/lab-schema.ts";
import type { Catalogue } from "../src/scenario/load-catalogue.ts";
import { scenarioJsonSchema, toJson, worldJsonSchema } from "../src/scenario/schema-json.ts";

/** Path → text: the schemas for editors and the reference of faults, causes and checks. */
export function referencePages(known: Catalogue): Readonly<Record<string, string>> {
  return {
    "docs/reference/scenario.schema.json": json(scenarioJsonSchema(known)),
    "docs/reference/world.schema.json": json(worldJsonSchema(known)),
    "docs/reference/lab.schema.json": json(labJsonSchema()),
    "docs/reference/faults.md": faultsPage(known),
    "docs/reference/checks.md": checksPage(known),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function faultsPage({ faults, causes }: Catalogue): string {
  const runnable = faults.all().map(({ id, group, summary, teaches, params }) => {
    return [`## ${id}`, "", summary, "", `Group: ${group}. Teaches: ${teaches.join(", ")}.`, "", parameterTable(toJson(params)), ""].join(
      "\n",
    );
  });
  const offered = causes.all().map(({ id, title, summary }) => `| ${id} | ${title} | ${summary.replaceAll("|", "\\|")} |`);
  return [
    "# Faults",
    "",
    "Written by `npm run generate` from `src/faults`. A fault is used in a scenario as `{use: <id>, <parameter>: ...}`.",
    "",
    ...runnable,
    "# Causes",
    "",
    "What a diagnosis may name: every fault, and look-alikes that no fault makes yet.",
    "",
    "| id | the learner reads | what it is |",
    "|---|---|---|",
    ...offered,
    "",
  ].join("\n");
}

function checksPage({ checks }: Catalogue): string {
  const sections = checks
    .all()
    .map(({ id, summary, params }) => [`## ${id}`, "", summary, "", parameterTable(inScenario(toJson(params))), ""].join("\n"));
  return [
    "# Checks",
    "",
    "Written by `npm run generate` from `src/checks`. In a scenario the parameters stand under `with:` in kebab-case (`while-down`);",
    "`within` takes a duration such as `ttl+60s` and becomes `withinMs`; `mail` takes a mail's id, or a mail.",
    "",
    ...sections,
  ].join("\n");
}

/** The parameters as an author writes them. */
function inScenario(schema: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const spelled = (name: string): string =>
    name === "withinMs" ? "within" : name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const { properties = {}, required = [] } = schema as ObjectSchema;
  const renamed = Object.entries(properties).map(([name, value]) => {
    return [spelled(name), name === "withinMs" ? { ...value, type: "duration", ...milliseconds(value.default) } : value] as const;
  });
  return { properties: Object.fromEntries(renamed), required: required.map(spelled) };
}

function milliseconds(preset: unknown): { readonly default?: string } {
  return typeof preset === "number" ? { default: `${preset / 1000}s` } : {};
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, { readonly type?: string; readonly description?: string; readonly default?: unknown }>>;
  readonly required?: readonly string[];
}

function parameterTable(schema: Readonly<Record<string, unknown>>): string {
  const { properties = {}, required = [] } = schema as ObjectSchema;
  const rows = Object.entries(properties).map(([name, { type, description, default: preset }]) => {
    const need = preset !== undefined ? `\`${JSON.stringify(preset)}\` if left out` : required.includes(name) ? "required" : "optional";
    return `| ${name} | ${type ?? "see the schema"} | ${need} | ${description ?? ""} |`;
  });
  return rows.length === 0 ? "It takes no parameters." : ["| parameter | type | | |", "|---|---|---|---|", ...rows].join("\n");
}
