import type { SessionView } from "../../session/session-view.ts";
import type { Panel } from "../panel/panel.ts";
import type { Rectangle } from "../screen/grid.ts";
import type { Deed } from "./deed.ts";

/** Everything that the play screen shows, but what the shells print. Plain data: the same model gives the same screen. */
export interface PlayModel {
  readonly view: SessionView;
  readonly engine: string;
  readonly size: { readonly columns: number; readonly rows: number };
  /** The host whose shell is in front. */
  readonly host: string;
  /** The range's clock, `08:14`; "" while there is none. */
  readonly time: string;
  /** The last one is in front; none: the keys go to the shell. */
  readonly panels: readonly Panel<Deed>[];
  readonly isZoomed: boolean;
  /** The next key goes to the shell. */
  readonly isVerbatim: boolean;
  /** Lines between what the shell's pane shows and its end; 0 where it shows the end. */
  readonly behind: number;
  /** What is being waited for; nothing else can be asked meanwhile. */
  readonly busy?: string;
  /** Said in the bottom line until something else is to be said. */
  readonly notice?: string;
}

/** There is a shell behind what is in front. Pure. */
export function hasShell({ view }: Pick<PlayModel, "view">): boolean {
  return view.state !== "briefing" && view.state !== "stranded" && view.state !== "debrief";
}

/** Going back from here is leaving. Pure. */
export function isOutermost({ view, panels }: Pick<PlayModel, "view" | "panels">): boolean {
  return panels.length === 1 && (view.state === "briefing" || view.state === "debrief");
}

/** Nothing is in front of the shell, and nothing is scrolled. */
export function openingModel(first: Pick<PlayModel, "view" | "engine" | "size" | "host" | "time">): PlayModel {
  return { ...first, panels: [], isZoomed: false, isVerbatim: false, behind: 0 };
}

export interface Layout {
  /** Ticket, goals, hints and pins, beside the shell; absent where the window is narrow. */
  readonly side?: Rectangle;
  /** The shell, or what is in front of it. */
  readonly shell: Rectangle;
}

/** Smaller windows cannot show anything sensible. */
export const leastSize = { columns: 60, rows: 14 } as const;
/** From here on there is room beside a shell of 80 columns. */
const wideFrom = 112;
const shellColumns = 80;

/** Where things stand: header, row of hosts, then the shell with or without something beside it, and a line of help. */
export function layoutOf({ columns, rows }: PlayModel["size"], isZoomed: boolean): Layout {
  if (isZoomed) return { shell: { left: 0, top: 0, columns, rows: rows - 1 } };
  const body = { top: 2, rows: rows - 3 };
  if (columns < wideFrom) return { shell: { left: 0, columns, ...body } };
  const sideColumns = Math.min(56, columns - shellColumns - 1);
  return {
    side: { left: 0, top: 1, columns: sideColumns, rows: rows - 2 },
    shell: { left: sideColumns + 1, columns: columns - sideColumns - 1, ...body },
  };
}
