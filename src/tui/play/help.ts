import { keyCap, panelHelp } from "../panel/panel.ts";
import { type Action, actions, listKey, prefixKey } from "./actions.ts";
import { hasShell, isOutermost, type PlayModel } from "./model.ts";

/** Keys and what they do at this moment, the most needed first: what has no room is left out from the end. Pure. */
export function helpOf({ panels, view, behind, isVerbatim, isZoomed }: PlayModel): (readonly [key: string, says: string])[] {
  const panel = panels.at(-1);
  if (panel !== undefined) {
    const keys = hasShell({ view }) && panel.kind !== "input" && panel.title !== "Keys" ? ([["?", "keys"]] as const) : [];
    return [...panelHelp(panel, isOutermost({ view, panels }) ? "leave" : "back"), ...keys];
  }
  if (isVerbatim) return [["any key", "goes to the shell"]];
  if (behind > 0) {
    return [
      ["PageUp/PageDown", "look back and forward"],
      ["any other key", "to the shell"],
    ];
  }
  const open = actions.filter(({ isOpen, functionKey }) => functionKey !== undefined && isOpen(view)).sort(byNeed);
  const out = isZoomed ? ([["F9", "unzoom"]] as const) : [];
  const first = view.may.reply ? ([[`${keyCap(prefixKey)} m`, "reply to your user"]] as const) : [];
  return [
    ...first,
    ...out,
    [`${keyCap(listKey)}/${keyCap(prefixKey)}`, "keys"],
    ...open
      .map(({ functionKey = "", short }) => [keyCap(functionKey), short] as const)
      .filter(([, short]) => !isZoomed || short !== "zoom"),
  ];
}

/** What is needed less often is left out first. */
function byNeed(left: Action, right: Action): number {
  const rank = ({ short }: Action): number => ["ticket", "pin", "hint", "diagnose", "check", "hosts", "zoom", "write"].indexOf(short);
  return rank(left) - rank(right);
}

/** What is to be done next, in a sentence. Pure. */
export function nextStep({ view }: Pick<PlayModel, "view">): string {
  switch (view.state) {
    case "briefing":
      return "Read the ticket.";
    case "closing":
      return "It is mended. Tell your user how it was: Ctrl-G, then m.";
    case "mending":
      return view.causes.length === 0
        ? "Reach the goals. Ctrl-G, then a answers a question; F7 checks."
        : "You know the cause. Mend it, then check with F7.";
    case "stranded":
      return "The engine failed.";
    case "debrief":
      return "It is over.";
    default:
      return view.pins.length === 0
        ? "Find where mail gets stuck, and why. F3 pins what a command has shown."
        : "Go on until your pins show the cause, then diagnose with F5.";
  }
}

/** Where in the journey one is, in a word. Pure. */
export function stateWord({ state, causes }: PlayModel["view"]): string {
  // Where nothing is broken there is nothing to mend either.
  return state === "mending" && causes.length === 0 ? "at work" : state;
}
