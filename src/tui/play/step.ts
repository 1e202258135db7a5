import type { Panel } from "../panel/panel.ts";
import { pressPanel } from "../panel/press-panel.ts";
import type { Key } from "../screen/keys.ts";
import { actions, listKey, prefixKey } from "./actions.ts";
import type { Deed } from "./deed.ts";
import { hasShell, isOutermost, layoutOf, type PlayModel } from "./model.ts";

/** What a key does to the screen, and what it sets going beyond it. `toShell`: the key is the shell's. */
export interface Step {
  readonly model: PlayModel;
  readonly deed?: Deed;
  readonly toShell?: boolean;
}

/** Pure: the same model and key give the same step. */
export function press(model: PlayModel, key: Key): Step {
  const panel = model.panels.at(-1);
  if (panel !== undefined) return inPanel(model, panel, key);
  if (model.isVerbatim) return { model: { ...model, isVerbatim: false }, toShell: true };
  if (key.name === listKey || key.name === prefixKey) return { model, deed: { do: "open", what: "keys" } };
  const action = actions.find(({ functionKey }) => functionKey === key.name);
  if (action !== undefined) {
    if (action.isOpen(model.view)) return { model, deed: action.deed };
    return { model: { ...model, notice: notNow(action.title) } };
  }
  if (model.behind > 0) {
    const screens = { pageup: -1, pagedown: 1 }[key.name];
    if (screens !== undefined) return { model, deed: { do: "scroll", screens } };
  }
  return { model, toShell: true };
}

function notNow(title: string): string {
  return `Not at this point: ${title.slice(0, 1).toLowerCase()}${title.slice(1)}.`;
}

/** Where no shell has the keys, `?` lists them too. */
function asksForKeys({ name }: Key): boolean {
  return name === "?" || name === listKey || name === prefixKey;
}

function inPanel(model: PlayModel, panel: Panel<Deed>, key: Key): Step {
  if (key.name === "ctrl-z") return { model, deed: { do: "stop" } };
  if (key.name === "ctrl-l") return { model, deed: { do: "redraw" } };
  if (asksForKeys(key) && panel.kind !== "input" && panel.title !== "Keys" && hasShell(model)) {
    return { model, deed: { do: "open", what: "keys" } };
  }
  const step = pressPanel(panel, key, layoutOf(model.size, false).shell);
  if (step.deed !== undefined) return { model, deed: step.deed };
  // There is nothing behind the ticket that was not begun, nor behind the debrief.
  if (step.isBack === true) return { model, deed: { do: isOutermost(model) ? "quit" : "back" } };
  if (step.text !== undefined && panel.kind === "input") {
    const { text } = step;
    return { model, deed: panel.asks === "reply" ? { do: "reply", text } : { do: "answer", objective: panel.asks, text } };
  }
  return step.panel === undefined ? { model } : { model: { ...model, panels: [...model.panels.slice(0, -1), step.panel] } };
}
