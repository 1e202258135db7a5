import { quote } from "../base/shell-words.ts";

/** The command line by which a user's program hands a message in, the message on its standard input (sendmail(1)). */
export function sendmailCommand(from: string, to: readonly string[]): string {
  return quote(["sendmail", "-i", "-f", from, ...to]);
}
