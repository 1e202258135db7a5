import { describe, expect, test } from "vitest";
import { catalogue } from "../../src/scenario/catalogue.ts";
import { referencePages } from "../../tools/reference-pages.ts";

const documents = referencePages(catalogue);
const schema = (name: string) => JSON.parse(documents[`docs/reference/${name}.schema.json`] ?? "null");

describe("schemas for editors", () => {
  test.each(["scenario", "world", "lab"])("%s has a draft, a title, and refuses keys it does not know", (name) => {
    expect(schema(name)).toMatchObject({
      $schema: "https://json-schema.org/draft/2020-12/schema",
      type: "object",
      additionalProperties: false,
    });
    expect(schema(name).title).toContain("Maildrill");
  });

  test("the scenario's offers each fault with its parameters, each check and each cause", () => {
    const { properties } = schema("scenario");
    const fault = properties.faults.items.anyOf.find(
      (each: { properties: { use: { const: string } } }) => each.properties.use.const === "mx-wrong-order",
    );
    expect(fault).toMatchObject({ required: ["use", "zone", "swap"], additionalProperties: false });
    const words = (choices: readonly { const: string }[]): string[] => choices.map((choice) => choice.const);
    expect(words(properties.guards.items.properties.check.anyOf)).toEqual(catalogue.checks.ids);
    expect(words(properties.diagnosis.properties.cause.anyOf)).toEqual(catalogue.causes.ids);
  });

  test("the world's knows the settings of each daemon kind", () => {
    const { daemons } = schema("world").properties.hosts.additionalProperties.properties;
    expect(Object.keys(daemons.properties)).toEqual(catalogue.daemons.ids);
    expect(daemons.properties.postfix.properties).toHaveProperty("relays-to");
    expect(daemons.additionalProperties).toBe(false);
  });

  test("what has a default may be left out", () => {
    expect(schema("scenario").required).not.toContain("guards");
    expect(schema("scenario").required).toEqual(expect.arrayContaining(["id", "codename", "world", "solutions"]));
  });
});

test("the pages of reference name every fault, cause and check", () => {
  for (const id of [...catalogue.faults.ids, ...catalogue.causes.ids]) expect(documents["docs/reference/faults.md"]).toContain(id);
  for (const id of catalogue.checks.ids) expect(documents["docs/reference/checks.md"]).toContain(`## ${id}\n`);
});
