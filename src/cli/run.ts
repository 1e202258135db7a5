import { text } from "node:stream/consumers";
import { quote } from "../base/shell-words.ts";
import { askRange } from "../session/range-client.ts";
import { runtimeFolder } from "../session/runtime-folder.ts";
import { actor } from "./actor.ts";
import type { CliCommand } from "./command.ts";

/** `maildrill run <range> <host> -- <command>`: exits as the command does, its output on the same streams. */
export const run: CliCommand = {
  define: (command) => {
    command
      .argument("<range>", "its name, see maildrill ps")
      .argument("<host>")
      .argument("<command...>", "after --; several words are joined as a shell would read them")
      .option("--as <actor>", "learner or instructor: who teaches gets into every host", "learner")
      .option("--stdin", "feed our standard input to the command")
      .option("--json", "print one JSON document: stdout, stderr, code");
  },
  run: async (context, [range, host, words], options) => {
    const stdin = options.stdin === true ? await text(context.stdin) : "";
    const line = commandLine(words as string[]);
    const asked = { verb: "run", host: String(host), line, stdin, actor: actor(options.as) } as const;
    const result = await askRange(runtimeFolder(context.env), String(range), asked, context.signal);
    if (options.json === true) context.stdout.write(`${JSON.stringify(result)}\n`);
    else {
      context.stdout.write(result.stdout);
      context.stderr.write(result.stderr);
    }
    return result.code;
  },
};

/** One word is a whole command line; several are arguments, each quoted so that it arrives as it was typed. */
export function commandLine(words: readonly string[]): string {
  return words.length === 1 ? (words[0] as string) : quote(words);
}
