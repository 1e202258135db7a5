import type { ReactElement } from "react";
import { bad, good, Line, Styled } from "../ink/styled.tsx";
import { proseLines } from "../prose.ts";
import { fitted, textWidth } from "../screen/cell-width.ts";
import { bold, inverse, type Style } from "../screen/style.ts";
import { type InputPanel, type Item, keyCap, type ListPanel, type Panel, type TextPanel } from "./panel.ts";
import { panelLines } from "./panel-lines.ts";

interface PanelSize {
  readonly columns: number;
  readonly rows: number;
}

/** What stands in front of the shell: a row with its title, and what it holds. Pure. */
export function PanelView<D>({ panel, columns, rows }: { readonly panel: Panel<D> } & PanelSize): ReactElement {
  const room = rows - 1;
  if (panel.kind === "text") return <TextView panel={panel} columns={columns} rows={room} />;
  if (panel.kind === "list") return <ListView panel={panel} columns={columns} rows={room} />;
  return <InputView panel={panel} columns={columns} />;
}

function Title({
  title,
  right = "",
  columns,
}: {
  readonly title: string;
  readonly right?: string;
  readonly columns: number;
}): ReactElement {
  const rule = "─".repeat(Math.max(0, columns - textWidth(title) - textWidth(right) - 4));
  return (
    <Line>
      ─<Styled as={bold}>{` ${title} `}</Styled>
      {rule}
      {right === "" ? "─" : `${right}─`}
    </Line>
  );
}

function TextView<D>({ panel, columns, rows }: { readonly panel: TextPanel<D> } & PanelSize): ReactElement {
  const lines = panelLines(panel, columns);
  const top = Math.min(panel.top, Math.max(0, lines.length - rows));
  const more = lines.length > rows ? ` ${top + 1}–${Math.min(lines.length, top + rows)} of ${lines.length} ` : "";
  return (
    <>
      <Title title={panel.title} right={more} columns={columns} />
      {lines.slice(top, top + rows).map((line, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <Line key={row} as={toneOf(line)}>
          {` ${line.replace(/^#+ /, "")}`}
        </Line>
      ))}
    </>
  );
}

/** A line's first characters say what it is. */
function toneOf(line: string): Style {
  if (/^#+ /.test(line)) return bold;
  if (line.startsWith("✓")) return good;
  if (line.startsWith("✗")) return bad;
  return 0;
}

function ListView<D>({ panel, columns, rows }: { readonly panel: ListPanel<D> } & PanelSize): ReactElement {
  const { items, at, title } = panel;
  const about = panel.about === "" ? [] : [...proseLines(panel.about, Math.min(96, columns - 3)), ""];
  const details = items.map(({ detail }) => (detail === undefined ? [] : proseLines(detail, Math.min(92, columns - 7))));
  const detailRows = Math.max(0, ...details.map(({ length }) => length + 1));
  const all = items.flatMap((item, index): ListRow<D>[] => [
    ...(item.heading === undefined ? [] : index === 0 ? [{ heading: item.heading }] : [{ heading: "" }, { heading: item.heading }]),
    { item, isChosen: index === at },
  ]);
  const room = Math.max(1, Math.min(all.length, rows - about.length - detailRows));
  const chosen = all.findIndex((row) => "item" in row && row.isChosen);
  const first = Math.min(Math.max(0, chosen - Math.floor(room / 2)), Math.max(0, all.length - room));
  const more = all.length > room ? ` ${at + 1} of ${items.length} ` : "";
  const withKeys = items.some(({ key }) => key !== undefined);
  return (
    <>
      <Title title={title} right={more} columns={columns} />
      {about.map((line, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <Line key={row}>{` ${line}`}</Line>
      ))}
      {all.slice(first, first + room).map((row, index) =>
        "item" in row ? (
          <ItemLine key={row.item.label} item={row.item} isChosen={row.isChosen} columns={columns} withKeys={withKeys} />
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          <Line key={index} as={bold}>{` ${row.heading}`}</Line>
        ),
      )}
      {["", ...(details[at] ?? [])].map((line, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <Line key={row}>{`   ${line}`}</Line>
      ))}
    </>
  );
}

type ListRow<D> = { readonly heading: string } | { readonly item: Item<D>; readonly isChosen: boolean };

function ItemLine<D>({
  item: { label, key, functionKey },
  isChosen,
  columns,
  withKeys,
}: {
  readonly item: Item<D>;
  readonly isChosen: boolean;
  readonly columns: number;
  readonly withKeys: boolean;
}): ReactElement {
  const letter = key === undefined ? "" : key.length === 1 ? key : keyCap(key);
  const cap = withKeys ? `${letter.padEnd(2)} ${functionKey === undefined ? "" : keyCap(functionKey)}`.padEnd(7) : "";
  const text = fitted(`${isChosen ? "▸" : " "} ${cap}${label}`, columns - 2);
  return (
    <Line>
      {" "}
      <Styled as={isChosen ? inverse : 0}>{`${text}${isChosen ? " ".repeat(Math.max(0, columns - 2 - textWidth(text))) : ""}`}</Styled>
    </Line>
  );
}

function InputView({
  panel: { title, about, value, cursor },
  columns,
}: {
  readonly panel: InputPanel;
  readonly columns: number;
}): ReactElement {
  const width = columns - 5;
  const shown = inputLines(value, cursor, width);
  return (
    <>
      <Title title={title} columns={columns} />
      {[...proseLines(about, Math.min(96, columns - 3)), ""].map((line, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <Line key={row}>{` ${line}`}</Line>
      ))}
      {shown.map(({ before, under, after }, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <Line key={row}>
          {row === 0 ? " > " : "   "}
          {before}
          <Styled as={inverse}>{under}</Styled>
          {after}
        </Line>
      ))}
    </>
  );
}

/** The text as it is folded, cut at the cursor. */
function inputLines(
  value: string,
  cursor: number,
  width: number,
): { readonly before: string; readonly under: string; readonly after: string }[] {
  const characters = [...`${value} `];
  return Array.from({ length: Math.ceil(characters.length / width) }, (_, row) => {
    const line = characters.slice(row * width, (row + 1) * width);
    const at = cursor - row * width;
    if (at < 0 || at >= line.length) return { before: line.join(""), under: "", after: "" };
    return { before: line.slice(0, at).join(""), under: line[at] ?? "", after: line.slice(at + 1).join("") };
  });
}
