import { configDirectory } from "../policy.ts";
import { PostfixFatal } from "../postfix-problem.ts";
import { editParameters, showParameters } from "./main-mode.ts";
import { editMaster, type MasterMode, showMaster } from "./master-mode.ts";
import { readPostconfOptions } from "./options.ts";
import type { Output, PostconfAnswer, PostconfOptions, PostconfRequest } from "./request.ts";

/** `-m`: the table types of Debian's postfix and postfix-pcre. */
const mapTypes =
  "btree cidr environ fail hash inline internal memcache nis pcre pipemap proxy randmap regexp socketmap static tcp texthash unionmap unix";

/** What the options print that look at no file. */
const lists: Readonly<Record<string, string>> = { m: mapTypes, l: "flock fcntl dotlock", a: "cyrus dovecot", A: "cyrus" };

/** postconf(1) of Postfix 3.7 as a function of its arguments and files. */
export function postconf(request: PostconfRequest): PostconfAnswer {
  const output: Output = { out: [], warnings: [] };
  const done = (rest: Partial<PostconfAnswer> = {}): PostconfAnswer => ({
    stdout: output.out.join(""),
    stderr: output.warnings.map((text) => `postconf: warning: ${text}\n`).join(""),
    code: 0,
    writes: [],
    changed: [],
    ...rest,
  });
  try {
    return run(request, readPostconfOptions(request.args), output, done);
  } catch (error) {
    if (!(error instanceof PostfixFatal)) throw error;
    const answer = done();
    // getopt(3) complains without a level.
    const before = error.before.map((text) => (/ -- '/.test(text) ? `postconf: ${text}\n` : `postconf: warning: ${text}\n`)).join("");
    return { ...answer, stderr: `${answer.stderr}${before}postconf: fatal: ${error.message}\n`, code: 1 };
  }
}

function run(
  request: PostconfRequest,
  options: PostconfOptions,
  output: Output,
  done: (rest?: Partial<PostconfAnswer>) => PostconfAnswer,
): PostconfAnswer {
  const { flags, operands } = options;
  const directory = options.configDirectory ?? configDirectory;
  const list = Object.entries(lists).find(([flag]) => flags.has(flag));
  if (list !== undefined) {
    output.out.push(...list[1].split(" ").map((word) => `${word}\n`));
    return done();
  }
  const unsimulated = ["b", "t", "T"].find((flag) => flags.has(flag));
  if (unsimulated !== undefined) return done({ unsimulated: `-${unsimulated}` });
  // An argument with an equals sign asks for -e by itself.
  const edits = flags.has("e") || flags.has("X") || flags.has("#") || operands.some((operand) => operand.includes("="));
  const mode = (["M", "F", "P"] as const).find((flag): flag is MasterMode => flags.has(flag));
  if (mode !== undefined) {
    if (!edits) {
      showMaster(mode, request, options, directory, output);
      return done();
    }
    const { path, text } = editMaster(mode, request, options, directory, output);
    return done({ writes: [[path, text]] });
  }
  if (!edits) {
    showParameters(request, options, directory, output);
    return done();
  }
  const { path, text, changed } = editParameters(request, options, directory, output);
  return done({ writes: [[path, text]], changed });
}
