// biome-ignore-all lint/suspicious/noTemplateCurlyInString: ${name} is Postfix's syntax
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { postconf } from "../../../../src/daemons/postfix/postconf/postconf.ts";
import { recording, recordings, type Step, shellWords, worldFile } from "../recording.ts";

const names: Readonly<Record<string, string>> = {
  mx1: "mx1.meadow.example",
  mx2: "mx2.meadow.example",
  mailbox: "mailbox.meadow.example",
  sender: "mail.brook.example",
  bystander: "mail.thicket.example",
};

const interfaces = ["127.0.0.1/8", "203.0.113.19/26", "198.51.100.3/26"];

/** One host's configuration, as a recording's steps change it. */
class Host {
  readonly #files = new Map<string, string>();
  readonly #name: string;

  constructor(host: string, differences: ReturnType<typeof recording>["differences"] = []) {
    this.#name = names[host] ?? host;
    for (const file of ["main.cf", "master.cf"]) this.#files.set(`/etc/postfix/${file}`, worldFile(host, `etc/postfix/${file}`));
    for (const { host: where, file, content } of differences) {
      if (where === host && file !== undefined) this.#files.set(file, (content ?? []).join(""));
    }
  }

  read(path: string): string | undefined {
    return this.#files.get(path);
  }

