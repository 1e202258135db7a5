import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { editMainCf, parseMainCf, setParameter } from "../../../src/daemons/postfix/main-cf.ts";
import { recording, worldFile } from "./recording.ts";

const path = "/etc/postfix/main.cf";

describe("reading", () => {
  test.each<[string, readonly (readonly [string, string, number])[]]>([
    [
      "# c\n\na = 1\nb=2\n",
      [
        ["a", "1", 3],
        ["b", "2", 4],
      ],
    ],
    [
      "a = 1\n  # inside\n  2\nb = 3\n",
      [
        ["a", "1  2", 1],
        ["b", "3", 4],
      ],
    ],
    ["a =   1  b   \n   c   \n\n   d\n", [["a", "1  b      c      d", 1]]],
    ["a =\n", [["a", "", 1]]],
    ["a = b = c\n", [["a", "b = c", 1]]],
    ["a = 1", [["a", "1", 1]]],
    ["", []],
  ])("%j", (text, expected) => {
    const { entries, problems } = parseMainCf(text, path);
    expect(entries.map(({ name, value, line }) => [name, value, line])).toEqual(expected);
    expect(problems).toEqual([]);
  });

  test.each<[string, string, number, "fatal" | "warning"]>([
    ["a = 1\nfoo\n", `${path}, line 2: missing '=' after attribute name: "foo"`, 2, "fatal"],
    ["a = 1\nfoo bar = baz\n", `${path}, line 2: missing '=' after attribute name: "foo bar = baz"`, 2, "fatal"],
    ["= foo\n", `${path}, line 1: missing attribute name: "= foo"`, 1, "fatal"],
    ["\n\nfoo\n bar\n baz\n", `${path}, line 3: missing '=' after attribute name: "foo bar baz"`, 3, "fatal"],
    ["  leading = x\n", `${path}: logical line must not start with whitespace: "  leading = x"`, 1, "warning"],
    [
      " 3456789012345678901234567890123\n",
      `${path}: logical line must not start with whitespace: " 34567890123456789012345678901..."`,
      1,
      "warning",
    ],
    ["a=1\n bar\na =\n  2\n", `${path}, line 3: overriding earlier entry: a=1 bar`, 3, "warning"],
  ])("%j is complained about as by the real program", (text, message, line, level) => {
    expect(parseMainCf(text, path).problems).toEqual([expect.objectContaining({ message, level, where: { file: path, line } })]);
  });

  test("nothing is read after a fatal line", () => {
    expect(parseMainCf("a = 1\nfoo\nb = 2\n", path).entries.map(({ name }) => name)).toEqual(["a"]);
  });

  test.each(["broken-twice", "broken-alias-domain-twice", "broken-no-equals", "broken-indented"])("%s: the recorded message", (name) => {
    const of = recording(`command/${name}`);
    const content = of.differences?.find(({ file }) => file === path)?.content?.join("") ?? "";
    const said = of.steps.flatMap(({ stderr }) => stderr ?? []).join("");
    const { problems } = parseMainCf(content, path);
    expect(problems.length).toBeGreaterThan(0);
    for (const { message, level } of problems) expect(said).toContain(`${level}: ${message}\n`);
  });
});

/** Text before, what `postconf` was asked, text after: taken from postconf of Postfix 3.7.11. */
describe("editing", () => {
  const head = "# head\ncompatibility_level = 3.6\n";
  test.each<[string, string, string, { readonly value: string } | "remove" | "comment-out", string]>([
    [
      "every entry is replaced",
      `${head}myorigin = a\n  # c\n  b\n# tail\nrelayhost=\nmyorigin = z\n`,
      "myorigin",
      { value: "new" },
      `${head}myorigin = new\n  # c\n# tail\nrelayhost=\nmyorigin = new\n`,
    ],
    ["removed with its continuation", `${head}myorigin = a\n  # c\n  b\n# tail\n`, "myorigin", "remove", `${head}  # c\n# tail\n`],
    [
      "commented out with its continuation",
      `${head}myorigin = a\n  # c\n  b\n\n# tail\n`,
      "myorigin",
      "comment-out",
      `${head}#myorigin = a\n  # c\n#  b\n\n# tail\n`,
    ],
    ["a new one is appended", head, "mydomain", { value: "x.y" }, `${head}mydomain = x.y\n`],
    ["an empty value", head, "relayhost", { value: "" }, `${head}relayhost = \n`],
    ["Postfix adds no newline to a last line without one", "a = 1", "relayhost", { value: "x" }, "a = 1relayhost = x\n"],
    ["bad lines are none of its business", "a = 1\nbad\n", "b", { value: "2" }, "a = 1\nbad\nb = 2\n"],
    ["what starts with white space is no entry", "  b = c\n#x\n  d\nb = q\n", "b", { value: "1" }, "  b = c\n#x\n  d\nb = 1\n"],
    ["what is not there stays away", head, "nosuch", "remove", head],
  ])("%s", (_, before, name, change, after) => {
    expect(editMainCf(before, path, new Map([[name, change]])).content).toBe(after);
  });

  test("two entries of one name are warned about once", () => {
    const text = "a = 1\na = 2\na = 3\n";
    expect(editMainCf(text, path, new Map([["a", "remove"]])).warnings).toEqual([`${path}: multiple entries for "a"`]);
  });

  const names = fc.constantFrom("myorigin", "relayhost", "mydestination", "message_size_limit");
  const values = fc.stringMatching(/^[a-z$][a-z0-9$., ]{0,20}[a-z0-9]$/);

  test("law: what is set is read, and nothing else changes", () => {
    const main = worldFile("mx1", "etc/postfix/main.cf");
    fc.assert(
      fc.property(names, values, (name, value) => {
        const edited = setParameter(main, name, value);
        const read = new Map(parseMainCf(edited, path).entries.map((entry) => [entry.name, entry.value]));
        const before = new Map(parseMainCf(main, path).entries.map((entry) => [entry.name, entry.value]));
        expect(read).toEqual(new Map([...before, [name, value]]));
        expect(setParameter(edited, name, value)).toBe(edited);
      }),
    );
  });

  test("law: setting what was not there and removing it again gives the same bytes", () => {
    fc.assert(
      fc.property(values, (value) => {
        const main = worldFile("mx2", "etc/postfix/main.cf");
        expect(setParameter(setParameter(main, "message_size_limit", value), "message_size_limit", undefined)).toBe(main);
      }),
    );
  });
});
