import type { CommandResult } from "./command.ts";

/** Success with this output. */
export function said(stdout: string): CommandResult {
  return { stdout, stderr: "", code: 0 };
}

/** Failure with this message. */
export function failed(stderr: string, code = 1): CommandResult {
  return { stdout: "", stderr, code };
}
