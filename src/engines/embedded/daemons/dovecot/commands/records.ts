/** One column of what a doveadm command prints. */
export interface Column {
  readonly title: string;
  readonly right?: boolean;
  /** Its value stands alone where others are `title=value`. */
  readonly bare?: boolean;
  /** Its value is a message or a part of one, printed as it is. */
  readonly stream?: boolean;
}

export type RecordFormat = "flow" | "pager" | "tab" | "table";

export const RECORD_FORMATS: readonly RecordFormat[] = ["flow", "pager", "tab", "table"];

const SCREEN_COLUMNS = 80;

/** What doveadm prints for these rows in this format. */
export function formatRecords(format: RecordFormat, columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  switch (format) {
    case "flow":
      return rows.map((row) => `${row.map((value, index) => flowField(columns[index], value)).join(" ")}\n`).join("");
    case "pager":
      return rows.map((row) => row.map((value, index) => pagerField(columns[index], value)).join("")).join("\f\n");
    case "tab":
      return [columns.map((column) => column.title), ...rows].map((row) => `${row.join("\t")}\n`).join("");
    case "table":
      return table(columns, rows);
  }
}

function flowField(column: Column | undefined, value: string): string {
  return column?.bare === true ? value : `${column?.title}=${value}`;
}

function pagerField(column: Column | undefined, value: string): string {
  if (column?.bare === true) return `${value}\n`;
  return column?.stream === true ? `${column.title}:\n${value}` : `${column?.title}: ${value}\n`;
}

/** Columns as wide as their widest value; half of the room that is left on the screen goes to the last one. */
function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const widths = columns.map((column, index) => Math.max(column.title.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const used = widths.reduce((sum, width) => sum + width, 0) + columns.length - 1;
  const last = columns.length - 1;
  if (used < SCREEN_COLUMNS) widths[last] = (widths[last] ?? 0) + Math.floor((SCREEN_COLUMNS - used) / 2);
  const line = (values: readonly string[]): string =>
    columns
      .map(({ right }) => (right === true ? "padStart" : "padEnd"))
      .map((pad, index) => (values[index] ?? "")[pad](widths[index] ?? 0))
      .join(" ");
  return [columns.map((column) => column.title), ...rows].map((row) => `${line(row)}\n`).join("");
}
