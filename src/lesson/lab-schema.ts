import { z } from "zod";
import { id, words } from "../scenario/schema-parts.ts";

const labId = z
  .string()
  .regex(/^\d\d-[a-z0-9]+(?:-[a-z0-9]+)*$/, "must be two digits and words joined by hyphens, such as 01-first-deliveries");

/** lab.yaml as an author writes it. */
export const labSchema = z
  .strictObject({
    id: labId.meta({ description: "The folder's name; the digits give the order." }),
    title: words,
    summary: words,
    steps: z
      .array(
        z.union([
          z.strictObject({ read: z.string().regex(/^[a-z0-9-]+\.md$/, "must name a Markdown file of the lab's folder") }),
          z.strictObject({ play: id.meta({ description: "A scenario's id." }) }),
        ]),
      )
      .min(1)
      .meta({ description: "Reading and scenarios, in order." }),
  })
  .meta({ title: "Maildrill lab", description: "A lesson path: scenarios in order, with reading between them." });

export type LabText = z.infer<typeof labSchema>;

/** JSON Schema for lab.yaml, for editors. */
export function labJsonSchema(): Record<string, unknown> {
  return z.toJSONSchema(labSchema, { io: "input" });
}
