import type { Machine } from "../../machine.ts";
import type { SimulatedDaemon } from "../../simulated-daemon.ts";
import { postcat } from "./commands/postcat.ts";
import { postfix as postfixCommand } from "./commands/postfix.ts";
import { postlog } from "./commands/postlog.ts";
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
  commands: [mailq, postcat, postfixCommand, postlog, postqueue, postsuper, qshape, sendmail],
};
