/** Something to read, to choose from, or to fill in. Plain data; `D` is what may be set going from it. */
export type Panel<D> = TextPanel<D> | ListPanel<D> | InputPanel;

export interface TextPanel<D> {
  readonly kind: "text";
  readonly title: string;
  /** Markdown, or lines that begin with a mark (`✓`, `✗`, `○`); filled to the width where it is shown. */
  readonly text: string;
  /** The first line that is visible. */
  readonly top: number;
  /** What Enter does, and what it is called; back, where it is not given. */
  readonly enter?: { readonly deed: D; readonly says: string };
}

export interface ListPanel<D> {
  readonly kind: "list";
  readonly title: string;
  readonly about: string;
  readonly items: readonly Item<D>[];
  /** Which one is chosen. */
  readonly at: number;
}

export interface InputPanel {
  readonly kind: "input";
  readonly title: string;
  readonly about: string;
  readonly value: string;
  /** Where the cursor stands, in characters. */
  readonly cursor: number;
  /** What the text is for, in the words of who asks. */
  readonly asks: string;
}

export interface Item<D> {
  readonly label: string;
  /** Stands above the item. */
  readonly heading?: string;
  /** Told below the list while the item is chosen. */
  readonly detail?: string;
  /** Takes the item at once: a letter, or a key's name. */
  readonly key?: string;
  readonly functionKey?: string;
  readonly deed: D;
}

/** A key's name as it is printed on keyboards: `F3`, `Ctrl-G`, `PageUp`. */
export function keyCap(name: string): string {
  return name
    .replaceAll(/(^|-)(\w)/g, (_, dash: string, letter: string) => dash + letter.toUpperCase())
    .replace(/^Page(\w)/, (_, letter: string) => `Page${letter.toUpperCase()}`);
}

/** Keys that a panel knows, and what they do. Pure. */
export function panelHelp<D>(panel: Panel<D>, esc: string): (readonly [key: string, says: string])[] {
  if (panel.kind === "text") {
    const enter = panel.enter === undefined ? [] : ([["Enter", panel.enter.says]] as const);
    const back = panel.enter?.says === esc ? [] : ([["Esc", esc]] as const);
    return [...enter, ["Up/Down PageUp/PageDown", "read"], ...back];
  }
  if (panel.kind === "list") {
    return [
      ["Up/Down", "choose"],
      ["Enter", "take"],
      ["Esc", esc],
    ];
  }
  return [
    ["Enter", "send"],
    ["Esc", esc],
  ];
}
