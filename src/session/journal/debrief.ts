import type { JournalEntry } from "./entry.ts";
import { workBetween } from "./score.ts";

/** One step on the learner's way, as told in the debrief. */
export interface PathStep {
  /** Milliseconds of work since the beginning. */
  readonly afterMs: number;
  readonly kind: "command" | "pin" | "hint" | "claim" | "check" | "range";
  readonly text: string;
}

/** The way that a learner went: a fold over one session's entries. Pure. */
export function pathOf(entries: readonly JournalEntry[]): PathStep[] {
  const steps: PathStep[] = [];
  const unfinished = new Map<string, string>();
  let afterMs = 0;
  let previous: JournalEntry | undefined;
  for (const entry of entries) {
    // What an instructor does in the range is no part of it.
    if (entry.actor === "instructor") continue;
    afterMs += workBetween(previous, entry);
    previous = entry;
    if (entry.event.type !== "typed") {
      const step = stepOf(entry.event);
      if (step !== undefined) steps.push({ afterMs, ...step });
      continue;
    }
    const { host, input } = entry.event;
    const lines = ((unfinished.get(host) ?? "") + input).split("\r");
    unfinished.set(host, lines.pop() ?? "");
    for (const line of lines.map(asMeant)) if (line !== "") steps.push({ afterMs, kind: "command", text: `${host}# ${line}` });
  }
  return steps;
}

function stepOf(event: JournalEntry["event"]): Omit<PathStep, "afterMs"> | undefined {
  switch (event.type) {
    case "ran":
      return { kind: "command", text: `${event.host}# ${event.line}` };
    case "pin":
      return {
        kind: "pin",
        text: `${event.pinned.on}: ${event.pinned.command || "a screen"}${event.pinned.doubt === undefined ? "" : " (as a note)"}`,
      };
    case "hint":
      return { kind: "hint", text: `hint ${event.index + 1}` };
    case "commit":
      return { kind: "claim", text: `${event.cause} at ${event.place}` };
    case "diagnosed":
      return { kind: "claim", text: event.says };
    case "escalated":
      return { kind: "claim", text: `wrote to ${event.party}: ${event.says}` };
    case "judged": {
      const failed = event.items.filter(({ status }) => status !== "pass").map(({ id }) => id);
      return { kind: "check", text: event.solved ? "all of it holds" : `not yet: ${failed.join(", ")}` };
    }
    case "reset":
      return { kind: "range", text: "begun again" };
    case "engine-failed":
      return { kind: "range", text: `the engine lost the range: ${event.message}` };
    case "resumed":
      return { kind: "range", text: "taken up again" };
    default:
      return undefined;
  }
}

/** A typed line after rubbing out; other editing keys leave no text. */
function asMeant(typed: string): string {
  let line = "";
  for (const key of typed.replaceAll(/\x1b(\[[\d;]*[ -/]*[@-~]|.)/gs, "")) {
    if (key === "\x7f" || key === "\b") line = line.slice(0, -1);
    else if (key === "\x03" || key === "\x15") line = "";
    else if (key >= " ") line += key;
  }
  return line.trim();
}
