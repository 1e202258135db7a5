import type { ReactElement } from "react";
import { Line, Styled } from "./ink/styled.tsx";
import { textWidth } from "./screen/cell-width.ts";
import { bold, plain } from "./screen/style.ts";

/** The line at the bottom: keys and what they do, as many as there is room for. Pure. */
export function HelpLine({
  keys,
  columns,
}: {
  readonly keys: readonly (readonly [key: string, says: string])[];
  readonly columns: number;
}): ReactElement {
  const shown: (readonly [string, string])[] = [];
  let used = 0;
  for (const [key, says] of keys) {
    used += textWidth(key) + textWidth(says) + 3;
    if (used > columns) break;
    shown.push([key, says]);
  }
  return (
    <Line>
      {shown.map(([key, says]) => (
        <Styled key={key} as={plain}>
          {" "}
          <Styled as={bold}>{key}</Styled>
          {` ${says} `}
        </Styled>
      ))}
    </Line>
  );
}
