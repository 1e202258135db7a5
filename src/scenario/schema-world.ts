import { z } from "zod";
import { duration, guard, id, size, words } from "./schema-parts.ts";

const mailboxContent = z.strictObject({
  user: words.meta({ description: "The user as the host knows it: {user.local}." }),
  folder: words.optional().meta({ description: "The INBOX where it is not given." }),
  fill: size,
});

const host = z
  .strictObject({
    label: words.meta({ description: "The first label of its name: mx1." }),
    domain: words.meta({ description: "The rest of its name: {org.domain}." }),
    owner: id.meta({ description: "The organisation that runs it; the learner has shells on the hosts of org only." }),
    duties: z.array(words).min(1).meta({ description: "What it does, in an administrator's words." }),
    at: z
      .record(id, z.number().int().min(2).max(62))
      .meta({ description: "Network and offset from the network's first address; 1 is left to the container engine." }),
    nameservers: z.array(words).default([]).meta({ description: "Addresses for /etc/resolv.conf, in order." }),
    daemons: z.record(z.string(), z.record(z.string(), z.unknown())).default({}).meta({ description: "Daemon kind and its settings." }),
    files: z.record(z.string().startsWith("/"), z.string()).default({}).meta({ description: "Other files, by absolute path." }),
    mailboxes: z.array(mailboxContent).default([]).meta({ description: "Old, read mail that its mailboxes hold from the start." }),
  })
  .meta({ description: "A machine of the world." });

const variant = z
  .object({
    summary: words,
    without: z.array(id).default([]),
    "standing-guards": z
      .strictObject({ without: z.array(id) })
      .optional()
      .meta({ description: "Standing guards that have no meaning in this variant." }),
  })
  .catchall(z.record(z.string(), z.unknown()))
  .meta({ description: "A change to the world that scenarios may choose; every other key is a host." });

/** worlds/<name>.yaml as an author writes it. With `use` it is laid upon another world and may leave everything else out. */
export const worldSchema = z
  .strictObject({
    name: id,
    use: id.optional().meta({ description: "Another world that this one is laid upon." }),
    summary: words,
    ttl: duration.meta({ description: "The TTL of the zones; {world.ttl} in settings, ttl in durations." }),
    networks: z.record(id, z.strictObject({ latency: duration, loss: z.number().min(0).max(1).default(0) })),
    blocks: z
      .record(id, z.strictObject({ network: id, first: z.number().int().min(0).max(63), last: z.number().int().min(0).max(63) }))
      .default({})
      .meta({ description: "Parts of a network whose reverse zone is delegated (RFC 2317), by offsets." }),
    organisations: z.record(id, z.strictObject({ name: words, domain: words })),
    people: z.record(
      id,
      z.strictObject({
        name: words,
        local: z.string().regex(/^[a-z][a-z0-9.]*$/, "must be a local part in lower case"),
        organisation: id,
        mailbox: id.meta({ description: "The host that holds the mailbox." }),
        password: words,
      }),
    ),
    hosts: z.record(id, host).refine((hosts) => Object.keys(hosts).length <= 10, "may hold at most 10 hosts"),
    variants: z.record(id, variant).default({}),
    "standing-guards": z
      .array(guard.extend({ needs: z.array(id).default([]).meta({ description: "Hosts without which the guard has no meaning." }) }))
      .default([])
      .meta({ description: "Guards of every scenario in this world." }),
  })
  .meta({ title: "Maildrill world", description: "A mail internet: networks, hosts, daemons, people." });

export type WorldText = z.infer<typeof worldSchema>;
export type HostText = z.infer<typeof host>;
