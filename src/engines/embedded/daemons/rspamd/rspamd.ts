import type { SimulatedDaemon } from "../../simulated-daemon.ts";
import { rspamadm } from "./commands/rspamadm.ts";
import { rspamc } from "./commands/rspamc.ts";
import { Filter, type FilterMemory } from "./filter.ts";

/** Rspamd on the embedded engine: the milter, SPF, DKIM, DMARC, multimap, Authentication-Results. */
export const simulatedRspamd: SimulatedDaemon = {
  kind: "rspamd",
  start: (machine, memory) => new Filter(machine, memory as FilterMemory | undefined),
  commands: [rspamadm, rspamc],
};
