import type { SessionView } from "../../session/session-view.ts";
import { type Item, keyCap, type Panel } from "../panel/panel.ts";
import { openActions, prefixKey } from "./actions.ts";
import type { Deed, PanelName } from "./deed.ts";

const back: Deed = { do: "back" };
export const marks = { pass: "✓", fail: "✗", pending: "○" } as const;

/** What a panel shows of a session. Pure. @param ending the learner's way and scores, for the debrief */
export function panelNamed(what: PanelName, view: SessionView, host: string, ending = ""): Panel<Deed> {
  switch (what) {
    case "keys":
      return list("Keys", `Up, Down and Enter, or the letter. From the shell: the function key, or ${keyCap(prefixKey)} and the letter.`, [
        ...openActions(view).map(({ letter, functionKey, title, deed }) => ({
          label: title,
          key: letter,
          ...(functionKey === undefined ? {} : { functionKey }),
          deed,
        })),
        { label: `Send ${keyCap(prefixKey)} itself to the shell`, key: prefixKey, deed: { do: "prefix" } },
      ]);
    case "ticket":
      return view.may.begin
        ? { kind: "text", title: "A ticket for you", text: view.ticket, top: 0, enter: { deed: { do: "begin" }, says: "begin" } }
        : text("Ticket", view.ticket);
    case "goals":
      return text("Goals", goalsText(view));
    case "pins":
      return text("Pins", pinsText(view));
    case "hints":
      return text("Hints", view.hints.map((hint, index) => `${index + 1}. ${hint}`).join("\n\n"));
    case "places":
      return list(
        "Diagnose: where?",
        `On which host would something have to be changed? Your ${count(view.pins.length, "pin")} must show it.`,
        [...view.hosts]
          .sort((left, right) => Number(right.isOwn) - Number(left.isOwn))
          .map(({ key, name, isOwn }) => ({
            label: `${key.padEnd(10)} ${name}${isOwn ? "" : " (other people's)"}`,
            deed: { do: "causes", place: key },
          })),
      );
    case "hosts":
      return list(
        "Shells",
        "Your own hosts. Other machines are other people's.",
        view.hosts
          .filter(({ isOwn }) => isOwn)
          .map(({ key, name }, index) => ({
            label: `${key.padEnd(10)} ${name}${key === host ? " (here)" : ""}`,
            ...(index < 9 ? { key: String(index + 1) } : {}),
            deed: { do: "go", host: key },
          })),
      );
    case "parties":
      return list(
        "Write to other people",
        `They are shown all that you have pinned (${count(view.pins.length, "pin")}), and answer to what it shows.`,
        view.parties.map(({ key, name, runs }) => ({ label: name, detail: `Theirs: ${runs}`, deed: { do: "escalate", party: key } })),
      );
    case "questions":
      return list(
        "Answer a question",
        "Which one?",
        view.objectives.flatMap(({ id, question, answer }) =>
          question === undefined
            ? []
            : [
                {
                  label: question,
                  detail: answer === undefined ? "No answer yet." : `Your answer: ${answer}`,
                  deed: { do: "question", objective: id },
                },
              ],
        ),
      );
    case "wait":
      return list(
        "Let time pass",
        "Mail that was put off is tried again meanwhile, and records in caches grow old.",
        waits.map(([label, durationMs], index) => ({ label, key: String(index + 1), deed: { do: "wait", durationMs } })),
      );
    case "reply":
      return {
        kind: "input",
        title: "Mail to your user",
        about: "In a sentence or two: what was wrong, and what you did. This closes the ticket.",
        value: "",
        cursor: 0,
        asks: "reply",
      };
    case "reset":
      return sure("Begin again?", "Everything on the hosts is put back as it was at the beginning. Pins and hints stay.", "Begin again", {
        do: "reset",
      });
    case "give-up":
      return sure("Give up?", "You see how it was, and this session ends.", "Give up", { do: "give-up" });
    case "stranded":
      return list("The engine failed", `${view.failure ?? "There is no range."} What you pinned and found is kept.`, [
        { label: "Bring the hosts back to where they were", key: "b", deed: { do: "rebuild" } },
        { label: "Begin again with everything as it was at the beginning", key: "r", deed: { do: "reset" } },
        { label: "Leave; the session waits for you", key: "q", deed: { do: "quit" } },
      ]);
    case "debrief":
      return {
        kind: "text",
        title: view.gaveUp ? "How it was" : "Mended: how it was",
        text: `${view.debrief ?? ""}\n\n${ending}`.trim(),
        top: 0,
        enter: { deed: { do: "quit" }, says: "leave" },
      };
  }
}

