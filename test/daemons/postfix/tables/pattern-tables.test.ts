// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is Postfix's syntax
import { describe, expect, test } from "vitest";
import { openTable } from "../../../../src/daemons/postfix/tables/open-table.ts";
import { readerOf } from "../reader.ts";

function open(name: string, text: string) {
  return openTable(name, readerOf({ [name.slice(name.indexOf(":") + 1)]: text }));
}

/** Rules, key, and what `postmap -q` of Postfix 3.7.11 with postfix-pcre answered; undefined: not found. */
describe.each(["regexp", "pcre"])("%s:", (type) => {
  test.each<[string, string, string | undefined]>([
    ["/^(.*)@(a)\\.b$/ $1 and $2 $$\n", "u@a.b", "u and a $"],
    ["/(c)d/ $1-${1}-$(1)\n", "cd", "c-c-c"],
    ["/e(f)?g/ [$1]\n", "eg", "[]"],
    ["/e(f)?g/ [$1]\n", "efg", "[f]"],
    ["!/zz/ Z\n", "abc", "Z"],
    ["/x\\// S\n", "x/", "S"],
    ["|y| P\n", "y", "P"],
    ["/W/x w\n", "W", "w"],
    ["/w/ caseless\n", "W", "caseless"],
    ["/A/i exact\n", "a", undefined],
    ["/A/i exact\n", "A", "exact"],
    ["/[[:digit:]]/ DD\n", "1", "DD"],
    ["if /a/\n/b/ B\nif !/c/\n/d/ D\nendif\nendif\n/e/ E\n", "ab", "B"],
    ["if /a/\n/b/ B\nif !/c/\n/d/ D\nendif\nendif\n/e/ E\n", "ad", "D"],
    ["if /a/\n/b/ B\nif !/c/\n/d/ D\nendif\nendif\n/e/ E\n", "acd", undefined],
    ["if /a/\n/b/ B\nif !/c/\n/d/ D\nendif\nendif\n/e/ E\n", "e", "E"],
    ["if /x/\n/f/ F\n", "xf", "F"],
  ])("%j %s", (text, key, expected) => {
    expect(open(`${type}:r`, text).lookup(key)).toBe(expected);
  });

  test.each<[string, readonly string[]]>([
    ["foo bar\n", ["line 1: ignoring unrecognized request"]],
    ["/noresult/\n", ["line 1: no replacement text: using empty string"]],
    ["/h/ $2\n", ['line 1: out of range replacement index "2": skipping this rule']],
    ["/V/q v\n", [`line 1: unknown ${type === "pcre" ? "pcre" : "regexp"} option "q": skipping this rule`]],
    ["/K \n", [`line 1: no closing regexp delimiter "/": ${type === "pcre" ? "ignoring" : "skipping"} this rule`]],
    ["/a/ b\nendif\n", ["line 2: ignoring ENDIF without matching IF"]],
    ["if /x/\n/f/ F\n", ["line 1: IF has no matching ENDIF"]],
    [
      "/bad[/ q\n",
      [
        type === "pcre"
          ? "line 1: error in regex at offset 4: missing terminating ] for character class"
          : "line 1: Invalid regular expression",
      ],
    ],
  ])("%j is warned about", (text, warnings) => {
    expect(open(`${type}:r`, text).problems.map(({ message }) => message)).toEqual(warnings.map((warning) => `${type} map r, ${warning}`));
  });
});

