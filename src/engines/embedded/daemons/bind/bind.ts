import type { SimulatedDaemon } from "../../simulated-daemon.ts";
import { namedCheckconf } from "./commands/named-checkconf.ts";
import { namedCheckzone } from "./commands/named-checkzone.ts";
import { namedCommand } from "./commands/named-command.ts";
import { rndc } from "./commands/rndc.ts";
import { Named } from "./named.ts";

/** BIND 9.18 as Debian 12 ships it. */
export const simulatedBind: SimulatedDaemon = {
  kind: "bind",
  start: (machine, memory) => new Named(machine, memory),
  commands: [namedCommand, rndc, namedCheckzone, namedCheckconf],
};