/** Which of the offered causes? */
export function causesPanel({ causes }: SessionView, place: string): Panel<Deed> {
  return list(
    `Diagnose: what, on ${place}?`,
    "Which of these is it? A wrong claim is answered by what contradicts it.",
    causes.map(({ id, title, summary }) => ({ label: title, detail: summary, deed: { do: "diagnose", place, cause: id } })),
  );
}

export function questionPanel({ objectives }: SessionView, id: string): Panel<Deed> {
  const asked = objectives.find((objective) => objective.id === id);
  return {
    kind: "input",
    title: "Your answer",
    about: asked?.question ?? "",
    value: asked?.answer ?? "",
    cursor: asked?.answer?.length ?? 0,
    asks: id,
  };
}

export function text(title: string, body: string): Panel<Deed> {
  return { kind: "text", title, text: body, top: 0 };
}

function list(title: string, about: string, items: readonly Item<Deed>[]): Panel<Deed> {
  return { kind: "list", title, about, items, at: 0 };
}

function sure(title: string, about: string, label: string, deed: Deed): Panel<Deed> {
  return list(title, about, [
    { label: "No, back to the shell", key: "n", deed: back },
    { label, key: "y", deed },
  ]);
}

const minuteMs = 60_000;
const waits: readonly (readonly [string, number])[] = [
  ["1 minute", minuteMs],
  ["5 minutes", 5 * minuteMs],
  ["30 minutes", 30 * minuteMs],
  ["2 hours", 120 * minuteMs],
  ["1 day", 24 * 60 * minuteMs],
];

/** Each goal with its mark, its reason and its evidence; then guards that do not hold. */
export function goalsText({ objectives, brokenGuards }: Pick<SessionView, "objectives" | "brokenGuards">): string {
  const goals = objectives.map(({ goal, question, answer, status, says, evidence }) => {
    const asked = question === undefined ? [] : [`  ${question} ${answer === undefined ? "(no answer yet)" : `Your answer: ${answer}`}`];
    return [`${marks[status]} ${goal}`, ...asked, ...(status === "pass" ? [] : reasons(says, evidence))].join("\n");
  });
  const broken = brokenGuards.map(({ says, tells, evidence }) =>
    [`✗ Broken meanwhile: ${says}`, ...reasons("", evidence), ...(tells === undefined ? [] : [`  ${tells}`])].join("\n"),
  );
  return [...goals, ...broken].join("\n\n");
}

function reasons(says: string, evidence: readonly string[]): string[] {
  return [...(says === "" ? [] : [`  ${says}`]), ...evidence.flatMap((shown) => shown.split("\n")).map((line) => `  | ${line}`)];
}

function pinsText({ pins }: SessionView): string {
  if (pins.length === 0) return "Nothing is pinned yet. Run a command that shows something, then pin what it printed.";
  return pins
    .map(({ on, command, text: printed, doubt }) => {
      const note = doubt === undefined ? "" : `\n  A note, no proof: ${doubt}.`;
      return `● ${on}: ${command || "(a screen)"}${note}\n${printed.replaceAll(/^/gm, "  | ")}`;
    })
    .join("\n\n");
}

/** `1 pin`, `3 pins`. */
export function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
