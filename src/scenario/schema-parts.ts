import { z } from "zod";
import { durationPattern, sizePattern } from "../base/quantity.ts";

/** Words that scenario, world and lab files share. */

export const idPattern = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

export const id = z
  .string()
  .regex(idPattern, "must be lower case words joined by hyphens, such as big-arrives")
  .meta({ description: "Lower case words joined by hyphens." });

/** A text a person reads; it may hold placeholders such as {org.domain}. */
export const words = z.string().trim().min(1);

export const duration = z
  .string()
  .regex(durationPattern, "must be a duration such as 60s, 5m, ttl or ttl+60s")
  .meta({ description: "A duration: 20ms, 60s, 5m, 4h, 5d; ttl is the TTL of the zones; ttl+60s is a sum." });

export const size = z
  .string()
  .regex(sizePattern, "must be a size such as 4MB, 20kB or 300B")
  .meta({ description: "A size: 300B, 20kB, 4MB (decimal), 512KiB, 2MiB (binary)." });

/** A date and time in UTC, `2026-11-30T08:00:00Z`. */
export const instant = z.iso.datetime({ error: "must be a date and time in UTC, such as 2026-11-30T08:00:00Z" });

export const mail = z
  .strictObject({
    id,
    from: words.meta({ description: "The envelope sender; must be the address of a person of the world, or an address with from-host." }),
    to: z.union([words, z.array(words).min(1)]),
    "from-host": id.optional().meta({ description: "The host whose users hand it in; the sender's mail host where it is not given." }),
    subject: words.optional(),
    text: words.optional(),
    size: size.optional(),
    headers: z.array(words).optional(),
  })
  .meta({ description: "A mail that is sent while the learner looks; checks and questions name it by its id." });

export type MailText = z.infer<typeof mail>;

export const guard = z
  .strictObject({
    id,
    check: id.meta({ description: "What is asked and judged; see the reference of checks." }),
    with: z.record(z.string(), z.unknown()).default({}).meta({ description: "The check's parameters, in kebab-case." }),
    says: words.meta({ description: "What the learner is told when it does not hold any more." }),
  })
  .meta({ description: "What must stay true while the learner works." });

export type GuardText = z.infer<typeof guard>;
