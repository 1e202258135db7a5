import { z } from "zod";

const zone = z.strictObject({
  name: z.string().min(1).meta({ description: "The zone, without the final dot; `.` is the root." }),
  file: z.string().min(1).meta({ description: "Its master file in /etc/bind." }),
  comment: z.string().meta({ description: "The file's first line." }),
  primary: z.string().meta({ description: "The SOA record's primary server, as it stands in the file." }),
  contact: z.string().meta({ description: "The SOA record's mailbox, as it stands in the file." }),
  serial: z.coerce.number().int().positive().default(2026112401).meta({ description: "Date-style: YYYYMMDDnn." }),
  records: z.array(z.array(z.string()).min(1)).meta({
    description: "Groups of `name type data` or directives; a blank line stands between two groups. `@` is the zone itself.",
  }),
});

/** What a world says about a name server. */
export const bindSettings = z.strictObject({
  comment: z.string().meta({ description: "The first line of named.conf." }),
  ttl: z.coerce.number().int().positive().default(60).meta({ description: "The TTL of every record, in seconds." }),
  options: z
    .record(z.string(), z.string())
    .default({})
    .meta({ description: 'Further lines of `options { }`, in order, as named.conf has them: {recursion: "no"}.' }),
  zones: z.array(zone).default([]),
  "root-hints": z.record(z.string(), z.string()).optional().meta({ description: "Name and address of each root server, for a resolver." }),
});

export type BindSettings = z.output<typeof bindSettings>;
export type ZoneSettings = z.output<typeof zone>;
