import type { Engine } from "../../world/engine.ts";
import { simulatedBind } from "./daemons/bind/bind.ts";
import { simulatedDovecot } from "./daemons/dovecot/dovecot.ts";
import { postfix } from "./daemons/postfix/postfix.ts";
import { simulatedRspamd } from "./daemons/rspamd/rspamd.ts";
import { createEmbeddedEngine, type EmbeddedEngineParts } from "./engine.ts";
import { answerDialogue } from "./questions/dialogue.ts";
import { answerFile } from "./questions/file.ts";
import { answerMailbox } from "./questions/mailbox.ts";
import { answerQueue } from "./questions/queue.ts";
import { answerResolve } from "./questions/resolve.ts";
import { answerSend } from "./questions/send.ts";
import { createShell } from "./shell/bash.ts";
import { shellCommands } from "./shell/commands.ts";

/** The embedded engine with everything that this build simulates. */
export function openEmbeddedEngine(): Engine {
  return createEmbeddedEngine(standardParts());
}

/** Everything that this build simulates. */
export function standardParts(): EmbeddedEngineParts {
  return {
    daemons: [simulatedBind, simulatedDovecot, postfix, simulatedRspamd],
    // What a daemon's package brings along comes before the shell's own command of that name.
    shell: (machine, commands) =>
      createShell(machine, new Map([...shellCommands.map((command) => [command.name, command] as const), ...commands])),
    questions: {
      send: answerSend,
      dialogue: answerDialogue,
      resolve: answerResolve,
      mailbox: answerMailbox,
      queue: answerQueue,
      file: answerFile,
    },
  };
}
