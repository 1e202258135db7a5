import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { quote } from "../../../../src/base/shell-words.ts";
import { createFileTree } from "../../../../src/engines/embedded/files/memory-tree.ts";
import { formatDate, parseDate } from "../../../../src/engines/embedded/shell/dates.ts";
import { humanSize, listingDate, modeText } from "../../../../src/engines/embedded/shell/file-listing.ts";
import { globPattern } from "../../../../src/engines/embedded/shell/find/expression.ts";
import { changesBetween } from "../../../../src/engines/embedded/shell/line-diff.ts";
import { awkArguments, grepArguments, records } from "../../../../src/engines/embedded/shell/mended-builtins.ts";
import { readOptions } from "../../../../src/engines/embedded/shell/options.ts";
import { complete } from "../../../../src/engines/embedded/shell/terminal/completion.ts";
import { KeyDecoder } from "../../../../src/engines/embedded/shell/terminal/keys.ts";
import { LineView } from "../../../../src/engines/embedded/shell/terminal/line-view.ts";

const now = Date.UTC(2026, 10, 24, 4, 0, 0);

describe("dates", () => {
  test.each([
    ["@0", 0],
    ["now", now],
    ["yesterday", now - 86_400_000],
    ["2 hours ago", now - 7_200_000],
    ["+1 day", now + 86_400_000],
    ["2026-11-24 04:14", now + 840_000],
    ["2026-11-24T04:00:00Z", now],
    ["Tue, 24 Nov 2026 04:00:00 +0000", now],
    ["nonsense", undefined],
  ])("%s", (text, expected) => {
    expect(parseDate(text, now)).toBe(expected);
  });

  test("strftime", () => {
    expect(formatDate("%a %b %e %T %Z %Y|%j|%s|%-d|%:z|%%|%Q", now)).toBe(`Tue Nov 24 04:00:00 UTC 2026|328|${now / 1000}|24|+00:00|%|%Q`);
  });

  test("ls shows the year of what is old or to come", () => {
    expect(listingDate(now, now)).toBe("Nov 24 04:00");
    expect(listingDate(Date.UTC(2019, 6, 9), now)).toBe("Jul  9  2019");
    expect(listingDate(now + 60_000, now)).toBe("Nov 24  2026");
  });
});

test.each([
  ["file", 0o644, "-rw-r--r--"],
  ["directory", 0o1777, "drwxrwxrwt"],
  ["symlink", 0o777, "lrwxrwxrwx"],
  ["file", 0o2755, "-rwxr-sr-x"],
  ["file", 0o4644, "-rwSr--r--"],
] as const)("%s %o is %s", (kind, mode, expected) => {
  expect(modeText(kind, mode)).toBe(expected);
});

test.each([
  [974, "974"],
  [1024, "1.0K"],
  [102_400, "100K"],
  [103_000, "101K"],
  [1_500_000, "1.5M"],
])("%i bytes are %s", (bytes, expected) => {
  expect(humanSize(bytes)).toBe(expected);
});

describe("diff", () => {
  const lines = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 12 });
  test("applying the changes to the old text gives the new one", () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const result = [...before];
        for (const { fromOld, oldCount, fromNew, newCount } of [...changesBetween(before, after)].reverse()) {
          result.splice(fromOld, oldCount, ...after.slice(fromNew, fromNew + newCount));
        }
        expect(result).toEqual(after);
      }),
    );
  });
});

test("quoted words are split into the same words again", () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      const split = [...quote(words).matchAll(/(?:'[^']*'|\\'|[^\s'])+/g)].map(([word]) =>
        word.replace(/'([^']*)'|\\(')/g, (_, plain: string | undefined, mark: string | undefined) => plain ?? mark ?? ""),
      );
      expect(split).toEqual(words);
    }),
  );
});

describe("options", () => {
  test("as getopt_long reads them", () => {
    expect(readOptions(["-abX", "-n5", "--long=v", "x", "-c", "--", "-y"], "abXn:c", ["long="])).toEqual({
      given: [{ name: "a" }, { name: "b" }, { name: "X" }, { name: "n", value: "5" }, { name: "long", value: "v" }, { name: "c" }],
      operands: ["x", "-y"],
    });
  });

  test.each([
    [["-z"], { kind: "unknown", name: "z", long: false }],
    [["--zz"], { kind: "unknown", name: "zz", long: true }],
    [["-n"], { kind: "value-missing", name: "n", long: false }],
  ])("%j", (args, problem) => {
    expect(readOptions(args, "n:").problem).toEqual(problem);
  });
});

