/** swaks's options as Getopt::Long reads them: one or two dashes, unambiguous beginnings, `--no-X` takes X back. */
export interface SwaksOptions {
  /** First name of an option → the values given, in order; "" where it stood without one. */
  readonly values: ReadonlyMap<string, readonly string[]>;
  /** Names that were given, in the order given. */
  readonly order: readonly string[];
  /** Each option's first name → the name it was given under last. */
  readonly givenAs: ReadonlyMap<string, string>;
  /** What is no option. */
  readonly left: readonly string[];
  /** Getopt::Long's complaints. */
  readonly problems: readonly string[];
}

type Takes = "nothing" | "maybe" | "value" | "number";

/** Names of each option, and what it takes (swaks 20201014.0, get_option_struct). */
const table: readonly (readonly [names: string, takes: Takes])[] = [
  ...([
    ["from|f", "maybe"],
    ["to|t", "maybe"],
    ["helo|ehlo|lhlo|h", "maybe"],
    ["server|s", "maybe"],
    ["4", "nothing"],
    ["6", "nothing"],
  ] as const),
  ...([
    ["copy-routing", "maybe"],
    ["port|p", "maybe"],
    ["protocol", "value"],
    ["data|d", "maybe"],
    ["timeout", "maybe"],
  ] as const),
  ...([
    ["quit-after|quit|q", "value"],
    ["drop-after|drop|da", "value"],
    ["drop-after-send|das", "value"],
    ["suppress-data|n", "nothing"],
  ] as const),
  ...([
    ["auth|a", "maybe"],
    ["auth-user|au", "maybe"],
    ["auth-password|ap", "maybe"],
    ["auth-map|am", "value"],
    ["auth-extra|ae", "value"],
  ] as const),
  ...([
    ["auth-hide-password|ahp", "maybe"],
    ["auth-plaintext|apt", "nothing"],
    ["auth-optional|ao", "maybe"],
  ] as const),
  ...([
    ["auth-optional-strict|aos", "maybe"],
    ["support", "nothing"],
    ["local-interface|li", "maybe"],
    ["local-port|lport|lp", "maybe"],
  ] as const),
  ...([
    ["tls", "nothing"],
    ["tls-optional|tlso", "nothing"],
    ["tls-optional-strict|tlsos", "nothing"],
    ["tls-on-connect|tlsc", "nothing"],
  ] as const),
  ...([
    ["tls-cert", "value"],
    ["tls-key", "value"],
    ["tls-protocol|tlsp", "value"],
    ["tls-cipher", "value"],
    ["tls-get-peer-cert", "maybe"],
  ] as const),
  ...([
    ["tls-sni", "value"],
    ["tls-verify", "nothing"],
    ["tls-ca-path", "value"],
    ["silent|S", "number"],
    ["no-strip-from|nsf", "nothing"],
  ] as const),
  ...([
    ["no-hints|nth", "nothing"],
    ["no-send-hints|nsh", "nothing"],
    ["no-receive-hints|nrh", "nothing"],
    ["no-info-hints|nih", "nothing"],
  ] as const),
  ...([
    ["hide-receive|hr", "nothing"],
    ["hide-send|hs", "nothing"],
    ["protect-prompt|pp", "nothing"],
    ["hide-informational|hi", "nothing"],
  ] as const),
  ...([
    ["hide-all|ha", "nothing"],
    ["show-time-lapse|stl", "maybe"],
    ["version", "nothing"],
    ["help", "nothing"],
    ["no-data-fixup|ndf", "nothing"],
  ] as const),
  ...([
    ["show-raw-text|raw", "nothing"],
    ["output|output-file", "value"],
    ["output-file-stdout", "value"],
    ["output-file-stderr", "value"],
  ] as const),
  ...([
    ["pipe", "maybe"],
    ["socket", "maybe"],
    ["body", "maybe"],
    ["attach-name", "maybe"],
    ["attach-type", "maybe"],
    ["attach", "maybe"],
  ] as const),
  ...([
    ["attach-body", "maybe"],
    ["add-header|ah", "maybe"],
    ["header", "maybe"],
    ["dump", "maybe"],
    ["dump-mail", "nothing"],
  ] as const),
  ...([
    ["dump-as-body|dab", "maybe"],
    ["dump-as-body-shows-password|dabsp", "nothing"],
    ["pipeline", "nothing"],
    ["prdr", "nothing"],
  ] as const),
  ...([
    ["force-getpwuid", "nothing"],
    ["config", "maybe"],
    ["xclient", "maybe"],
    ["xclient-name", "maybe"],
    ["xclient-addr", "maybe"],
  ] as const),
  ...([
    ["xclient-port", "maybe"],
    ["xclient-proto", "maybe"],
    ["xclient-destaddr", "maybe"],
    ["xclient-destport", "maybe"],
  ] as const),
  ...([
    ["xclient-helo", "maybe"],
    ["xclient-login", "maybe"],
    ["xclient-reverse-name", "maybe"],
    ["xclient-delim", "nothing"],
  ] as const),
  ...([
    ["xclient-optional", "nothing"],
    ["xclient-optional-strict", "nothing"],
    ["xclient-before-starttls", "nothing"],
  ] as const),
  ...([
    ["xclient-no-verify", "nothing"],
    ["proxy", "maybe"],
    ["proxy-version", "maybe"],
    ["proxy-family", "maybe"],
    ["proxy-command", "maybe"],
  ] as const),
  ...([
    ["proxy-protocol", "maybe"],
    ["proxy-source", "maybe"],
    ["proxy-source-port", "maybe"],
    ["proxy-dest", "maybe"],
    ["proxy-dest-port", "maybe"],
  ] as const),
];

