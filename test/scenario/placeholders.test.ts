import { describe, expect, test } from "vitest";
import { fillIn, leavesOf, lookUp, placeholdersIn, rootsWithoutPath, unknownPlaceholder } from "../../src/scenario/placeholders.ts";

const context = {
  org: { domain: "meadow.example" },
  host: { mx1: { name: "mx1.meadow.example" } },
  mail: { big: { from: "dana@brook.example" } },
};

describe("what is a placeholder", () => {
  test.each([
    ["dig mx {org.domain} @x", ["org.domain"]],
    ["{host.mx1.name}{mail.big.from}", ["host.mx1.name", "mail.big.from"]],
    ["awk '{print}' a.txt", []],
    ["awk '{ print $1 }'", []],
    ["allow-transfer { none; };", []],
    ["cp db.{old,new} /tmp", []],
    ["$HOME/{org.domain}", ["org.domain"]],
    ["{org.}", []],
    ["{.domain}", []],
    ["{16.31}", []],
  ])("%s", (text, paths) => {
    expect(placeholdersIn(text)).toEqual(paths);
  });

  test("known ones are filled in, others stay", () => {
    expect(fillIn("{org.domain} {org.name} {print}", context)).toBe("meadow.example {org.name} {print}");
  });

  test("what is filled in is not read again", () => {
    expect(fillIn("{a.b}", { a: { b: "{org.domain}" }, ...context })).toBe("{org.domain}");
  });

  test("nothing is found on the prototype", () => {
    for (const path of ["org.constructor", "constructor.name", "org.domain.length", "__proto__.x"])
      expect(lookUp(context, path)).toBeUndefined();
  });
});

test("an unknown one is answered with the nearest, or with what could follow", () => {
  expect(unknownPlaceholder("org.domain", context)).toBeUndefined();
  expect(unknownPlaceholder("org.domian", context)?.hint).toBe("Did you mean {org.domain}?");
  expect(unknownPlaceholder("host.resolver9.address", context)?.hint).toBe("Known are: {host.mx1.…}.");
  expect(unknownPlaceholder("zzz.zzz", context)?.hint).toBe("Known are: {org.…}, {host.…}, {mail.…}.");
});

test("a branch alone is half a placeholder; a word that is no branch is none", () => {
  expect(rootsWithoutPath("{org} {print} {host}", context)).toEqual(["org", "host"]);
});

test("leaves are dotted paths", () => {
  expect(leavesOf(context)).toEqual(["org.domain", "host.mx1.name", "mail.big.from"]);
});
