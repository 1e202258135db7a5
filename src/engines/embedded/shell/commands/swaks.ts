import type { Command, CommandCall, CommandResult } from "../command.ts";
import { resolvePath } from "../paths.ts";
import { messageData, swaksVersion } from "../swaks/message.ts";
import { readSwaksOptions, type SwaksOptions } from "../swaks/options.ts";
import { SwaksExit } from "../swaks/plan.ts";
import { prepare } from "../swaks/prepare.ts";
import { SwaksSession } from "../swaks/session.ts";
import { Transcript } from "../swaks/transcript.ts";

/** swaks 20201014.0: the Swiss army knife for SMTP. Exit codes are the original's. */
export const swaks: Command = {
  name: "swaks",
  run: async (call) => {
    const output = new Output(call);
    const options = readSwaksOptions(call.args);
    const code = await run(call, options, output);
    return output.result(code);
  },
};

async function run(call: CommandCall, options: SwaksOptions, output: Output): Promise<number> {
  const transcript = new Transcript(transcriptOptions(options), (text, stream) => output.write(text, stream));
  if (options.problems.length > 0) {
    output.write(options.problems.map((problem) => `${problem}\n`).join(""), "stderr");
    return 1;
  }
  if (options.left.length > 0) {
    transcript.say(
      "problem",
      `Data left in option list when processing  command line (${options.left.map((word) => `'${word}'`).join(", ")}).  Exiting`,
    );
    return 1;
  }
  if (options.values.has("version")) {
    output.write(`swaks version ${swaksVersion}\n\n        Copyright (c) 2003-2008,2010-2020 John Jetmore <jj33@pobox.com>\n\n`, "stdout");
    return 0;
  }
  if (options.values.has("help") || options.values.has("support")) {
    output.write(
      "swaks: the manual is not simulated on the embedded engine; the usual start is\n  swaks --to USER@DOMAIN --from USER@DOMAIN --server HOST\n",
      "stdout",
    );
    return 0;
  }
  let session: SwaksSession | undefined;
  try {
    const plan = await prepare({ call, options, transcript, ask: asker(call, output) });
    output.sendTo(options, call);
    if (options.values.has("dump-mail")) {
      output.write(messageData(plan.message).replace(/\n\.$/, ""), "stdout");
      return 0;
    }
    session = new SwaksSession(call, plan, transcript);
    await session.run();
    return 0;
  } catch (error) {
    session?.abandon();
    if (error instanceof SwaksExit) return error.code;
    throw error;
  }
}

function transcriptOptions({ values }: SwaksOptions): ConstructorParameters<typeof Transcript>[0] {
  const silent = values.get("silent")?.at(-1);
  const noHints = values.has("no-hints");
  return {
    silent: silent === undefined ? 0 : silent === "" ? 1 : Number(silent),
    hide: {
      sent: values.has("hide-send"),
      received: values.has("hide-receive"),
      info: values.has("hide-informational"),
      all: values.has("hide-all"),
    },
    hints: {
      sent: !noHints && !values.has("no-send-hints"),
      received: !noHints && !values.has("no-receive-hints"),
      info: !values.has("no-info-hints"),
    },
  };
}

/** Questions go to the terminal, or take the next line of stdin; with neither left swaks cannot go on. */
function asker(call: CommandCall, output: Output): (prompt: string, fits: RegExp) => Promise<string> {
  let lines = call.stdin === "" ? [] : call.stdin.replace(/\n$/, "").split("\n");
  return async (prompt, fits) => {
    for (;;) {
      output.write(prompt, "stdout");
      const [first, ...rest] = lines;
      lines = rest;
      const answer = first ?? (await call.console?.read())?.replace(/\n$/, "");
      if (answer === undefined) {
        output.write("\n", "stdout");
        throw new SwaksExit(1);
      }
      if (fits.test(answer)) return answer;
    }
  };
}

/** Where the transcript goes: the terminal as it comes, or the result at the end; --output puts it into a file. */
class Output {
  readonly #call: CommandCall;
  #stdout = "";
  #stderr = "";
  #files: { readonly stdout: string | undefined; readonly stderr: string | undefined } = { stdout: undefined, stderr: undefined };

  constructor(call: CommandCall) {
    this.#call = call;
  }

  sendTo(options: SwaksOptions, call: CommandCall): void {
    const file = (name: string): string | undefined => {
      const given = options.values.get(name)?.at(-1) ?? options.values.get("output")?.at(-1);
      return given === undefined ? undefined : resolvePath(call.cwd, given);
    };
    this.#files = { stdout: file("output-file-stdout"), stderr: file("output-file-stderr") };
  }

  write(text: string, stream: "stdout" | "stderr"): void {
    const file = this.#files[stream];
    if (file !== undefined) this.#call.machine.files.append(file, text);
    else if (this.#call.console !== undefined) this.#call.console.write(text);
    else if (stream === "stdout") this.#stdout += text;
    else this.#stderr += text;
  }

  result(code: number): CommandResult {
    return { stdout: this.#stdout, stderr: this.#stderr, code };
  }
}