interface Named {
  readonly name: string;
  readonly first: string;
  readonly takes: Takes;
  readonly negated: boolean;
}

const everyName: readonly Named[] = table.flatMap(([names, takes]) => {
  const all = names.split("|");
  const first = all[0] as string;
  const named = (name: string): readonly Named[] => [
    { name, first, takes, negated: false },
    { name: `no-${name}`, first, takes: "nothing", negated: true },
  ];
  return all.flatMap(named);
});

export function readSwaksOptions(args: readonly string[]): SwaksOptions {
  const words = rewritten(args);
  const values = new Map<string, string[]>();
  const order: string[] = [];
  const givenAs = new Map<string, string>();
  const left: string[] = [];
  const problems: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    if (word === "--") {
      left.push(...words.slice(index + 1));
      break;
    }
    const typed = /^--?(.+)$/.exec(word)?.[1];
    if (typed === undefined) {
      left.push(word);
      continue;
    }
    const option = nameOf(typed);
    if (typeof option === "string") {
      problems.push(option);
      continue;
    }
    const next = words[index + 1];
    if (option.takes === "value" && next === undefined) {
      problems.push(`Option ${option.name} requires an argument`);
      continue;
    }
    const takesNext = next !== undefined && takesWord(option.takes, next);
    if (takesNext) index++;
    order.push(option.first);
    givenAs.set(option.first, option.name);
    if (option.negated) values.delete(option.first);
    else values.set(option.first, [...(values.get(option.first) ?? []), takesNext ? next : option.takes === "nothing" ? "1" : ""]);
  }
  return { values, order, givenAs, left, problems };
}

/** `--option=value` becomes two words, `--header-Foo bar` becomes `--header "Foo: bar"`, `-g` is old for `--data -`. */
function rewritten(args: readonly string[]): readonly string[] {
  const words = args.flatMap((arg) => {
    const equals = /^(-[^=]+)=([^]*)$/.exec(arg);
    return equals === null ? [arg] : [equals[1] as string, equals[2] as string];
  });
  const result: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    const header = /^-?-h(?:eader)?-([^:]+):?$/.exec(word);
    if (header !== null) result.push("--header", `${header[1]}: ${words[++index] ?? ""}`);
    else if (/^-?-g$/.test(word)) result.push("--data", "-");
    else result.push(word);
  }
  return result;
}

function nameOf(typed: string): Named | string {
  const exact = everyName.find(({ name }) => name === typed);
  if (exact !== undefined) return exact;
  const beginning = everyName.filter(({ name }) => name.startsWith(typed));
  const meant = new Set(beginning.map(({ first, negated }) => `${negated ? "no-" : ""}${first}`));
  const [only] = beginning;
  if (only === undefined) return `Unknown option: ${typed}`;
  return meant.size === 1
    ? only
    : `Option ${typed} is ambiguous (${beginning
        .map(({ name }) => name)
        .sort()
        .join(", ")})`;
}

function takesWord(takes: Takes, next: string): boolean {
  if (takes === "nothing") return false;
  if (takes === "number") return /^-?\d+$/.test(next);
  return takes === "value" || next === "-" || !next.startsWith("-");
}
