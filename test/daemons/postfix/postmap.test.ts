import { describe, expect, test } from "vitest";
import { postmap } from "../../../src/daemons/postfix/postmap.ts";
import { recording, shellWords, worldFile } from "./recording.ts";

/** A host's files on which calls of postmap follow each other. */
class Host {
  readonly files = new Map<string, string>([["/etc/postfix/main.cf", "compatibility_level = 3.6\n"]]);

  call(program: "postmap" | "postalias", args: readonly string[], stdin = "") {
    const answer = postmap({
      program,
      args,
      stdin,
      files: { read: (path) => this.files.get(path), list: () => [] },
      isDirectory: (path) => path === "dd",
    });
    for (const [path, text] of answer.writes) this.files.set(path, text);
    return { stdout: answer.stdout, stderr: answer.stderr, code: answer.code };
  }
}

test("the recorded calls answer with the real program's bytes", () => {
  const host = new Host();
  for (const path of ["etc/postfix/transport", "etc/postfix/relay_recipients", "etc/aliases"])
    host.files.set(`/${path}`, worldFile("mx1", path));
  host.call("postmap", ["/etc/postfix/relay_recipients"]);
  let calls = 0;
  for (const step of recording("command/postmap").steps) {
    const words = shellWords(step.run ?? "");
    const printed = /^printf "([^"]*)" >(\S+); /.exec(step.run ?? "");
    if (printed !== null) {
      host.files.set(printed[2] ?? "", (printed[1] ?? "").replaceAll("\\n", "\n").replaceAll('\\"', '"'));
      const rest = (step.run ?? "").slice(printed[0].length).split("; ");
      const answers = rest.map((text) => {
        const [program, ...args] = shellWords(text) ?? [];
        return host.call(program as "postmap", args);
      });
      // BDB lists in the order of its hash.
      expect(answers.map(({ stdout }) => stdout).join(""), step.run).toBe((step.stdout ?? []).join(""));
      expect(answers.map(({ stderr }) => stderr).join(""), step.run).toBe((step.stderr ?? []).join(""));
      calls++;
    } else if (words?.[0] === "postmap" || words?.[0] === "postalias") {
      const answer = host.call(words[0], words.slice(1));
      expect({ run: step.run, ...answer }).toEqual({
        run: step.run,
        stdout: (step.stdout ?? []).join(""),
        stderr: (step.stderr ?? []).join(""),
        code: step.exit,
      });
      calls++;
    }
  }
  expect(calls).toBeGreaterThan(15);
});

/** Files of the calls below; what is expected was printed by postmap of Postfix 3.7.11. */
const files: Readonly<Record<string, string>> = {
  h: '# c\nAlice@Meadow.example   OK some Text  \n b\n\nmeadow.example smtp:[x]\nbare\n  \nAlice@Meadow.example dup\nwith: colon\nq "a b" c\n"a b" c\n',
  aliases:
    'a: b\n"a": c\n x\na b: c\n@d: e\n"A B@c": d\n:include:/x: y\nFoo@Bar: z\nc : d , e\n#x\nm: "a b"@c, "|p q"\nn: a (comment) b\n a\no: b;c\np: <x@y>\nq: "unterminated\nr: a, b,\n',
  rg: "/a/ b\n",
  ci: "1.2.3.4 x\n",
  "junk.db": "junk\n",
};

const usage = {
  postmap: "fatal: usage: postmap [-bfFhimnNoprsuUvw] [-c config_dir] [-d key] [-q key] [map_type:]file...",
  postalias: "fatal: usage: postalias [-Nfinoprsuvw] [-c config_dir] [-d key] [-q key] [map_type:]file...",
} as const;

function prepared(): Host {
  const host = new Host();
  for (const [path, text] of Object.entries(files)) host.files.set(path, text);
  return host;
}