describe("cidr:", () => {
  const rules =
    "1.2.3.0/33 a\n1.2.3.4 b\n!1.2.3.4 c\n 1.2.3.4\n10.0.0.1-10.0.0.4 x\n[::1] y\nfoo/8 q\n1.2.3/24 q\n192.0.2.1/24 Q\n1.2.3.4\nendif\n";
  test.each<[string, string, string | undefined]>([
    [rules, "1.2.3.4", "b"],
    [rules, "1.2.3.5", "c 1.2.3.4"],
    [rules, "::1", "y"],
    [rules, "abc", undefined],
    ["192.0.2.0/24 REJECT\n!10.0.0.0/8 OK\nif 10.0.0.0/8\n10.1.0.0/16 A\nendif\n::/0 V6\n", "192.0.2.5", "REJECT"],
    ["192.0.2.0/24 REJECT\n!10.0.0.0/8 OK\nif 10.0.0.0/8\n10.1.0.0/16 A\nendif\n::/0 V6\n", "10.1.2.3", "A"],
    ["192.0.2.0/24 REJECT\n!10.0.0.0/8 OK\nif 10.0.0.0/8\n10.1.0.0/16 A\nendif\n::/0 V6\n", "11.1.2.3", "OK"],
    ["0.0.0.0/0 all\n", "203.0.113.9", "all"],
    ["203.0.113.16/28 block\n", "203.0.113.31", "block"],
    ["203.0.113.16/28 block\n", "203.0.113.32", undefined],
  ])("%j %s", (text, key, expected) => {
    expect(open("cidr:c", text).lookup(key)).toBe(expected);
  });

  test("slips are warned about with the real words", () => {
    expect(open("cidr:c", rules).problems.map(({ message }) => message)).toEqual(
      [
        'line 1: bad mask length in "1.2.3.0/33"',
        'line 5: bad address pattern: "10.0.0.1-10.0.0.4"',
        'line 7: bad network value in "foo/8"',
        'line 8: bad network value in "1.2.3/24"',
        'line 9: non-null host address bits in "192.0.2.1/24", perhaps you should use "192.0.2.0/24" instead',
        "line 10: no lookup result",
        "line 11: ENDIF without IF",
      ].map((text) => `cidr map c, ${text}: skipping this rule`),
    );
  });
});

describe("the other types", () => {
  test.each<[string, string, string | undefined]>([
    ["static:{a b}", "x", "a b"],
    ["static:/tmp/none", "x", "/tmp/none"],
    ["inline:{a=b,x=c}", "x", "c"],
    ["inline:{ {a= b c}, {x = c d}}", "x", "c d"],
    ["inline:{a=b}", "A", "b"],
    ["unionmap:{inline:{x=b},static:c}", "x", "b,c"],
    ["pipemap:{inline:{x=b},inline:{b=q}}", "x", "q"],
    ["pipemap:{inline:{x=b},inline:{b=q}}", "b", undefined],
    ["texthash:t", "a", "b"],
    ["texthash:t", "x", undefined],
    ["unix:passwd.byname", "root", "root:x:0:0:root:/root:/bin/bash"],
    ["proxy:texthash:t", "a", "b"],
    ["internal:x", "a", undefined],
  ])("%s %s → %s", (name, key, expected) => {
    const files = readerOf({ t: "a b\nx\n", "/etc/passwd": "root:x:0:0:root:/root:/bin/bash\n" });
    expect(openTable(name, files).lookup(key)).toBe(expected);
  });

  test.each([
    ["foo:x", "unsupported dictionary type: foo"],
    ["inline:{ab}", 'missing \'=\' after attribute name: "inline:{ab}"; need "inline:{name=value...}"'],
    ["inline:a=b", 'bad syntax: "inline:a=b"; need "inline:{name=value...}"'],
    ["inline:{}", 'bad syntax: "inline:{}"; need "inline:{name=value...}"'],
    ["pipemap:{}", 'bad syntax: "pipemap:{}"; need "pipemap:{type:name...}"'],
    ["unionmap:hash:/x", 'bad syntax: "unionmap:hash:/x"; need "unionmap:{type:name...}"'],
    ["hash:", 'open dictionary: expecting "type:name" form instead of "hash:"'],
    ["unix:foo", "unknown table: unix:foo"],
  ])("%s ends the program: %s", (name, message) => {
    expect(() => openTable(name, readerOf({}))).toThrow(message);
  });

  test("a table that is not there fails with each lookup", () => {
    const table = openTable("hash:/etc/postfix/nomap", readerOf({}));
    expect(table.problems).toMatchObject([{ level: "error", message: "open database /etc/postfix/nomap.db: No such file or directory" }]);
    expect(table.lookup("a")).toEqual({
      failure: "hash:/etc/postfix/nomap is unavailable. open database /etc/postfix/nomap.db: No such file or directory",
    });
  });
});
