import { posix } from "node:path";
import { splitCommands } from "./command-words.ts";

/** Programs that ask somebody (a server, a daemon, the kernel) and print what they were told. */
const askers = new Set(
  (
    "dig host nslookup delv drill swaks telnet nc ncat netcat openssl curl wget ping traceroute tracepath mtr whois ss netstat ip iptables nft " +
    "postqueue mailq postcat postconf postmap postalias postsuper qshape postfix exim exim4 exiqgrep exiwhat sendmail doveadm rspamc rspamadm rndc " +
    "named-checkzone named-checkconf named-compilezone journalctl systemctl service df du quota ls stat find id getent hostname date ps pgrep uptime"
  ).split(" "),
);

/** Programs that print what stands in a file. */
const readers = new Set("cat tac head tail less more view grep egrep fgrep zgrep zcat sed awk cut sort uniq wc nl strings".split(" "));

/** Programs that pass on, in a pipe, what they were given, or a part of it. */
const filters = new Set([...readers, ..."tee column fold tr jq xxd od hexdump".split(" ")]);

/** Programs that say nothing of their own. */
const silent = new Set("cd clear export set unset true sleep sync mkdir touch pushd popd alias umask : wait".split(" "));

/** Words before the program: they change nothing about who speaks. */
const prefixes = new Set("sudo time timeout nohup nice env command stdbuf watch exec".split(" "));

/** Places where a learner's own notes lie; what stands there was put there by hand. */
const ownPlaces = /^(\/tmp|\/var\/tmp|\/root|\/home|\/dev)(\/|$)/;

/**
 * Why the output of a command line proves nothing, or undefined where it may prove something: somebody else than the learner speaks.
 * It judges by the words of the command line, so it is a help to honest learners and no lock: the journal keeps the command line beside
 * every pin, for whoever wants to look.
 * @param cwd the directory in which it ran, `~` for root's home
 */
export function doubtAbout(command: string, cwd: string): string | undefined {
  if (command.trim() === "") return "it is not known which command printed it";
  if (/<<|\$\(|`|<\(/.test(command)) return "part of it is text or a command put into the command line";
  let here = cwd;
  for (const pipeline of splitCommands(command)) {
    const doubt = doubtAboutPipeline(pipeline, here);
    if (doubt !== undefined) return doubt;
    const [[program, folder = "~"] = []] = pipeline;
    if (program === "cd" && pipeline.length === 1) here = pathFrom(here, folder);
  }
  return undefined;
}

function doubtAboutPipeline(pipeline: readonly (readonly string[])[], cwd: string): string | undefined {
  const [first = [], ...rest] = pipeline.map(withoutPrefixes);
  const [program = "", ...args] = first;
  const name = program.split("/").at(-1) ?? "";
  if (silent.has(name) && rest.length === 0) return undefined;
  if (readers.has(name)) {
    const own = fileOf(args, cwd);
    if (own !== undefined) return own;
  } else if (!askers.has(name)) return `${name} prints what it is told to print`;
  const strange = rest.map(([word = ""]) => word.split("/").at(-1) ?? "").find((word) => !filters.has(word));
  return strange === undefined ? undefined : `${strange} stands between the answer and you`;
}

/** `sudo -u root X=1 dig ...` is dig. */
function withoutPrefixes(words: readonly string[]): readonly string[] {
  let at = 0;
  while (at < words.length) {
    const word = words[at] as string;
    if (/^\w+=/.test(word) || prefixes.has(word)) at++;
    else if (at > 0 && /^(-|\d+[smh]?$)/.test(word) && prefixes.has(words[at - 1] as string)) at++;
    else break;
  }
  return words.slice(at);
}

/** What is wrong with the files that a reader reads: none at all, or one of the learner's own. */
function fileOf(args: readonly string[], cwd: string): string | undefined {
  const words = args.filter((arg) => !arg.startsWith("-"));
  const files = words.map((word) => pathFrom(cwd, word));
  const absolute = words.filter((word) => /^[/~]/.test(word));
  const named = absolute.length > 0 ? files.filter((_, index) => /^[/~]/.test(words[index] as string)) : files.slice(-1);
  if (named.length === 0) return "it reads what you type";
  const own = named.find((file) => ownPlaces.test(file));
  return own === undefined ? undefined : `${own} is a file of your own`;
}

/** A path as it stands on a command line, seen from a directory; `~` is root's home. */
function pathFrom(cwd: string, path: string): string {
  if (path.startsWith("/")) return posix.normalize(path);
  if (path.startsWith("~")) return `/root${path.slice(1)}`;
  return posix.join(cwd.startsWith("~") ? `/root${cwd.slice(1)}` : cwd, path);
}

/** Output without lines that were typed: what `sed` was told to write, and the learner's side of a dialogue, say nothing new. */
export function withoutEcho(output: string, typed: readonly string[]): string {
  return output
    .split("\n")
    .filter((line) => line.trim() === "" || !typed.some((input) => input.includes(line.trim())))
    .join("\n");
}
