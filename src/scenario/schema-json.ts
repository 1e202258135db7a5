import { z } from "zod";
import type { Catalogue } from "./load-catalogue.ts";
import { scenarioSchema } from "./schema-scenario.ts";
import { worldSchema } from "./schema-world.ts";

type Json = { [key: string]: unknown };

/** JSON Schema for scenario.yaml, for editors: a fault's parameters and the known checks and causes included. */
export function scenarioJsonSchema({ faults, checks, causes }: Catalogue): Json {
  const schema = toJson(scenarioSchema);
  const properties = schema.properties as Record<string, Json>;
  const fault = { anyOf: faults.all().map(({ id, summary, params }) => withUse(id, summary, toJson(params))) };
  properties.faults = { ...properties.faults, items: fault };
  narrow(
    schema,
    "check",
    checks.all().map(({ id, summary }) => ({ const: id, description: summary })),
  );
  narrow(
    schema,
    "cause",
    causes.all().map(({ id, title }) => ({ const: id, description: title })),
  );
  return schema;
}

/** JSON Schema for a world file, the settings of each daemon kind included. */
export function worldJsonSchema({ daemons, checks }: Catalogue): Json {
  const schema = toJson(worldSchema);
  const settings = Object.fromEntries(
    daemons.all().map(({ id, summary, settings }) => [id, { description: summary, ...toJson(settings) }]),
  );
  const hosts = (schema.properties as Record<string, Json>).hosts as Json;
  const host = hosts.additionalProperties as { properties: Record<string, Json> };
  const { propertyNames: _names, ...rest } = host.properties.daemons ?? {};
  host.properties.daemons = { ...rest, properties: settings, additionalProperties: false };
  narrow(
    schema,
    "check",
    checks.all().map(({ id, summary }) => ({ const: id, description: summary })),
  );
  return schema;
}

/** A zod schema as JSON Schema of what an author writes. The one for the whole names its draft; parts do not. */
export function toJson(schema: z.ZodType): Json {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as Json;
}

function withUse(id: string, summary: string, params: Json): Json {
  const { $schema: _draft, ...rest } = params;
  const properties = { use: { const: id }, ...(rest.properties as Json) };
  const required = ["use", ...((rest.required as string[] | undefined) ?? [])];
  return { description: summary, ...rest, properties, required };
}

/** Gives every property of this name the choice of known words. */
function narrow(node: unknown, property: string, choices: readonly Json[]): void {
  if (Array.isArray(node)) for (const item of node) narrow(item, property, choices);
  if (typeof node !== "object" || node === null) return;
  const properties = (node as { properties?: Record<string, Json> }).properties;
  const found = properties?.[property];
  if (properties !== undefined && found?.type === "string") {
    properties[property] = { anyOf: choices, ...(found.description === undefined ? {} : { description: found.description }) };
  }
  for (const value of Object.values(node)) narrow(value, property, choices);
}
