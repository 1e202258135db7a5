import { type Problem, ProblemError, type Where } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";
import type { Effect, FileEffect, LinkEffect, ParameterEffect, RecordEdit, RecordEffect } from "../world/effect.ts";
import { type DaemonKind, type Host, type HostKey, hasDaemon, type Network, type World, withHost } from "../world/world.ts";
import { editZone } from "./bind/zone-edit.ts";
import { zoneFileOf } from "./bind/zone-file-of.ts";
import type { FileReader } from "./daemon.ts";
import { identityFiles } from "./identity-files.ts";
import { parseMainCf, setParameter } from "./postfix/main-cf.ts";
import { undoEdit } from "./undo-edit.ts";

/** The effects that are a change of one text file. Engines apply them live with `fileChange` and take them back with `undoChange`. */
export type TextEffect = FileEffect | ParameterEffect | RecordEffect;

/** `undefined` stands for no such file. */
export interface FileChange {
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

const MAIN_CF = "/etc/postfix/main.cf";

/** What a text effect does to the files as they are now. @throws ProblemError when there is no place for it */
export function fileChange(files: FileReader, effect: TextEffect): FileChange {
  switch (effect.effect) {
    case "file":
      return { path: effect.path, ...editFile(files.read(effect.path), effect) };
    case "parameter": {
      const before = demandText(files, effect.host, MAIN_CF);
      return { path: MAIN_CF, before, after: setParameter(before, effect.name, effect.value) };
    }
    case "record": {
      const path = demandZoneFile(files, effect);
      const before = demandText(files, effect.host, path);
      return { path, before, after: editZone(before, effect.zone, effect.edits) };
    }
  }
}

/**
 * Takes a text effect back, out of files that may have been edited since: what is no longer as the effect left it is a
 * Problem, everything else stays as it is now. A zone's serial goes up once more.
 * @param change what `fileChange` answered when the effect was applied
 */
export function undoChange(files: FileReader, effect: TextEffect, change: FileChange): FileChange | Problem {
  const { path } = change;
  const now = files.read(path);
  const undone = (after: string | undefined): FileChange => ({ path, before: now, after });
  const changed = changedSince("What the effect put here has been changed since; it was left as it is.", { host: effect.host, file: path });
  switch (effect.effect) {
    case "file": {
      if (now === change.after) return undone(change.before);
      if (now === undefined || change.before === undefined || change.after === undefined) return changed;
      const merged = undoEdit(change.before, change.after, now);
      return merged === undefined ? changed : undone(merged);
    }
    case "parameter": {
      if (now === change.after) return undone(change.before);
      if (now === undefined || valueIn(now, effect.name) !== effect.value) return changed;
      return undone(setParameter(now, effect.name, valueIn(change.before ?? "", effect.name)));
    }
    case "record": {
      if (now === undefined) return changed;
      try {
        return undone(editZone(now, effect.zone, effect.edits.toReversed().map(opposite)));
      } catch (error) {
        if (error instanceof ProblemError) return changed;
        throw error;
      }
    }
  }
}

/** The daemon that must read its files again after a text effect. */
export function reloadedBy(effect: TextEffect): DaemonKind | undefined {
  if (effect.effect === "parameter") return "postfix";
  return effect.effect === "record" ? "bind" : effect.reload;
}

/**
 * The world as it is after the effect. Starting it equals starting the world and applying the effect (a law).
 * @throws ProblemError when the world has no place for the effect
 */
export function compileEffect(world: World, effect: Effect): World {
  if (effect.effect === "time") return { ...world, startsAtMs: world.startsAtMs + effect.advanceMs };
  if (effect.effect === "link") return compileLink(world, effect);
  if (!world.hosts.some((host) => host.key === effect.host)) {
    const known = world.hosts.map((host) => host.key);
    throw new ProblemError(unknownId("host", effect.host, known));
  }
  return withHost(world, effect.host, (host) => compileOnHost(host, effect));
}

function compileLink(world: World, effect: LinkEffect): World {
  demandLine(world, effect);
  const { network, host, latencyMs, lossRatio } = effect;
  const change = { ...(latencyMs === undefined ? {} : { latencyMs }), ...(lossRatio === undefined ? {} : { lossRatio }) };
  const changed = (each: Network): Network => {
    if (host === undefined) return { ...each, ...change };
    const { lines = {}, latencyMs: itsLatencyMs, lossRatio: itsLossRatio } = each;
    const before = lines[host] ?? { latencyMs: itsLatencyMs, lossRatio: itsLossRatio };
    return { ...each, lines: { ...lines, [host]: { ...before, ...change } } };
  };
  return { ...world, networks: world.networks.map((each) => (each.key === network ? changed(each) : each)) };
}

function compileOnHost(host: Host, effect: Exclude<Effect, { effect: "time" | "link" }>): Host {
  switch (effect.effect) {
    case "file":
    case "parameter":
    case "record": {
      const daemon = reloadedBy(effect);
      if (daemon !== undefined) demandDaemon(host, daemon);
      const { path, after } = fileChange(filesOf(host), effect);
      const { [path]: _, ...others } = host.files;
      return { ...host, files: after === undefined ? others : { ...others, [path]: after } };
    }
    case "daemon": {
      demandDaemon(host, effect.daemon);
      const state = { stop: "stopped", start: "running", thaw: "running", freeze: "frozen", reload: undefined } as const;
      const wanted = state[effect.action];
      if (wanted === undefined) return host;
      const daemons = host.daemons.map((daemon) => (daemon.kind === effect.daemon ? { ...daemon, state: wanted } : daemon));
      return { ...host, daemons };
    }
    case "firewall":
      return { ...host, firewall: [effect.rule, ...host.firewall] };
    case "disk": {
      const path = diskHolding(
        host.disks.map((disk) => disk.path),
        effect.path,
      );
      return { ...host, disks: [...host.disks.filter((disk) => disk.path !== path), { path, freeBytes: effect.freeBytes }] };
    }
    case "mailbox": {
      const { effect: _kind, host: _key, ...content } = effect;
      return { ...host, mailboxes: [...host.mailboxes, content] };
    }
  }
}

/** The limited file system that holds a path; where none does, the path becomes one of its own. */
export function diskHolding(mountPoints: readonly string[], path: string): string {
  const holding = mountPoints.filter((point) => point === "/" || path === point || path.startsWith(`${point}/`));
  return holding.toSorted((left, right) => right.length - left.length)[0] ?? path;
}

/** A host's files before it starts. */
export function filesOf(host: Host): FileReader {
  const files: Readonly<Record<string, string>> = { ...identityFiles(host), ...host.files };
  return {
    read: (path) => (Object.hasOwn(files, path) ? files[path] : undefined),
    list(path) {
      const prefix = path.endsWith("/") ? path : `${path}/`;
      const below = Object.keys(files).filter((each) => each.startsWith(prefix));
      return [...new Set(below.map((each) => each.slice(prefix.length).split("/")[0] as string))].sort();
    },
  };
}

/** @throws ProblemError when the host has no such daemon */
export function demandDaemon(host: Host, kind: DaemonKind): void {
  if (hasDaemon(host, kind)) return;
  throw new ProblemError({ code: "no-such-daemon", message: `No ${kind} runs on this host.`, where: { host: host.key } });
}

/** @throws ProblemError when the world has no such network, or no such host on it */
export function demandLine({ networks, hosts }: World, { network, host }: Pick<LinkEffect, "network" | "host">): void {
  const known = networks.map((each) => each.key);
  if (!known.includes(network)) throw new ProblemError(unknownId("network", network, known));
  if (host === undefined) return;
  const onIt = hosts.filter(({ interfaces }) => interfaces.some((each) => each.network === network)).map(({ key }) => key);
  if (!onIt.includes(host)) throw new ProblemError(unknownId("host", host, onIt));
}

function editFile(before: string | undefined, { host, path, edit }: FileEffect): Omit<FileChange, "path"> {
  if ("write" in edit) return { before, after: edit.write };
  const text = before ?? "";
  if ("append" in edit) return { before, after: text + edit.append };
  if (before === undefined) throw new ProblemError(noFile(host, path));
  // An identity file follows from the host: gone means empty.
  if ("remove" in edit) return { before, after: Object.hasOwn(IDENTITY, path) ? "" : undefined };
  const places = text.split(edit.replace).length - 1;
  if (edit.replace === "" || places !== 1) {
    throw new ProblemError({
      code: "text-not-found",
      message: `The text to be replaced stands ${places === 0 ? "nowhere" : "more than once"} in this file: ${JSON.stringify(edit.replace)}.`,
      where: { host, file: path },
    });
  }
  return { before, after: text.replace(edit.replace, () => edit.by) };
}

const IDENTITY = { "/etc/hostname": true, "/etc/hosts": true, "/etc/resolv.conf": true } as const;

function opposite(edit: RecordEdit): RecordEdit {
  if ("add" in edit) return { remove: edit.add };
  return "remove" in edit ? { add: edit.remove } : { set: edit.was, was: edit.set };
}

/** The value that counts: that of the last entry. */
function valueIn(mainCf: string, name: string): string | undefined {
  return parseMainCf(mainCf, MAIN_CF).entries.findLast((entry) => entry.name === name)?.value;
}

function demandText(files: FileReader, host: HostKey, path: string): string {
  const text = files.read(path);
  if (text === undefined) throw new ProblemError(noFile(host, path));
  return text;
}

function demandZoneFile(files: FileReader, { host, zone }: RecordEffect): string {
  const path = zoneFileOf(files, zone);
  if (path === undefined) {
    throw new ProblemError({ code: "no-such-zone", message: `This host does not hold the master file of ${zone}.`, where: { host } });
  }
  return path;
}

function noFile(host: HostKey, path: string): Problem {
  return { code: "no-such-file", message: "There is no such file.", where: { host, file: path } };
}

/** Why an effect is not taken back: somebody has changed what it left. */
export function changedSince(message: string, where: Where): Problem {
  return { code: "changed-since", message, where, hint: "Mend it by hand." };
}
