/** What the process tells the one that started it. */
export const exit = {
  done: 0,
  /** The answer is no: a proof failed, a check does not hold, a demo was not mended. */
  no: 1,
  /** Wrong use: unknown command, option or scenario; a file that does not load. */
  wrongUse: 2,
  /** The engine is not there. */
  noEngine: 3,
  interrupted: 130,
} as const;
