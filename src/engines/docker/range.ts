import { ProblemError } from "../../base/problem.ts";
import type { Range } from "../../world/engine.ts";
import { removeRange } from "./containers.ts";
import { applyEffect } from "./effects/apply.ts";
import { tellDaemon } from "./effects/daemon.ts";
import { fillDisk } from "./effects/disk.ts";
import { restoreFilter } from "./effects/firewall.ts";
import { putInForce } from "./effects/link.ts";
import { engineProblem } from "./engine-problem.ts";
import { createLiveRange, type LiveRange, type LiveRangeParts, wait } from "./live-range.ts";
import { answer } from "./questions/question-handlers.ts";
import { putMark } from "./standing.ts";
import { openTerminal } from "./terminal.ts";

/** A range that was just started. Brings what is not in files into the state that the world says. */
export async function createRange(parts: LiveRangeParts): Promise<Range> {
  const live = createLiveRange(parts);
  await setTheStage(live);
  return rangeOf(live);
}

/** The engine port's face of a live range. */
export function rangeOf(live: LiveRange): Range {
  const letGo = (): void => {
    live.ending.abort();
    live.hostLines.leave();
    for (const host of live.hosts) host.leave();
  };
  let terminals = 0;
  return {
    engine: "docker",
    world: live.world,
    apply: (effect) => applyEffect(live, effect),
    ask: (question) => answer(live, question),
    run: (host, commandLine, options) => live.host(host).run(commandLine, options),
    terminal: async (host, size) => openTerminal(live.docker, live.host(host).container, size, `t${++terminals}`),
    lines: () => live.log.lines(),
    follow: (listener) => live.log.follow(listener),
    time: { now: () => Date.now(), advance: (durationMs) => wait(live, durationMs), jumps: false },
    async down() {
      letGo();
      await removeRange(live.docker, live.plan.range.id).catch((error: unknown) => {
        throw new ProblemError(engineProblem(error));
      });
    },
    keepFor: (session) =>
      putMark(live.docker, live.plan.range, session).catch((error: unknown) => {
        throw new ProblemError(engineProblem(error));
      }),
    leave: async () => letGo(),
  };
}

/** Packet filters, lines, full disks and frozen daemons; a range in good order has none of them, and needs no sidecar. */
async function setTheStage(range: LiveRange): Promise<void> {
  for (const { key, firewall, disks } of range.world.hosts) {
    if (firewall.length > 0) await restoreFilter(range, key);
    for (const disk of disks) await fillDisk(range.host(key), disk);
  }
  for (const { key } of range.world.networks) await putInForce(range, key);
  for (const host of range.hosts) {
    for (const daemon of host.plan.frozen) await tellDaemon(host, { effect: "daemon", host: host.plan.host, daemon, action: "freeze" });
  }
}
