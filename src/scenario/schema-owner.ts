import { z } from "zod";
import { duration, id, words } from "./schema-parts.ts";

const command = z.strictObject({
  on: id.meta({ description: "A host of that party." }),
  run: words.meta({ description: "A command line as it is typed there." }),
});

/** Somebody else's part of the world, and what its people do when the learner turns to them with evidence. */
export const owner = z
  .strictObject({
    party: id.meta({ description: "An organisation of the world other than the learner's." }),
    runs: words.meta({ description: "What is theirs; the learner reads it." }),
    wants: z.array(id).default([]).meta({ description: "Evidence of the diagnosis that convinces them; without any nothing does." }),
    after: duration.default("60s").meta({ description: "How long they take, on the range's clock." }),
    does: z.array(command).default([]).meta({ description: "What they do once convinced, on hosts of theirs." }),
    says: words.optional().meta({ description: "What they write back when it is done." }),
    otherwise: words.meta({ description: "What they write back when what they were shown does not convince them." }),
  })
  .refine(({ wants, does, says }) => new Set([wants.length > 0, does.length > 0, says !== undefined]).size === 1, {
    error: "must have wants, does and says together, or none of them",
  })
  .meta({ description: "A party that the learner can escalate to; every other organisation answers that it works for them." });

export type OwnerText = z.infer<typeof owner>;
