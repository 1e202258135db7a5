import { Box } from "ink";
import type { ReactElement } from "react";
import { HelpLine } from "./help-line.tsx";
import { Line } from "./ink/styled.tsx";
import { type Panel, panelHelp } from "./panel/panel.ts";
import { PanelView } from "./panel/panel-view.tsx";
import { pressPanel } from "./panel/press-panel.ts";
import { fitted } from "./screen/cell-width.ts";
import { inverse } from "./screen/style.ts";
import type { Surface } from "./surface.ts";

interface Whole<D> {
  /** Stands in the row at the top. */
  readonly header: string;
  /** What Escape does. */
  readonly esc: string;
  /** What `?` and F1 do; nothing where it is not given. */
  readonly keys?: D;
}

/** A panel that has the whole screen. Pure. */
export function PanelScreen<D>({
  panel,
  header,
  esc,
  keys,
  columns,
  rows,
}: { readonly panel: Panel<D>; readonly columns: number; readonly rows: number } & Whole<D>): ReactElement {
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Line as={inverse}>{fitted(` ${header}`, columns).padEnd(columns)}</Line>
      <Box flexDirection="column" height={rows - 2}>
        <PanelView panel={panel} columns={columns} rows={rows - 2} />
      </Box>
      <HelpLine keys={[...panelHelp(panel, esc), ...(keys === undefined ? [] : ([["?", "help"]] as const))]} columns={columns} />
    </Box>
  );
}

/**
 * Has something chosen from a list, or a text read, on the whole screen.
 * @returns what was taken; undefined when the learner went back, or is gone
 */
export async function choose<D>(surface: Surface, first: Panel<D>, whole: Whole<D>): Promise<D | undefined> {
  let panel = first;
  const show = (): void => {
    const { columns, rows } = surface.size();
    surface.show(PanelScreen({ panel, ...whole, columns, rows }));
  };
  let release = (): void => {};
  const chosen = new Promise<D | undefined>((resolve) => {
    release = surface.hold({
      onKey: (key) => {
        if (key.name === "ctrl-z") surface.stop();
        if (key.name === "ctrl-l") surface.redraw();
        if (whole.keys !== undefined && panel.kind !== "input" && (key.name === "?" || key.name === "f1")) resolve(whole.keys);
        const { columns, rows } = surface.size();
        const step = pressPanel(panel, key, { columns, rows: rows - 3 });
        if (step.deed !== undefined) resolve(step.deed);
        else if (step.isBack === true || key.name === "ctrl-c") resolve(undefined);
        else if (step.panel !== undefined) {
          panel = step.panel;
          show();
        }
      },
      onResize: show,
    });
  });
  try {
    show();
    return await Promise.race([chosen, surface.ended.then(() => undefined)]);
  } finally {
    release();
  }
}

/** Says what is being done, while it is. @returns what takes another line; a line is known by its beginning, and replaced */
export function showProgress(surface: Surface, header: string, title: string): (key: string, text: string) => void {
  const lines = new Map<string, string>();
  const show = (): void => {
    const { columns, rows } = surface.size();
    const text = [...lines].map(([key, says]) => `○ ${key.padEnd(10)} ${says}`).join("\n");
    const panel: Panel<never> = { kind: "text", title, text, top: Math.max(0, lines.size - rows + 3) };
    surface.show(
      <Box flexDirection="column" width={columns} height={rows}>
        <Line as={inverse}>{fitted(` ${header}`, columns).padEnd(columns)}</Line>
        <PanelView panel={panel} columns={columns} rows={rows - 2} />
      </Box>,
    );
  };
  show();
  return (key, text) => {
    lines.set(key, text);
    show();
  };
}
