import { Box } from "ink";
import type { ReactElement, ReactNode } from "react";
import { bad, good, Line } from "../ink/styled.tsx";
import { proseLines } from "../prose.ts";
import { fitted } from "../screen/cell-width.ts";
import { bold, type Style } from "../screen/style.ts";
import { nextStep } from "./help.ts";
import type { PlayModel } from "./model.ts";
import { count, marks } from "./panels.ts";

interface SideLine {
  readonly text: string;
  readonly as?: Style;
}

/** Beside the shell: what to do next, goals with their ticks, the last hint, pins, and as much of the ticket as there is room for. Pure. */
export function SidePanel({
  model,
  columns,
  rows,
}: {
  readonly model: PlayModel;
  readonly columns: number;
  readonly rows: number;
}): ReactElement {
  const lines = sideLines(model, columns - 2, rows);
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      {lines.map(({ text, as }, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <Line key={row} {...(as === undefined ? {} : { as })}>
          {` ${text}` as ReactNode}
        </Line>
      ))}
    </Box>
  );
}

const tones = { pass: good, fail: bad, pending: 0 } as const;

/** Pure. */
export function sideLines(model: PlayModel, columns: number, rows: number): SideLine[] {
  const { view } = model;
  const next = [...heading("Next"), ...plainLines(nextStep(model), columns)];
  const goals = [
    ...heading("Goals"),
    ...view.objectives.flatMap(({ goal, question, answer, status }) => [
      ...marked(marks[status], goal, columns, tones[status]),
      ...(question === undefined ? [] : marked(" ", answer === undefined ? question : `You said: ${answer}`, columns)),
    ]),
    ...view.brokenGuards.flatMap(({ says }) => marked("✗", `Broken: ${says}`, columns, bad)),
  ];
  const pins =
    view.pins.length === 0
      ? []
      : [
          ...heading(`Pins (${view.pins.length})`),
          ...view.pins.slice(-4).map(({ on, command, doubt }) => ({
            text: fitted(`${doubt === undefined ? "●" : "○"} ${on}: ${command.split("\n")[0] || "(a screen)"}`, columns),
          })),
        ];
  const hint = view.hints.at(-1);
  const hints =
    hint === undefined
      ? []
      : [...heading(`Hint (${view.hintsLeft === 0 ? "the last" : `${view.hintsLeft} more`})`), ...plainLines(hint, columns)];
  const above = [...next, ...goals, ...hints, ...pins];
  const ticket = [...heading("Ticket"), ...proseLines(view.ticket, columns).map((text) => ({ text }))];
  const room = rows - above.length;
  if (room < 4) return above.slice(0, rows);
  if (ticket.length <= room) return [...above, ...ticket];
  const left = ticket.length - room + 1;
  return [...above, ...ticket.slice(0, room - 1), { text: `F2: ${count(left, "more line")}`, as: bold }];
}

function heading(title: string): SideLine[] {
  return [{ text: "" }, { text: title, as: bold }];
}

function plainLines(text: string, columns: number): SideLine[] {
  return proseLines(text, columns).map((line) => ({ text: line }));
}

function marked(mark: string, text: string, columns: number, as?: Style): SideLine[] {
  const lines = proseLines(text, columns - 2);
  return lines.map((line, index) => ({ text: `${index === 0 ? mark : " "} ${line}`, ...(as === undefined || index > 0 ? {} : { as }) }));
}
