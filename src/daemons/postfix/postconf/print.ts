/** Where a line is folded, and how far its continuation stands in. */
const lineLimit = 80;
const indent = "    ";

/** How parameters are shown. */
export interface PrintStyle {
  /** `-h`: values alone. */
  readonly hideNames: boolean;
  /** `-H`: names alone. */
  readonly hideValues: boolean;
  /** `-f` */
  readonly fold: boolean;
}

/** `name = value`, white space in the value tidied, as postconf(1) prints it. */
export function printParameter(name: string, value: string, style: PrintStyle): string {
  if (style.hideValues) return `${name}\n`;
  const tidy = value.trim().split(/\s+/).join(" ");
  if (style.hideNames) return `${style.fold ? foldText("", tidy) : tidy}\n`;
  if (tidy === "") return `${name} =\n`;
  return style.fold ? `${foldText(`${name} = `, tidy)}\n` : `${name} = ${tidy}\n`;
}

/** Breaks at white space so that lines stay below 80 characters. */
function foldText(start: string, text: string): string {
  let length = start.length;
  let result = start;
  text.split(" ").forEach((word, index) => {
    if (index > 0 && length + 1 + word.length >= lineLimit) {
      result += `\n${indent}${word}`;
      length = indent.length + word.length;
    } else {
      result += index === 0 ? word : ` ${word}`;
      length += word.length + (index === 0 ? 0 : 1);
    }
  });
  return result;
}

/** Where the columns of a master.cf line start. */
const columns = [11, 17, 25, 33, 41, 49, 57];

/** A service's line. @param fold each `-o name=value` on a line of its own, as in the file */
export function printService(fields: readonly string[], args: readonly string[], fold: boolean): string {
  let line = "";
  fields.forEach((field, index) => {
    line += field;
    const next = columns[index];
    if (next !== undefined) line = line.length < next ? line.padEnd(next) : `${line} `;
  });
  for (let index = 0; index < args.length; index++) {
    const arg = args[index] ?? "";
    const setting = arg === "-o" ? args[index + 1] : undefined;
    if (setting !== undefined) index++;
    const text = setting === undefined ? arg : `-o ${/\s/.test(setting) ? `{${setting}}` : setting}`;
    line += setting !== undefined && fold ? `\n${indent}${text}` : ` ${text}`;
  }
  return `${line}\n`;
}