describe("what the real postmap says", () => {
  test.each<[string, string, number]>([
    ["none", "fatal: open none: No such file or directory", 1],
    ["-q x hash:none", "fatal: open database none.db: No such file or directory", 1],
    ["-q x none", "fatal: open database none.db: No such file or directory", 1],
    ["-q x regexp:none", "fatal: open none: No such file or directory", 1],
    ["-q x cidr:none", "fatal: open none: No such file or directory", 1],
    ["-q x texthash:none", "fatal: open database none: No such file or directory", 1],
    ["-q x foo:none", "fatal: unsupported dictionary type: foo", 1],
    ["foo:h", "fatal: unsupported dictionary type: foo. Is the postfix-foo package installed?", 1],
    ["regexp:rg", "fatal: unsupported dictionary type: regexp does not support bulk-mode creation.", 1],
    ["-s regexp:rg", "fatal: table regexp:rg: sequence operation is not supported", 1],
    ["-d a texthash:ci", "fatal: texthash:ci map requires O_RDONLY access mode", 1],
    ["-q a -d b hash:h", "fatal: specify only one of -s -q or -d", 1],
    ["-q a -s hash:h", "fatal: specify only one of -s or -q or -d", 1],
    ["-q a junk", "fatal: open database junk.db: Invalid argument", 1],
    ["dd", "fatal: read dd: Is a directory", 1],
    ["", usage.postmap, 1],
    ["-q", `option requires an argument -- 'q'\npostmap: ${usage.postmap}`, 1],
    ["-x", `invalid option -- 'x'\npostmap: ${usage.postmap}`, 1],
    ["-c /nowhere h", "fatal: open /nowhere/main.cf: No such file or directory", 1],
  ])("postmap %s", (args, stderr, code) => {
    const answer = prepared().call(
      "postmap",
      args.split(" ").filter((word) => word !== ""),
    );
    expect(answer).toEqual({ stdout: "", stderr: `postmap: ${stderr}\n`, code });
  });

  test("a table with slips is compiled nevertheless; the first of two entries counts", () => {
    const host = prepared();
    expect(host.call("postmap", ["h"]).stderr).toBe(
      [
        "h, line 6: expected format: key whitespace value",
        'h.db: duplicate entry: "alice@meadow.example"',
        'h, line 9: record is in "key: value" format; is this an alias file?',
      ]
        .map((text) => `postmap: warning: ${text}\n`)
        .join(""),
    );
    expect(host.call("postmap", ["-q", "ALICE@meadow.example", "h"])).toEqual({ stdout: "OK some Text   b\n", stderr: "", code: 0 });
    expect(host.call("postmap", ["-s", "h"]).stdout.split("\n").sort()).toEqual(
      ["", "with:\tcolon", '"a b"\tc', "alice@meadow.example\tOK some Text   b", "meadow.example\tsmtp:[x]", 'q\t"a b" c'].sort(),
    );
  });

  test("aliases are rewritten in a tidy form", () => {
    const host = prepared();
    expect(host.call("postalias", ["aliases"]).stderr).toBe(
      [
        'aliases.db: duplicate entry: "a"',
        "aliases, line 5: name must be local",
        "aliases, line 7: need name:value pair",
        "aliases, line 8: name must be local",
      ]
        .map((text) => `postalias: warning: ${text}\n`)
        .join(""),
    );
    expect(host.call("postalias", ["-s", "aliases"]).stdout.split("\n").sort()).toEqual(
      [
        "",
        "a b@c:\td",
        "n:\ta (comment) b a",
        "p:\t<x@y>",
        "r:\ta, b, ",
        "a:\tb",
        "a b:\tc",
        "c:\td, e",
        'm:\t"a b"@c, "|p q"',
        "o:\tb;c",
        'q:\t"unterminated"',
      ].sort(),
    );
  });

  test("adding, asking and removing by standard input", () => {
    const host = prepared();
    expect(host.call("postmap", ["-i", "hash:new"], "a  b\n").code).toBe(0);
    expect(host.call("postmap", ["-q", "-", "hash:new"], "a\nb\n")).toEqual({ stdout: "a\tb\n", stderr: "", code: 0 });
    expect(host.call("postmap", ["-i", "new"], "a 2\nb\nc: d\n").stderr).toBe(
      [
        'new.db: duplicate entry: "a"',
        "stdin, line 2: expected format: key whitespace value",
        'stdin, line 3: record is in "key: value" format; is this an alias file?',
      ]
        .map((text) => `postmap: warning: ${text}\n`)
        .join(""),
    );
    host.call("postmap", ["-r", "-i", "new"], "a 3\n");
    expect(host.call("postmap", ["-q", "a", "new"]).stdout).toBe("3\n");
    expect(host.call("postmap", ["-d", "-", "new"], "a\nq\n").code).toBe(0);
    expect(host.call("postmap", ["-d", "a", "new"]).code).toBe(1);
  });

  test("an edited source does nothing until it is compiled again", () => {
    const host = prepared();
    host.call("postmap", ["ci"]);
    host.files.set("ci", "1.2.3.4 y\n");
    expect(host.call("postmap", ["-q", "1.2.3.4", "ci"]).stdout).toBe("x\n");
  });
});
