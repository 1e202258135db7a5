// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is Postfix's syntax
import { describe, expect, test } from "vitest";
import { parseMasterCf } from "../../../src/daemons/postfix/master-cf.ts";
import { recording, worldFile } from "./recording.ts";

const path = "/etc/postfix/master.cf";

test("Debian's services", () => {
  const { services, problems } = parseMasterCf(worldFile("mx1", "etc/postfix/master.cf"), path);
  expect(problems).toEqual([]);
  expect(services).toHaveLength(25);
  expect(services[0]).toMatchObject({
    name: "smtp",
    type: "inet",
    private: "n",
    chroot: "n",
    wakeup: "-",
    processLimit: "-",
    command: "smtpd",
    args: [],
    line: 3,
  });
  const relay = services.find(({ name }) => name === "relay");
  expect(relay).toMatchObject({ overrides: { syslog_name: "postfix/$service_name" }, lastLine: (relay?.line ?? 0) + 1 });
});

test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
  ["-o a=b -o {c = d e} -v", { a: "b", c: "d e" }, ["-o", "a=b", "-o", "c = d e", "-v"]],
  ["-oa=b", { a: "b" }, ["-oa=b"]],
  ["-o a=1 -o a=2", { a: "2" }, ["-o", "a=1", "-o", "a=2"]],
  ["flags=R user=x argv=/bin/y ${nexthop} -o z=1", {}, ["flags=R", "user=x", "argv=/bin/y", "${nexthop}", "-o", "z=1"]],
])("arguments %s", (args, overrides, words) => {
  const { services } = parseMasterCf(`smtp inet n - y - - smtpd ${args}\n`, path);
  expect(services[0]).toMatchObject({ overrides, args: words });
});

describe("complaints", () => {
  test.each([
    ["smtp inet n - y - smtpd\n", `file ${path}: line 1: bad field count`],
    ["# c\nsmtp\n", `file ${path}: line 2: bad field count`],
    ["smtp inet x - y - - smtpd\n", 'invalid private field "x" in "smtp inet x - y - - smtpd"'],
    ["smtp foo n - y - - smtpd\n", 'invalid type field "foo" in "smtp foo n - y - - smtpd"'],
    ["smtp inet n - y foo - smtpd\n", 'invalid wakeup field "foo" in "smtp inet n - y foo - smtpd"'],
    [" smtp inet n - y - - smtpd\n", `${path}: logical line must not start with whitespace: " smtp inet n - y - - smtpd"`],
  ])("%j", (text, message) => {
    expect(parseMasterCf(text, path)).toMatchObject({ services: [], problems: [{ message }] });
  });

  test.each(["broken-master-bad-line", "broken-master-bad-type"])("%s: the recorded message", (name) => {
    const of = recording(`command/${name}`);
    const content = of.differences?.find(({ file }) => file === path)?.content?.join("") ?? "";
    const said = of.steps.flatMap(({ stderr }) => stderr ?? []).join("");
    const [problem] = parseMasterCf(content, path).problems;
    expect(problem?.level).toBe("fatal");
    expect(said).toContain(`fatal: ${problem?.message}\n`);
  });
});
