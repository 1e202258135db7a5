import type { Machine } from "../../machine.ts";
import type { SimulatedDaemon } from "../../simulated-daemon.ts";
import { withLoggedComplaints } from "./commands/logged-complaints.ts";
import { newaliases } from "./commands/newaliases.ts";
import { postalias } from "./commands/postalias.ts";
import { postcat } from "./commands/postcat.ts";
import { postconf } from "./commands/postconf.ts";
import { postfix as postfixCommand } from "./commands/postfix.ts";
import { postlog } from "./commands/postlog.ts";
import { postmap } from "./commands/postmap.ts";
import { mailq, postqueue } from "./commands/postqueue.ts";
import { postsuper } from "./commands/postsuper.ts";
import { qshape } from "./commands/qshape.ts";
import { sendmail } from "./commands/sendmail.ts";
import { Master, type PostfixMemory } from "./master.ts";
import { compileMissingTables } from "./missing-tables.ts";

/** Postfix 3.7 as Debian 12 ships it. */
export const postfix: SimulatedDaemon = {
  kind: "postfix",
  start(machine: Machine, memory?: unknown) {
    if (memory === undefined) compileMissingTables(machine.files);
    return new Master(machine, memory as PostfixMemory | undefined);
  },
  commands: [
    ...[mailq, postqueue, sendmail].map(withLoggedComplaints),
    ...[newaliases, postalias, postcat, postconf, postfixCommand, postlog, postmap, postsuper, qshape],
  ],
};
