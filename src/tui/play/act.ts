import { ProblemError } from "../../base/problem.ts";
import type { PlaySession } from "../../session/play-session.ts";
import type { Panel } from "../panel/panel.ts";
import type { Deed, SessionDeed } from "./deed.ts";
import { count, goalsText, marks, text } from "./panels.ts";

/** What comes of a deed: a panel to read, or a line at the bottom. */
export interface Outcome {
  readonly panel?: Panel<Deed>;
  readonly notice?: string;
}

/** Said while it is under way: these ask the range, which may take its time. */
export const busyWords: Partial<Record<Deed["do"], string>> = {
  check: "Checking",
  escalate: "Waiting for an answer",
  wait: "Time passes",
  reset: "Building everything anew",
  rebuild: "Building everything anew",
};

/** Does it. What is wrong with it is told, never thrown. */
export async function act(session: PlaySession, deed: SessionDeed): Promise<Outcome> {
  try {
    return await done(session, deed);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    // An engine that failed has a panel of its own.
    if (session.view().state === "stranded") return {};
    const [problem] = error.problems;
    return { panel: text("That did not work", [problem?.message ?? error.message, problem?.hint ?? ""].join("\n\n")) };
  }
}

async function done(session: PlaySession, deed: SessionDeed): Promise<Outcome> {
  switch (deed.do) {
    case "begin":
      await session.begin();
      return {};
    case "pin":
      return pinned(session);
    case "hint":
      return hinted(session);
    case "go":
      await session.goTo(deed.host);
      return {};
    case "diagnose":
      return diagnosed(session, deed);
    case "answer":
      session.answer(deed.objective, deed.text);
      return { notice: "Noted. F7 checks whether it is right." };
    case "escalate":
      return escalated(session, deed.party);
    case "check":
      return checked(session);
    case "wait": {
      const nowMs = await session.jump(deed.durationMs);
      return { notice: `It is ${new Date(nowMs).toISOString().slice(11, 16)} now.` };
    }
    case "reset":
      await session.reset();
      await session.begin();
      return { notice: "Everything is as it was at the beginning." };
    case "rebuild":
      await session.rebuild();
      await session.begin();
      return { notice: "The hosts are back." };
    case "reply":
      session.reply(deed.text);
      return {};
    case "give-up":
      session.giveUp();
      return {};
  }
}

function pinned(session: PlaySession): Outcome {
  const pin = session.pin();
  if (pin === undefined) return { notice: "The last command printed nothing that could be pinned." };
  if (pin.doubt !== undefined) return { notice: `Pinned as a note. It proves nothing: ${pin.doubt}.` };
  const lines = pin.proofs.filter(({ kind }) => kind === "line").length;
  return { notice: `${marks.pass} Pinned: what ${pin.on} printed${lines > 0 ? `, with ${count(lines, "log line")} in it` : ""}.` };
}

function hinted(session: PlaySession): Outcome {
  const hint = session.nextHint();
  if (hint === undefined) return { notice: "There are no more hints. Ctrl-G, then i shows those you had." };
  const { hints, hintsLeft } = session.view();
  return { panel: text(`Hint ${hints.length}`, `${hint}\n\n(${hintsLeft === 0 ? "This was the last one." : `${hintsLeft} more.`})`) };
}

function diagnosed(session: PlaySession, { place, cause }: Extract<SessionDeed, { do: "diagnose" }>): Outcome {
  const { causes } = session.view();
  const { status, says } = session.diagnose(place, cause);
  const title = causes.find(({ id }) => id === cause)?.title ?? cause;
  const mark = status === "right" ? marks.pass : marks.fail;
  return { panel: text(status === "right" ? "Diagnosed" : "Not yet", `${mark} You said: ${title}, on ${place}.\n\n  ${says}`) };
}

async function escalated(session: PlaySession, key: string): Promise<Outcome> {
  const sent = count(session.view().pins.length, "pin");
  const { party, verdict } = await session.escalate(key);
  const minutes = verdict.status === "taken" ? Math.ceil(verdict.fix.afterMs / 60_000) : 0;
  const after = minutes > 0 ? `, who answers after ${count(minutes, "minute")}` : "";
  return { panel: text(`Written to ${party.name}`, `You sent ${sent} to ${party.name}${after}:\n\n> ${verdict.says}`) };
}

async function checked(session: PlaySession): Promise<Outcome> {
  const { solved } = await session.check();
  const shown = goalsText(session.view());
  if (!solved) return { panel: text("Checked: not yet", shown) };
  return { panel: text("Checked: it is mended", `${shown}\n\n✓ All of it holds. Your user waits for an answer: Ctrl-G, then m.`) };
}
