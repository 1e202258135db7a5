import type { SessionView } from "../../session/session-view.ts";
import type { Deed } from "./deed.ts";

/** Something that a learner can do from the shell: by a function key, or by a letter after the prefix. */
export interface Action {
  readonly letter: string;
  readonly functionKey?: string;
  /** As the list of keys says it. */
  readonly title: string;
  /** As the line at the bottom says it. */
  readonly short: string;
  readonly deed: Deed;
  /** False where it makes no sense at the moment: it is not offered. */
  readonly isOpen: (view: SessionView) => boolean;
}

const always = (): boolean => true;
const hasRange = ({ state }: SessionView): boolean => state !== "stranded" && state !== "debrief";
const hasQuestions = ({ objectives }: SessionView): boolean => objectives.some(({ question }) => question !== undefined);

/** In the order in which they are listed. One letter, one action. */
export const actions: readonly Action[] = [
  { letter: "t", functionKey: "f2", title: "Read the ticket", short: "ticket", deed: { do: "open", what: "ticket" }, isOpen: always },
  { letter: "g", title: "Goals, and what was last seen of them", short: "goals", deed: { do: "open", what: "goals" }, isOpen: always },
  {
    letter: "p",
    functionKey: "f3",
    title: "Pin what the last command printed, as evidence",
    short: "pin",
    deed: { do: "pin" },
    isOpen: hasRange,
  },
  { letter: "l", title: "List what is pinned", short: "pins", deed: { do: "open", what: "pins" }, isOpen: always },
  { letter: "h", functionKey: "f4", title: "Get the next hint", short: "hint", deed: { do: "hint" }, isOpen: hasRange },
  {
    letter: "i",
    title: "Read the hints again",
    short: "hints",
    deed: { do: "open", what: "hints" },
    isOpen: ({ hints }) => hints.length > 0,
  },
  {
    letter: "d",
    functionKey: "f5",
    title: "Diagnose: say where the cause lies, and what it is",
    short: "diagnose",
    deed: { do: "open", what: "places" },
    isOpen: ({ may, causes }) => may.commit && causes.length > 0,
  },
  {
    letter: "e",
    functionKey: "f6",
    title: "Write to other people, with all that is pinned",
    short: "write",
    deed: { do: "open", what: "parties" },
    isOpen: ({ may, parties }) => may.escalate && parties.length > 0,
  },
  {
    letter: "a",
    title: "Answer a question among the goals",
    short: "answer",
    deed: { do: "open", what: "questions" },
    isOpen: (view) => hasRange(view) && hasQuestions(view),
  },
  {
    letter: "c",
    functionKey: "f7",
    title: "Check whether all goals are reached",
    short: "check",
    deed: { do: "check" },
    isOpen: ({ may }) => may.check,
  },
  {
    letter: "m",
    title: "Mail your user how it was, and close the ticket",
    short: "reply",
    deed: { do: "open", what: "reply" },
    isOpen: ({ may }) => may.reply,
  },
  {
    letter: "s",
    functionKey: "f8",
    title: "Go to another host's shell",
    short: "hosts",
    deed: { do: "open", what: "hosts" },
    isOpen: hasRange,
  },
  { letter: "w", title: "Let time pass", short: "wait", deed: { do: "open", what: "wait" }, isOpen: hasRange },
  {
    letter: "z",
    functionKey: "f9",
    title: "Give the shell the whole window, or take it back",
    short: "zoom",
    deed: { do: "zoom" },
    isOpen: always,
  },
  {
    letter: "b",
    title: "Look back in what the shell printed (then PageUp, PageDown)",
    short: "back",
    deed: { do: "scroll", screens: -1 },
    isOpen: hasRange,
  },
  { letter: "v", title: "Send the next key to the shell, whatever it is", short: "verbatim", deed: { do: "verbatim" }, isOpen: hasRange },
  {
    letter: "r",
    title: "Begin again with everything as it was; pins stay",
    short: "reset",
    deed: { do: "open", what: "reset" },
    isOpen: ({ may }) => may.reset,
  },
  {
    letter: "u",
    title: "Give up: see how it was",
    short: "give up",
    deed: { do: "open", what: "give-up" },
    isOpen: ({ may }) => may.giveUp,
  },
  { letter: "q", title: "Leave; you can go on from here later", short: "leave", deed: { do: "quit" }, isOpen: always },
];

/** The key of the list of all keys, and the second way to it: a letter, for keyboards on which function keys are far away. */
export const listKey = "f1";
export const prefixKey = "ctrl-g";

/** What can be done now. */
export function openActions(view: SessionView): Action[] {
  return actions.filter(({ isOpen }) => isOpen(view));
}
