import type { Problem } from "../../base/problem.ts";
import type { EngineInfo } from "./client.ts";

/** One thing that was looked at. */
export interface Finding {
  readonly about: string;
  readonly status: "ok" | "warning" | "problem";
  readonly says: string;
  /** What to do; with everything that is not `ok`. */
  readonly hint?: string;
}

/** What was measured on an engine. What could not be found out is undefined. */
export interface EngineFacts {
  readonly about: EngineInfo;
  /** Why the engine cannot be used at all. */
  readonly refusal: Problem | undefined;
  readonly missingImages: readonly string[] | undefined;
  readonly freeDiskBytes: number | undefined;
  /** How many more ranges find free address blocks. */
  readonly roomForRanges: number | undefined;
  readonly limits: { readonly memory: boolean; readonly processes: boolean };
  /** What the engine complains of about its own host. */
  readonly warnings: readonly string[];
  readonly freeMemoryBytes: number | undefined;
  readonly ranges: { readonly alive: number; readonly orphaned: number } | undefined;
}

const MiB = 1024 * 1024;
const GiB = 1024 * MiB;
/** What a range of ten hosts holds in memory. */
const rangeBytes = 230 * MiB;
/** All images together, with what building them takes on the way. */
const buildBytes = 3 * GiB;

/** Everything there is to say about an engine that answers, all at once. */
export function judgeEngine(facts: EngineFacts): Finding[] {
  return [engine(facts), images(facts), disk(facts), addresses(facts), limits(facts), memory(facts), leftovers(facts)].flatMap(
    (finding) => finding ?? [],
  );
}

/** Why an engine could not be asked, as the only finding. */
export function unreachable({ message, hint }: Problem): Finding[] {
  return [{ about: "engine", status: "problem", says: message, ...(hint === undefined ? {} : { hint }) }];
}

function engine({ about, refusal, warnings }: EngineFacts): Finding {
  if (refusal !== undefined) return unreachable(refusal)[0] as Finding;
  const says = `${about.product} ${about.version}, API ${about.apiVersion}, ${about.architecture}, ${about.cpus} processors`;
  const serious = warnings.filter((warning) => /no (memory|pids|cpu cfs)/i.test(warning));
  if (serious.length === 0) return { about: "engine", status: "ok", says };
  return {
    about: "engine",
    status: "warning",
    says: `${says}; it says: ${serious.join("; ")}`,
    hint: "Turn these on in the engine's kernel.",
  };
}

function images({ missingImages: missing }: EngineFacts): Finding | undefined {
  if (missing === undefined) return undefined;
  if (missing.length === 0) return { about: "images", status: "ok", says: "all there" };
  const hint = "maildrill images build builds them (the first `up` does it by itself); maildrill images load FILE takes them from a file.";
  return { about: "images", status: "warning", says: `missing: ${missing.join(", ")}`, hint };
}

function disk({ freeDiskBytes: free, missingImages: missing }: EngineFacts): Finding | undefined {
  if (free === undefined) return undefined;
  const says = `${inGiB(free)} GiB free where the engine keeps its data`;
  const hint = "`docker system df` shows what uses it, `docker system prune` frees it.";
  if (free < GiB / 2) return { about: "disk", status: "problem", says, hint };
  const needed = missing !== undefined && missing.length > 0 ? buildBytes : GiB;
  return free < needed ? { about: "disk", status: "warning", says, hint } : { about: "disk", status: "ok", says };
}

function addresses({ roomForRanges: room }: EngineFacts): Finding | undefined {
  if (room === undefined) return undefined;
  const says = `free blocks for ${room} ${room === 1 ? "range" : "ranges"}`;
  if (room > 3) return { about: "addresses", status: "ok", says };
  const hint = "End ranges (maildrill down --all), or remove networks that nobody uses (docker network prune).";
  return { about: "addresses", status: room === 0 ? "problem" : "warning", says, hint };
}

function limits({ about, limits: { memory: memoryLimit, processes } }: EngineFacts): Finding {
  const missing = [...(memoryLimit ? [] : ["memory"]), ...(processes ? [] : ["processes"])];
  const says = `cgroup version ${about.cgroupVersion}`;
  if (missing.length === 0) return { about: "limits", status: "ok", says: `${says}, memory and processes can be limited` };
  const hint = "A runaway program in a range can slow down the whole machine; turn these controllers on in its kernel.";
  return { about: "limits", status: "warning", says: `${says}, no limit of ${missing.join(" and ")}`, hint };
}

function memory({ about, freeMemoryBytes }: EngineFacts): Finding | undefined {
  const bytes = freeMemoryBytes ?? about.memoryBytes;
  if (bytes === 0) return undefined;
  const room = Math.floor(bytes / rangeBytes);
  const says = `${inGiB(bytes)} GiB ${freeMemoryBytes === undefined ? "in all" : "available"}; a range of ten hosts takes ${rangeBytes / MiB} MiB`;
  if (room >= 2) return { about: "memory", status: "ok", says };
  const hint = "End other programs or ranges, or give Docker more memory.";
  return { about: "memory", status: room === 0 ? "problem" : "warning", says, hint };
}

function leftovers({ ranges }: EngineFacts): Finding | undefined {
  if (ranges === undefined) return undefined;
  const says = `${ranges.alive} running, ${ranges.orphaned} left behind by processes that are gone`;
  if (ranges.orphaned === 0) return { about: "ranges", status: "ok", says };
  return { about: "ranges", status: "warning", says, hint: "The next start clears them away; maildrill down --all does it now." };
}

function inGiB(bytes: number): string {
  return (bytes / GiB).toFixed(1);
}
