import { z } from "zod";
import type { ResolveAnswer } from "../world/question.ts";
import type { HostKey } from "../world/world.ts";
import type { Check } from "./check.ts";

export interface ResolvesParams {
  readonly from: HostKey;
  readonly server?: string;
  readonly name: string;
  readonly type: string;
  /** Data in presentation format that must all be there. */
  readonly contains: readonly string[];
}

/** A name resolves from a host as others depend on it. */
export const resolves: Check<ResolvesParams> = {
  id: "resolves",
  summary: "A name resolves from a host, with the data that others depend on.",
  params: z.strictObject({
    from: z.string(),
    server: z.string().exactOptional(),
    name: z.string(),
    type: z.string(),
    contains: z.array(z.string()).readonly().default([]),
  }),
  needs: ({ from, server, name, type }) => [{ ask: "resolve", from, name, type, ...(server === undefined ? {} : { server }) }],
  judge: ({ name, type, contains }, answers) => {
    const { status, records } = answers[0] as ResolveAnswer;
    const shown = records.map((record) => `${record.name} ${record.ttlSeconds} IN ${record.type} ${record.data}`).join("\n");
    const evidence = [{ kind: "answer", text: shown === "" ? `${name} ${type}: ${status}` : shown } as const];
    if (status !== "NOERROR") return { status: "fail", says: `${name} ${type} does not resolve: ${status}.`, evidence };
    const missing = contains.find((data) => !records.some((record) => record.data === data));
    if (missing !== undefined) return { status: "fail", says: `${name} ${type} lacks ${missing}.`, evidence };
    return { status: "pass", says: `${name} ${type} resolves.`, evidence };
  },
};
