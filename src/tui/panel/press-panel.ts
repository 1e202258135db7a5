import type { Key } from "../screen/keys.ts";
import type { InputPanel, ListPanel, Panel, TextPanel } from "./panel.ts";
import { panelLines } from "./panel-lines.ts";

/** What a key does to a panel: it looks different, something is set going, a text is handed in, it goes away, or nothing at all. */
export interface PanelStep<D> {
  readonly panel?: Panel<D>;
  readonly deed?: D;
  readonly text?: string;
  readonly isBack?: true;
}

/** Pure. @param size where the panel's text stands: its title not counted */
export function pressPanel<D>(panel: Panel<D>, key: Key, size: { readonly columns: number; readonly rows: number }): PanelStep<D> {
  if (key.name === "escape") return { isBack: true };
  if (panel.kind === "text") return inText(panel, key, size);
  if (panel.kind === "list") return inList(panel, key);
  return inInput(panel, key);
}

function inText<D>(panel: TextPanel<D>, key: Key, { columns, rows }: { readonly columns: number; readonly rows: number }): PanelStep<D> {
  if (key.name === "q" || (key.name === "enter" && panel.enter === undefined)) return { isBack: true };
  if (key.name === "enter" && panel.enter !== undefined) return { deed: panel.enter.deed };
  const last = Math.max(0, panelLines(panel, columns).length - rows);
  const by: Readonly<Record<string, number>> = {
    up: -1,
    k: -1,
    down: 1,
    j: 1,
    pageup: 1 - rows,
    b: 1 - rows,
    pagedown: rows - 1,
    " ": rows - 1,
    home: -last,
    end: last,
  };
  const lines = by[key.name];
  return lines === undefined ? {} : { panel: { ...panel, top: Math.min(last, Math.max(0, panel.top + lines)) } };
}

function inList<D>(panel: ListPanel<D>, key: Key): PanelStep<D> {
  const { items, at } = panel;
  const direct = items.find((item) => item.key === key.name || item.functionKey === key.name);
  if (direct !== undefined) return { deed: direct.deed };
  const chosen = items[at];
  if (key.name === "enter" && chosen !== undefined) return { deed: chosen.deed };
  if (key.name === "q" || key.name === "left") return { isBack: true };
  const by: Readonly<Record<string, number>> = {
    up: -1,
    k: -1,
    "shift-tab": -1,
    down: 1,
    j: 1,
    tab: 1,
    pageup: -5,
    pagedown: 5,
    home: -items.length,
    end: items.length,
  };
  const steps = by[key.name];
  if (steps === undefined || items.length === 0) return {};
  const isOne = Math.abs(steps) === 1;
  const next = isOne ? (at + steps + items.length) % items.length : Math.min(items.length - 1, Math.max(0, at + steps));
  return { panel: { ...panel, at: next } };
}

/** One line of text, with the keys that every such line has. */
function inInput(panel: InputPanel, key: Key): PanelStep<never> {
  const characters = [...panel.value];
  const { cursor } = panel;
  const edited = (before: number, insert: string, after: number): PanelStep<never> => {
    const value = [...characters.slice(0, before), ...insert, ...characters.slice(after)].join("");
    return { panel: { ...panel, value, cursor: before + [...insert].length } };
  };
  const moved = (to: number): PanelStep<never> => ({ panel: { ...panel, cursor: Math.min(characters.length, Math.max(0, to)) } });
  switch (key.name) {
    case "enter":
      return panel.value.trim() === "" ? {} : { text: panel.value.trim() };
    case "backspace":
      return edited(Math.max(0, cursor - 1), "", cursor);
    case "delete":
      return edited(cursor, "", cursor + 1);
    case "ctrl-u":
      return edited(0, "", cursor);
    case "left":
      return moved(cursor - 1);
    case "right":
      return moved(cursor + 1);
    case "home":
    case "ctrl-a":
      return moved(0);
    case "end":
    case "ctrl-e":
      return moved(characters.length);
    case "paste":
      return edited(cursor, key.bytes.replaceAll(/\s+/g, " "), cursor);
    default:
      return key.name === key.bytes && key.bytes >= " " ? edited(cursor, key.bytes, cursor) : {};
  }
}