test.each([
  [["-H", "x", "f"], ["x", "f"], true],
  [["--color=never", "-rnHi", "x"], ["-rni", "x"], true],
  [["-e", "-H", "f"], ["-e", "-H", "f"], false],
  [["-A3", "x"], ["-A3", "x"], false],
  [["--", "-H"], ["--", "-H"], false],
])("grep %j", (args, kept, withName) => {
  expect(grepArguments(args)).toMatchObject({ kept, withName });
});

test.each([
  ["\n\na\nb\n\n\nc\n", "", ["a\nb", "c"]],
  ["", "", []],
  ["a;b;", ";", ["a", "b"]],
  ["a--b", "-+", ["a", "b"]],
])("records of %j cut at %j", (text, separator, expected) => {
  expect(records(text, separator)).toEqual(expected);
});

test("awk's arguments end at its program", () => {
  expect(awkArguments(["-F.", "-v", "x=1", "-v", "OFS=-", "{print}", "f", "y=2"])).toEqual({
    args: ["-v", "x=1", "-F", "[.]", 'BEGIN{OFS="-";}\n{print}', "f", "y=2"],
    separator: undefined,
    files: ["f"],
  });
  expect(awkArguments(['BEGIN{RS=""}{print}'])?.separator).toBe("");
  expect(awkArguments([])).toBeUndefined();
});

test.each([
  ["*.cf", "main.cf", true],
  ["*.cf", "main.cf.proto", false],
  ["m?in*", "main.cf", true],
  ["[a-m]*", "zone", false],
  ["[!z]*", "main", true],
  ["a.b", "axb", false],
  ["[", "[", true],
])("the pattern %s and %s", (pattern, name, expected) => {
  expect(globPattern(pattern, false, false).test(name)).toBe(expected);
});

describe("keys", () => {
  const names = (input: string): readonly string[] => new KeyDecoder().decode(input).map((key) => key.text ?? key.name);
  test.each([
    ["a", ["a"]],
    ["\x1b[A\x1bOB", ["up", "down"]],
    ["\x1b[1;5C\x1b[3~\x1b[15~", ["ctrl-right", "delete", "f5"]],
    ["\x1b", ["escape"]],
    ["\x1bb\x1b\x7f", ["alt-b", "alt-backspace"]],
    ["\x03\r\t\x7f", ["ctrl-c", "enter", "tab", "backspace"]],
    ["\x1b[200~a\r\nb\x1b[201~c", ["a\nb", "c"]],
    ["ü€", ["ü", "€"]],
  ])("%j", (input, expected) => {
    expect(names(input)).toEqual(expected);
  });

  test("a sequence in two pieces is one key", () => {
    const decoder = new KeyDecoder();
    expect(decoder.decode("x\x1b[")).toEqual([{ name: "text", text: "x" }]);
    expect(decoder.decode("1;5D")).toEqual([{ name: "ctrl-left" }]);
  });
});

test("a long line goes over rows, and back", () => {
  const view = new LineView();
  expect(view.draw("$ ", "0123456789", 10, 5)).toBe("\r\x1b[J$ 0123456789\r\x1b[2C");
  expect(view.draw("$ ", "0123456789", 0, 5)).toBe("\r\x1b[2A\x1b[J$ 0123456789\x1b[2A\r\x1b[2C");
  expect(view.leave("$ ", "0123456789", 5)).toBe("\x1b[2B\r\n");
});

describe("Tab", () => {
  const files = createFileTree(() => now);
  for (const path of ["/etc/postfix/main.cf", "/etc/postfix/master.cf", "/etc/hosts"]) files.write(path, "");
  const place = { files, cwd: "/etc", commandNames: ["postconf", "postcat", "postqueue", "ls"] };
  test.each([
    ["postq", "postqueue ", ["postqueue"]],
    ["postc", "postc", ["postcat", "postconf"]],
    ["cat post", "postfix/", ["postfix/"]],
    ["cat postfix/ma", "postfix/ma", ["main.cf", "master.cf"]],
    ["cat /etc/ho", "/etc/hosts ", ["/etc/hosts "]],
    ["sudo l", "ls ", ["ls"]],
    ["cat nosuch", "nosuch", []],
  ])("%s", (before, replacement, candidates) => {
    const completion = complete(before, place);
    expect(completion.replacement).toBe(replacement);
    expect(completion.candidates.map((name) => name.trim())).toEqual(candidates.map((name) => name.trim()));
  });
});
