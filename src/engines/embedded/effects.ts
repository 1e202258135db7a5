import { isDeepStrictEqual } from "node:util";
import type { Problem } from "../../base/problem.ts";
import {
  changedSince,
  demandDaemon,
  demandLine,
  diskHolding,
  fileChange,
  reloadedBy,
  type TextEffect,
  undoChange,
} from "../../daemons/effects.ts";
import type { DaemonEffect, DiskEffect, Effect, FirewallEffect, LinkEffect, MailboxEffect } from "../../world/effect.ts";
import type { AppliedEffect } from "../../world/engine.ts";
import type { LiveRange } from "./live-range.ts";
import type { Machine, Services } from "./machine.ts";
import { fillMailbox } from "./mailbox-fill.ts";

/** Undoes one effect; a Problem where the range is no longer as the effect left it. */
type Undo = () => Problem | undefined;

/** Applies an effect to a running range. @throws ProblemError when the range has no place for it */
export async function applyEffect(range: LiveRange, effect: Effect): Promise<AppliedEffect> {
  const undo = effect.effect === "time" ? await passTime(range, effect.advanceMs) : applyAtOnce(range, effect);
  await range.clock.settle();
  return {
    effect,
    async revert() {
      const problem = undo();
      await range.clock.settle();
      return problem;
    },
  };
}

function applyAtOnce(range: LiveRange, effect: Exclude<Effect, { effect: "time" }>): Undo {
  switch (effect.effect) {
    case "file":
    case "parameter":
    case "record":
      return changeFile(range.machine(effect.host), effect);
    case "daemon":
      return tellDaemon(range.machine(effect.host), effect);
    case "firewall":
      return addRule(range.machine(effect.host), effect);
    case "link":
      return changeLink(range, effect);
    case "disk":
      return fillDisk(range.machine(effect.host), effect);
    case "mailbox":
      return fillInbox(range, effect);
  }
}

async function passTime(range: LiveRange, advanceMs: number): Promise<Undo> {
  await range.clock.advance(advanceMs);
  return () => ({
    code: "time-runs-forward",
    message: "Time that has passed cannot be taken back.",
    hint: "Go back to a snapshot of the range.",
  });
}

function changeFile(machine: Machine, effect: TextEffect): Undo {
  const { files, services } = machine;
  const daemon = reloadedBy(effect);
  if (daemon !== undefined) demandDaemon(machine.host, daemon);
  const put = (path: string, text: string | undefined): void => {
    if (text !== undefined) files.write(path, text);
    else if (files.exists(path)) files.remove(path);
    if (daemon !== undefined) services.reload(daemon);
  };
  const change = fileChange(files, effect);
  put(change.path, change.after);
  return () => {
    const undone = undoChange(files, effect, change);
    if ("code" in undone) return undone;
    put(undone.path, undone.after);
    return undefined;
  };
}

function tellDaemon(machine: Machine, { daemon, action }: DaemonEffect): Undo {
  demandDaemon(machine.host, daemon);
  const { services } = machine;
  const before = services.state(daemon);
  services[action](daemon);
  const after = services.state(daemon);
  if (before === after) return () => undefined;
  return () => {
    if (services.state(daemon) !== after)
      return changedSince(`The ${daemon} is no longer ${after}; it was left as it is.`, { host: machine.key });
    bringTo(services, daemon, before);
    return undefined;
  };
}

function bringTo(services: Services, daemon: DaemonEffect["daemon"], state: ReturnType<Services["state"]>): void {
  if (state === "stopped" || state === "failed") {
    services.stop(daemon);
    return;
  }
  services.start(daemon);
  if (state === "frozen") services.freeze(daemon);
  else services.thaw(daemon);
}

/** The rule goes first, so that it decides. */
function addRule(machine: Machine, { rule }: FirewallEffect): Undo {
  const { packetFilter } = machine;
  packetFilter.replace([rule, ...packetFilter.rules()]);
  return () => {
    const rules = packetFilter.rules();
    const at = rules.findIndex((each) => isDeepStrictEqual(each, rule));
    if (at === -1) return changedSince("The packet filter no longer has this rule.", { host: machine.key });
    packetFilter.replace(rules.toSpliced(at, 1));
    return undefined;
  };
}

function changeLink({ wire: { lines }, world }: LiveRange, effect: LinkEffect): Undo {
  demandLine(world, effect);
  const { network, host, latencyMs, lossRatio } = effect;
  const hadOwn = host !== undefined && lines.isOwn(network, host);
  const before = lines.get(network, host);
  const after = { latencyMs: latencyMs ?? before.latencyMs, lossRatio: lossRatio ?? before.lossRatio };
  lines.set(network, host, after);
  return () => {
    const now = lines.get(network, host);
    const changed = (latencyMs !== undefined && now.latencyMs !== latencyMs) || (lossRatio !== undefined && now.lossRatio !== lossRatio);
    if (changed) return { code: "changed-since", message: `The line of ${host ?? network} has been changed since; it was left as it is.` };
    const reverted = {
      latencyMs: latencyMs === undefined ? now.latencyMs : before.latencyMs,
      lossRatio: lossRatio === undefined ? now.lossRatio : before.lossRatio,
    };
    const isAsItsNetwork = host !== undefined && !hadOwn && isDeepStrictEqual(reverted, before);
    lines.set(network, host, isAsItsNetwork ? undefined : reverted);
    return undefined;
  };
}

/** Taking it back frees what the effect took; what was written or deleted since stays counted. */
function fillDisk(machine: Machine, { path, freeBytes }: DiskEffect): Undo {
  const { files } = machine;
  const mounts = files.disks();
  const mountPoint = diskHolding(
    mounts.map((disk) => disk.mountPoint),
    path,
  );
  const before = mounts.find((disk) => disk.mountPoint === mountPoint)?.freeBytes;
  files.limitDisk(mountPoint, freeBytes);
  return () => {
    const now = files.disks().find((disk) => disk.mountPoint === mountPoint)?.freeBytes;
    if (now === undefined) return changedSince(`${mountPoint} has no limit any more.`, { host: machine.key });
    files.limitDisk(mountPoint, before === undefined ? undefined : before + (now - freeBytes));
    return undefined;
  };
}

/** Taking it back removes those of the messages that are still there, read or not. */
function fillInbox(range: LiveRange, { host, ...content }: MailboxEffect): Undo {
  const machine = range.machine(host);
  const stored = fillMailbox(machine.files, range.world, machine.host, content);
  return () => {
    for (const path of stored) removeMessage(machine, path);
    return undefined;
  };
}

/** A message that was opened moved from new/ to cur/ and carries flags. */
function removeMessage({ files }: Machine, path: string): void {
  const [, maildir = "", base = ""] = /^(.*)\/(?:new|cur)\/([^:]*)/.exec(path) ?? [];
  for (const place of ["new", "cur"]) {
    const folder = `${maildir}/${place}`;
    for (const name of files.list(folder)) if (name.split(":")[0] === base) files.remove(`${folder}/${name}`);
  }
}