  run(args: readonly string[]) {
    const answer = postconf({ args, read: (path) => this.#files.get(path), hostName: this.#name, pid: 8740, interfaces });
    for (const [path, text] of answer.writes) this.#files.set(path, text);
    return answer;
  }
}

/** What a recorded `postconf` call printed; undefined for another command, or one whose output went through a pipe. */
function postconfStep(
  step: Step,
): { readonly args: readonly string[]; readonly stdout: string; readonly stderr: string; readonly code: number } | undefined {
  const words = step.run === undefined ? undefined : shellWords(step.run);
  if (words?.[0] !== "postconf") return undefined;
  return { args: words.slice(1), stdout: (step.stdout ?? []).join(""), stderr: (step.stderr ?? []).join(""), code: step.exit ?? 0 };
}

const cases = readdirSync(join(recordings, "command"))
  .filter((file) => /^(postconf|broken-(?!main-missing|permissions))/.test(file))
  .map((file) => `command/${file.replace(/\.json$/, "")}`);

describe("every postconf call of the recordings answers with the real program's bytes", () => {
  test.each(cases)("%s", (name) => {
    const { steps, differences } = recording(name);
    const hosts = new Map<string, Host>();
    for (const step of steps) {
      const at = step.at ?? "";
      if (names[at] === undefined) continue;
      const host = hosts.get(at) ?? new Host(at, differences);
      hosts.set(at, host);
      const expected = postconfStep(step);
      const tail = /^tail -(\d+) (\S+)$/.exec(step.run ?? "");
      if (tail !== null) {
        const lines = (host.read(tail[2] ?? "") ?? "").split("\n").slice(0, -1);
        expect(lines.slice(-Number(tail[1])), step.run).toEqual((step.stdout ?? []).map((line) => line.trimEnd()));
      }
      if (expected === undefined) continue;
      const { stdout, stderr, code } = host.run(expected.args);
      expect({ run: step.run, stdout, stderr, code }).toEqual({
        run: step.run,
        stdout: expected.stdout,
        stderr: expected.stderr,
        code: expected.code,
      });
    }
  });
});

/** Calls whose answers were taken from postconf of Postfix 3.7.11 with `-c`, on other files than the recorded ones. */
const masterCf = worldFile("mx1", "etc/postfix/master.cf");

function call(mainCf: string, args: readonly string[]) {
  const files: Readonly<Record<string, string>> = { "/c/main.cf": mainCf, "/c/master.cf": masterCf };
  return postconf({ args: ["-c", "/c", ...args], read: (path) => files[path], hostName: "vm", pid: 7, interfaces });
}

describe("what else the real program says", () => {
  test.each<[string, readonly string[], string]>([
    ["foo\n", ["myhostname"], "fatal: /c/main.cf, line 1: missing '=' after attribute name: \"foo\""],
    ["\n\nfoo\n bar\n baz\n", ["myhostname"], "fatal: /c/main.cf, line 3: missing '=' after attribute name: \"foo bar baz\""],
    ["= foo\n", ["myhostname"], 'fatal: /c/main.cf, line 1: missing attribute name: "= foo"'],
    ["myorigin = ${x\n", ["-x", "myorigin"], 'warning: truncated macro reference: "${x"\npostconf: fatal: macro processing error'],
    ["myorigin = ${x-y}\n", ["-x", "myorigin"], "fatal: macro processing error"],
    [
      "compatibility_level = x\n",
      ["myorigin"],
      'warning: malformed compatibility level syntax: "x"\npostconf: fatal: macro processing error',
    ],
    ["", ["-e", "mydomain"], "fatal: missing '=' after attribute name: \"mydomain\""],
    ["", ["-e", "=b"], 'fatal: missing attribute name: "=b"'],
    ["", ["-e", "a=b\nc"], "fatal: -e, -X, or -# accepts no multi-line input"],
    ["", ["-X", "a=b"], "fatal: specify one of -e -X"],
    ["", ["-e"], "fatal: -e requires name=value argument"],
    ["", ["-n", "-d"], "fatal: specify one of -d -n"],
    ["", ["-hH", "myorigin"], "fatal: specify one of -h -H"],
    ["", ["-MH"], "fatal: with option -M, do not specify -H"],
    ["", ["-FX", "a"], "fatal: with option -F, do not specify -X"],
    ["", ["-F", "smtp/inet/chroot=q"], 'fatal: invalid chroot field "q" in "q"'],
    ["", ["-Fe", "smtp/inet/foo=y"], 'fatal: invalid service attribute name: "foo"'],
    ["", ["-P", "smtp/inet/a = c d"], "fatal: -Pe does not accept whitespace in parameter value"],
    ["", ["-M", "smtp/inet=smtp inet n - n"], 'fatal: bad field count: "smtp/inet=smtp inet n - n"'],
    ["", ["-C", "bla"], 'fatal: unknown -C option value "bla" in "bla"'],
  ])("%j %j", (mainCf, args, stderr) => {
    const answer = call(mainCf, args);
    expect(answer.stderr.endsWith(`postconf: ${stderr}\n`) || answer.stderr.endsWith(`${stderr}\n`)).toBe(true);
    expect(answer).toMatchObject({ code: 1, writes: [] });
  });

  test.each<[string, readonly string[], string]>([
    ["mydomain = x.y\n", ["myhostname"], "myhostname = vm.x.y\n"],
    [
      "myhostname = x.y\nmyorigin = $mydomain\n",
      ["-x", "mydomain", "myorigin", "address_verify_poll_count"],
      "mydomain = y\nmyorigin = y\naddress_verify_poll_count = 3\n",
    ],
    ["compatibility_level = 3.6\n", ["mynetworks"], "mynetworks = 127.0.0.1/32 203.0.113.19/32 198.51.100.3/32\n"],
    ["", ["-h", "mydomain", "nosuch", "queue_run_delay"], "localdomain\n300s\n"],
    ["", ["-Px", "relay/unix/syslog_name"], "relay/unix/syslog_name = postfix/relay\n"],
    ["", ["-Fh", "smtp/inet"], "smtp\ninet\nn\n-\nn\n-\n-\nsmtpd\n"],
    ["", ["-Mf", "relay"], "relay      unix  -       -       n       -       -       smtp\n    -o syslog_name=postfix/$service_name\n"],
    [
      "foo=1\nmyorigin=$foo\nsmtpd_restriction_classes=cls\ncls=permit\nsmtp_destination_recipient_limit=2\n",
      ["-n"],
      "cls = permit\nconfig_directory = /c\nfoo = 1\nmyorigin = $foo\nsmtp_destination_recipient_limit = 2\nsmtpd_restriction_classes = cls\n",
    ],
  ])("%j %j", (mainCf, args, stdout) => {
    expect(call(mainCf, args)).toMatchObject({ stdout, code: 0 });
  });

  test("names that nothing uses are warned about, after the listing", () => {
    expect(call("foo=1\nlmtp_x=1\nmyorigin=$nosuch\n", ["-n", "foo"]).stderr).toBe(
      [
        "/c/main.cf: undefined parameter: nosuch",
        "foo: unknown parameter",
        "/c/main.cf: unused parameter: foo=1",
        "/c/main.cf: unused parameter: lmtp_x=1",
      ]
        .map((text) => `postconf: warning: ${text}\n`)
        .join(""),
    );
  });

  test.each<[readonly string[], string, string]>([
    [
      ["-P", "smtp/inet/a=b"],
      "smtp      inet  n       -       n       -       -       smtpd\n",
      "smtp       inet  n       -       n       -       -       smtpd\n    -o a=b\n",
    ],
    [
      ["-PX", "relay/unix/syslog_name"],
      "relay     unix  -       -       n       -       -       smtp\n        -o syslog_name=postfix/$service_name\n",
      "relay      unix  -       -       n       -       -       smtp\n",
    ],
    [
      ["-M#", "relay/unix"],
      "relay     unix  -       -       n       -       -       smtp\n        -o",
      "#relay     unix  -       -       n       -       -       smtp\n#        -o",
    ],
    [["-MX", "smtp/inet"], "smtp      inet  n       -       n       -       -       smtpd\n", ""],
    [
      ["-M", "smtp/inet=smtp inet n - y - 5 smtpd -v"],
      "smtp      inet  n       -       n       -       -       smtpd\n",
      "smtp       inet  n       -       y       -       5       smtpd -v\n",
    ],
  ])("master.cf: %j", (args, before, after) => {
    expect(call("", args).writes).toEqual([["/c/master.cf", masterCf.replace(before, () => after)]]);
  });
});
