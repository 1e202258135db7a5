import { ProblemError } from "../../../base/problem.ts";
import type { Effect } from "../../../world/effect.ts";
import type { AppliedEffect } from "../../../world/engine.ts";
import type { LiveRange } from "../live-range.ts";
import { tellDaemon } from "./daemon.ts";
import { fillDisk } from "./disk.ts";
import { addRule } from "./firewall.ts";
import { changeLink } from "./link.ts";
import { fillInbox } from "./mailbox.ts";
import { changeText } from "./text.ts";
import type { Undo } from "./undo.ts";

/** Applies an effect to a running range. @throws ProblemError when the range has no place for it, or the engine cannot do it */
export async function applyEffect(range: LiveRange, effect: Effect): Promise<AppliedEffect> {
  return { effect, revert: await act(range, effect) };
}

async function act(range: LiveRange, effect: Effect): Promise<Undo> {
  switch (effect.effect) {
    case "file":
    case "parameter":
    case "record":
      return changeText(range.host(effect.host), effect);
    case "daemon":
      return tellDaemon(range.host(effect.host), effect);
    case "firewall":
      return addRule(range, effect);
    case "link":
      return changeLink(range, effect);
    case "disk":
      return fillDisk(range.host(effect.host), effect);
    case "mailbox":
      return fillInbox(range.world, range.host(effect.host), effect);
    case "time":
      throw new ProblemError({
        code: "time-is-real",
        message: "On the docker engine time is the real one; it cannot be moved.",
        hint: "Wait, or use the embedded engine.",
      });
  }
}
