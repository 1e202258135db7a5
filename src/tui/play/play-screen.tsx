import { Box } from "ink";
import type { ReactElement } from "react";
import { HelpLine } from "../help-line.tsx";
import { good, Line, Styled } from "../ink/styled.tsx";
import { PanelView } from "../panel/panel-view.tsx";
import { fitted, textWidth } from "../screen/cell-width.ts";
import { bold, inverse } from "../screen/style.ts";
import { helpOf, stateWord } from "./help.ts";
import { layoutOf, leastSize, type PlayModel } from "./model.ts";
import { marks } from "./panels.ts";
import { SidePanel } from "./side-panel.tsx";

/** The play screen, all but what the shell prints: that is drawn over the place which is left free for it. Pure. */
export function PlayScreen({ model }: { readonly model: PlayModel }): ReactElement {
  const { size, isZoomed, panels } = model;
  if (size.columns < leastSize.columns || size.rows < leastSize.rows) return <TooSmall {...size} />;
  const panel = panels.at(-1);
  const layout = layoutOf(size, isZoomed && panel === undefined);
  const { shell, side } = layout;
  const help = <BottomLine model={model} />;
  if (isZoomed && panel === undefined) {
    return (
      <Box flexDirection="column" width={size.columns} height={size.rows}>
        <Box height={size.rows - 1} />
        {help}
      </Box>
    );
  }
  const main = (
    <Box flexDirection="column" width={shell.columns} height={size.rows - 2}>
      {panel === undefined ? (
        <HostRow model={model} columns={shell.columns} />
      ) : (
        <PanelView panel={panel} columns={shell.columns} rows={shell.rows + 1} />
      )}
    </Box>
  );
  return (
    <Box flexDirection="column" width={size.columns} height={size.rows}>
      <Header model={model} isNarrow={side === undefined} />
      {side === undefined ? (
        main
      ) : (
        <Box height={size.rows - 2}>
          <SidePanel model={model} columns={side.columns} rows={side.rows} />
          <Box flexDirection="column" width={1}>
            {Array.from({ length: size.rows - 2 }, (_, row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the rows of a rule are all the same
              <Line key={row}>│</Line>
            ))}
          </Box>
          {main}
        </Box>
      )}
      {help}
    </Box>
  );
}

function TooSmall({ columns, rows }: PlayModel["size"]): ReactElement {
  return (
    <Box flexDirection="column" width={columns} height={rows}>
      <Line>{`The window is ${columns}x${rows}.`}</Line>
      <Line>{`Maildrill needs ${leastSize.columns}x${leastSize.rows}: make it larger.`}</Line>
    </Box>
  );
}

/** Codename and title on the left; ticks where they have no other place, state and time on the right. */
function Header({ model, isNarrow }: { readonly model: PlayModel; readonly isNarrow: boolean }): ReactElement {
  const { view, size, time, engine } = model;
  const ticks = isNarrow ? `${view.objectives.map(({ status }, index) => `${marks[status]}${index + 1}`).join(" ")}   ` : "";
  const right = `${ticks}${stateWord(view)}   ${engine === "docker" ? "docker   " : ""}${time === "" ? "no range" : time} `;
  const left = fitted(` ${view.codename}  ${view.title}`, size.columns - textWidth(right) - 1);
  return <Line as={inverse}>{left + " ".repeat(Math.max(1, size.columns - textWidth(left) - textWidth(right))) + right}</Line>;
}

/** The learner's own hosts; the one in front stands out. */
function HostRow({ model, columns }: { readonly model: PlayModel; readonly columns: number }): ReactElement {
  const own = model.view.hosts.filter(({ isOwn }) => isOwn);
  const used = own.reduce((sum, { key }) => sum + key.length + 3, 1);
  const looking = model.behind > 0 ? ` ${model.behind} lines back ` : "";
  return (
    <Line>
      ─
      {own
        .map(({ key }) => (
          <Styled key={key} as={key === model.host ? bold | inverse : 0}>
            {` ${key} `}
          </Styled>
        ))
        .flatMap((host) => [host, "─"])}
      {"─".repeat(Math.max(0, columns - used - looking.length - 1))}
      <Styled as={bold}>{looking}</Styled>
    </Line>
  );
}

function BottomLine({ model }: { readonly model: PlayModel }): ReactElement {
  const { busy, notice, size, panels } = model;
  if (busy !== undefined) return <Line as={bold}>{fitted(` ${busy} ...`, size.columns)}</Line>;
  if (notice === undefined || panels.length > 0) return <HelpLine keys={helpOf(model)} columns={size.columns} />;
  return <Line as={notice.startsWith(marks.pass) ? bold | good : bold}>{fitted(` ${notice}`, size.columns)}</Line>;
}
