// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is Postfix's syntax
import { describe, expect, test } from "vitest";
import { expandMacros, referencedNames } from "../../../src/daemons/postfix/macro.ts";
import { PostfixFatal } from "../../../src/daemons/postfix/postfix-problem.ts";

const values: Readonly<Record<string, string>> = {
  mail_name: "Postfix",
  myhostname: "q.w",
  relayhost: "",
  biff: "yes",
  two: "$mail_name $myhostname",
  left: "$right",
  right: "$left",
};
const lookup = (name: string): string | undefined => values[name];

/** Each was printed by `postconf -x` of Postfix 3.7.11 for the same text. */
describe("expansion", () => {
  test.each([
    ["${{a} == {a}}", "true"],
    ["[${{a} != {a}}]", "[]"],
    ["${mail_name?{a}:b c}", "a"],
    ["${mail_name ? {a} : {b}}", "a"],
    ["${mail_name? a b}", "a b"],
    ["[${nosuch?{a}}]", "[]"],
    ["${nosuch:{a}}", "a"],
    ["${relayhost?{set}:{unset}}", "unset"],
    ["${{10} > {9} ? {num} : {text}}", "num"],
    ["${{3.10} >level {3.9} ? {y}:{n}}", "y"],
    ["${{3.6} <level {3.6} ? {y}:{n}}", "n"],
    ["$mail_name.x", "Postfix.x"],
    ["${{$mail_name} == {Postfix} ? {y} : {n}}", "y"],
    ["${mail_name?$myhostname}", "q.w"],
    ["[${mail_name?}]", "[]"],
    ["[${mail_name:}]", "[]"],
    ["[${mail_name?{}:{x}}]", "[]"],
    ["${ mail_name}", "Postfix"],
    ["$(mail_name)", "Postfix"],
    ["${biff?{1}}", "1"],
    ["$two!", "Postfix q.w!"],
    ["100$$", "100$"],
    ["plain", "plain"],
  ])("%s → %s", (text, expected) => {
    expect(expandMacros(text, lookup)).toBe(expected);
  });

  test.each([
    ["${a?b", 'truncated macro reference: "${a?b"'],
    ["${{a} = {b}?{c}:{d}}", '"==" or "!="" or "<"" or "<="" or ">="" or ">" expected at: "...a}>>>= {b}?{c}:{d}"'],
    ["${{a} == b?{c}:{d}}", '"{expression}" expected at: "...{a} ==>>> b?{c}:{d}"'],
    ["${x-y}", 'attribute name syntax error at: "...x>>>-y"'],
    ["${mail_name?{a} b}", '":" expected at: "...a}>>>b"'],
    ["${x?{a}:{b}c}", 'unexpected input at: "...b}>>>c"'],
    ["$-", 'empty macro name: "$-"'],
    ["a$", 'empty macro name: "a$"'],
    ["${}", 'empty macro name: "${}"'],
    ["$left", 'unreasonable macro call nesting: "left"'],
    ["${{x} <level {3.6} ? {y}:{n}}", 'malformed compatibility level syntax: "x"'],
  ])("%s is refused: %s", (text, warning) => {
    try {
      expandMacros(text, lookup);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(PostfixFatal);
      const fatal = error as PostfixFatal;
      expect(fatal.message).toBe("dictionary mail_dict: macro processing error");
      expect(fatal.before[0]?.replace(/"(left|right)"$/, '"left"')).toBe(warning);
    }
  });
});

test.each([
  ["$a ${b?{$c}:{${d}}} $$e", ["a", "b", "c", "d"]],
  ["plain", []],
  ["${{$a} == {$b} ? {x} : {y}}", ["a", "b"]],
])("names in %s", (text, expected) => {
  expect(referencedNames(text)).toEqual(expected);
});
