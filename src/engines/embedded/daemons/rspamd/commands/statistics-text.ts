import type { FilterStatistics } from "../filter.ts";

const ACTIONS = ["reject", "soft reject", "rewrite subject", "add header", "greylist", "no action"];
const SPAM_ACTIONS = ["reject", "rewrite subject", "add header"];

/** What rspamc stat prints about the messages scanned since the start. */
export function statisticsText({ actions }: FilterStatistics): string {
  const of = (action: string): number => actions[action] ?? 0;
  const total = ACTIONS.reduce((sum, action) => sum + of(action), 0);
  const share = (count: number): string => `${count}, ${(total === 0 ? 0 : (count * 100) / total).toFixed(2)}%`;
  const spam = SPAM_ACTIONS.reduce((sum, action) => sum + of(action), 0);
  const lines = [
    `Messages scanned: ${total}`,
    ...(total === 0
      ? []
      : [
          ...ACTIONS.map((action) => `Messages with action ${action}: ${share(of(action))}`),
          `Messages treated as spam: ${share(spam)}`,
          `Messages treated as ham: ${share(total - spam)}`,
        ]),
    "Messages learned: 0",
    "Connections count: 0",
    "Control connections count: 0",
  ];
  return `${lines.join("\n")}\n`;
}
