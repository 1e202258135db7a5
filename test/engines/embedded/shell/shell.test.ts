import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isNotSimulated } from "../../../../src/engines/embedded/shell/not-simulated.ts";
import type { Shell, ShellResult, ShellRun } from "../../../../src/engines/embedded/shell/shell-port.ts";
import { smallRange, startsAtMs } from "./small-range.ts";

const mainCf = "myhostname = mx1.meadow.example\nmydestination = localhost\nrelayhost =\n";
const mailLog = [
  "Nov 24 03:59:01 desk postfix/smtp[81]: A1: to=<bob@brook.example>, relay=mail.brook.example[203.0.113.10]:25, status=sent (250 Ok)",
  "Nov 24 03:59:02 desk postfix/smtp[82]: A2: to=<eve@brook.example>, relay=none, status=deferred (connect: Connection timed out)",
  "Nov 24 03:59:03 desk postfix/smtp[83]: A3: to=<bob@brook.example>, relay=none, status=deferred (connect: Connection timed out)",
  "",
].join("\n");

function desk(): { readonly shell: Shell; run(line: string, options?: ShellRun): Promise<ShellResult>; now(): number } {
  const range = smallRange({ files: { "/etc/postfix/main.cf": mainCf, "/var/log/mail.log": mailLog } });
  const shell = range.shell("desk");
  return { shell, run: (line, options) => range.clock.runUntil(shell.run(line, options)), now: () => range.clock.now() };
}

/** stdout, then stderr, then the code where it is not 0. */
function shown({ stdout, stderr, code }: ShellResult): string {
  return `${stdout}${stderr === "" ? "" : `!${stderr}`}${code === 0 ? "" : `[${code}]`}`;
}

describe("one line", () => {
  test.each([
    ["foo", "!bash: foo: command not found\n[127]"],
    ["tcpdump -n port 25", "!tcpdump: not simulated on the embedded engine\n[127]"],
    ["apt-get install mutt 2>&1 | cat", "apt-get: not simulated on the embedded engine\n"],
    ["curl http://203.0.113.19/", "!curl: not simulated on the embedded engine\n[127]"],
    ["/usr/sbin/foo", "!bash: /usr/sbin/foo: No such file or directory\n[127]"],
    ["which ls tcpdump swaks", "/usr/bin/ls\n/usr/bin/swaks\n[1]"],
    ["/usr/bin/whoami; /usr/sbin/service", "root\n!Usage: service <service> start|stop|restart|reload|status\n[1]"],
    ['echo "abc', "!bash: unexpected EOF while looking for matching `\"'\n[2]"],
    ["if true; then fi", "!bash: syntax error near unexpected token `fi'\n[2]"],
    ["for i in 1 2; do", "!bash: syntax error: unexpected end of file\n[2]"],
    ["echo a; echo x > /nodir/x; echo b", "a\nb\n!bash: /nodir/x: No such file or directory\n"],
    ["echo x > /etc", "!bash: /etc: Is a directory\n[1]"],
    ["id; hostname; hostname -s; hostname -d", "uid=0(root) gid=0(root) groups=0(root)\ndesk.meadow.example\ndesk\nmeadow.example\n"],
    ["echo $UID $HOME $HOSTNAME $PWD", "0 /root desk.meadow.example /root\n"],
    ["date; date -u +%F; date -d '2 hours ago' +%H:%M; date +%s", "Tue Nov 24 04:00:00 UTC 2026\n2026-11-24\n02:00\n1795492800\n"],
    ["ls -l /etc/postfix", "total 4\n-rw-r--r-- 1 root root 70 Nov 24 04:00 main.cf\n"],
    ["ls /nosuch", "!ls: cannot access '/nosuch': No such file or directory\n[2]"],
    ["stat -c '%a %U:%G %s %n' /etc/postfix/main.cf", "644 root:root 70 /etc/postfix/main.cf\n"],
    ["touch /nodir/x", "!touch: cannot touch '/nodir/x': No such file or directory\n[1]"],
    [
      "grep -c status /var/log/mail.log; grep -H --color=always -n sent /etc/hostname /var/log/mail.log | cut -c1-26",
      "3\n/var/log/mail.log:1:Nov 24\n",
    ],
    [
      "awk '{print $7}' /var/log/mail.log | sort | uniq -c | sort -rn",
      "      2 to=<bob@brook.example>,\n      1 to=<eve@brook.example>,\n",
    ],
    ['printf \'a b\\nc\\n\\nd\\n\' | awk \'BEGIN{RS=""}{print NR": "$1","$3}\'', "1: a,c\n2: d,\n"],
    ["printf 'a|b\\n' | awk -F'|' -v OFS=- '{$1=$1; print}'", "a-b\n"],
    ["seq 3 | xargs -n1 echo a", "a 1\na 2\na 3\n"],
    ["printf 'x\\ny z\\n' | xargs -I{} echo '<{}>'", "<x>\n<y z>\n"],
    ["find /etc -name 'main*' -o -name hosts", "/etc/hosts\n/etc/postfix/main.cf\n"],
    ["find /etc -type f -newer /etc/nosuch", "!find: ‘/etc/nosuch’: No such file or directory\n[1]"],
    ["find /etc/postfix -type f -exec grep -l mydest {} \\;", "/etc/postfix/main.cf\n"],
    ["sed -n 's/.*to=<\\([^>]*\\)>.*/\\1/p' /var/log/mail.log | sort -u", "bob@brook.example\neve@brook.example\n"],
    [
      "tail -n1 /var/log/mail.log | cut -d' ' -f6; head -n -2 /var/log/mail.log | wc -l; tail -2 /nosuch",
      "A3:\n1\n!tail: cannot open '/nosuch' for reading: No such file or directory\n[1]",
    ],
    ["diff <(echo a) <(echo b)", "1c1\n< a\n---\n> b\n[1]"],
    ["sudo whoami; sudo nosuch", "root\n!sudo: nosuch: command not found\n[127]"],
    ["nohup echo a; env -i A=1 env | grep -v PWD; timeout 5 sleep 100; echo $?", "a\nA=1\n124\n"],
    ["X=1 env | grep ^X=; export Y=2; printenv Y", "X=1\n2\n"],
    [
      "getent hosts mx1; getent hosts nosuch; echo $?; getent services smtp",
      "203.0.113.19    mx1.meadow.example mx1\n2\nsmtp                  25/tcp mail\n",
    ],
    [
      "systemctl status postfix; systemctl foo; systemctl is-active named; systemctl start",
      "inactive\n!Unit postfix.service could not be found.\nUnknown command verb foo.\nToo few arguments.\n[1]",
    ],
    ["ip -br addr", "lo               UNKNOWN        127.0.0.1/8 \neth0             UP             203.0.113.21/26 \n"],
    ["less /etc/hostname; more < /etc/hostname", "desk.meadow.example\ndesk.meadow.example\n"],
    ["man swaks | head -1; man nosuch", "swaks: sends test mail and shows the whole conversation.\n!No manual entry for nosuch\n[16]"],
    ["js-exec -c 1; python3 -c 1", "!bash: js-exec: command not found\npython3: not simulated on the embedded engine\n[127]"],
    ["sudo sudo sudo echo deep", "deep\n"],
    [
      "md5sum < /etc/hostname; echo -n abc | sha256sum",
      "41488837f20ac418cadb24929a8f4ccd  -\nba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  -\n",
    ],
  ])("%s", async (line, expected) => {
    expect(shown(await desk().run(line))).toBe(expected);
  });
});

describe("from line to line", () => {
  const lasting: readonly (readonly [what: string, lines: readonly string[], expected: string])[] = [
    ["directory", ["cd /etc/postfix", "pwd; cd -; pwd"], "/etc/postfix\n/root\n/root\n"],
    ["variables", ["x='a  b'; export Y=6", 'echo "$x" $Y'], "a  b 6\n"],
    ["exports only reach programs", ["x=1; export y=2", "env | grep -c '^[xy]='"], "1\n"],
    ["arrays", ["a=(1 'b c')", 'echo "${a[1]}"'], "b c\n"],
    ["functions", ["f() { echo hi $1; return 3; }", "f you; echo $?"], "hi you\n3\n"],
    ["aliases", ["alias hi='echo hello'", "hi you"], "hello you\n"],
    ["the exit code", ["false", "echo $?"], "1\n"],
    ["the exit code of a syntax error", ["fi", "echo $?"], "2\n"],
    ["options", ["set -o pipefail", "false | true; echo $?"], "1\n"],
    ["shell options", ["shopt -s nullglob", "echo /nosuch*"], "\n"],
    ["read-only variables", ["readonly R=1", "R=2", "echo $R"], "1\n"],
    ["keyed arrays", ["declare -A m; m[a]='x y'; m[b]=$'q\\n'", 'echo "${m[a]}|${m[b]}"'], "x y|q\n\n"],
    ["files", ["echo a > /tmp/a", "cat /tmp/a"], "a\n"],
  ];
  test.each(lasting)("%s", async (_, lines, expected) => {
    const { run } = desk();
    let result: ShellResult | undefined;
    for (const line of lines) result = await run(line);
    expect(result?.stdout).toBe(expected);
  });

  test("exit ends the shell, an error does not", async () => {
    const { run } = desk();
    expect(await run("exit 3")).toMatchObject({ code: 3, exited: true });
    expect(await run("set -u; echo $nosuch")).toMatchObject({ exited: false });
    expect(await run("echo exit")).toMatchObject({ exited: false, stdout: "exit\n" });
  });

  test("a subshell's functions and variables stay there", async () => {
    const { run } = desk();
    await run("(f() { echo f; }; x=1)");
    expect((await run("f; echo [$x]")).stdout).toBe("[]\n");
  });
});

test("time passes on the range's clock, and only there", async () => {
  const { run, now } = desk();
  expect((await run("sleep 300; date +%T; for i in 1 2 3; do sleep 20; done; date +%T")).stdout).toBe("04:05:00\n04:06:00\n");
  expect(now()).toBe(startsAtMs + 360_000);
});

test("a signal ends a line with 130, whatever it waits for", async () => {
  for (const line of ["sleep 1000", "while true; do sleep 1; done", "sleep 1000 | cat", "timeout 500 sleep 400"]) {
    const range = smallRange();
    const interrupt = new AbortController();
    const running = range.shell("desk").run(line, { signal: interrupt.signal });
    await range.clock.advance(3000);
    interrupt.abort();
    expect(await running, line).toMatchObject({ code: 130, exited: false });
  }
});

test("an endless loop ends with a message", async () => {
  const result = await desk().run("while :; do :; done; echo after");
  expect(result.stderr).toContain("too many iterations");
  expect(result.code).toBe(126);
});

test("a full disk is told, and the line goes on", async () => {
  const range = smallRange({ disks: [{ path: "/var", freeBytes: 10 }] });
  const result = await range.run("desk", "echo 0123456789012345 > /var/x; echo after; df /var | tail -1 | awk '{print $6}'");
  expect(result.stdout).toBe("after\n/var\n");
  expect(result.stderr).toBe("bash: write error: No space left on device\n");
});

test("the same seed gives the same output and the same time", async () => {
  const once = async (): Promise<string> => {
    const { run, now } = desk();
    const output: string[] = [];
    for (const line of ["mktemp", "swaks --to a@b --server mx1", "sleep 7; date", "ls -la /tmp", "ping -c3 mx1"])
      output.push(shown(await run(line)));
    return `${output.join("")}${now()}`;
  };
  expect(await once()).toBe(await once());
});

test("what is not simulated is never simulated as well", async () => {
  const { run } = desk();
  const names = (await run("for n in $(compgen -c 2>/dev/null); do echo $n; done")).stdout.split("\n");
  expect(names.filter(isNotSimulated)).toEqual([]);
});

describe("no line crashes or hangs", () => {
  const pieces = [
    "ls",
    "echo",
    "cat",
    "$x",
    "$(",
    ")",
    "`",
    "'",
    '"',
    "|",
    "||",
    "&&",
    ";",
    "&",
    ">",
    ">>",
    "<",
    "<<E",
    "{",
    "}",
    "\\",
    "*",
    "/etc",
    "-l",
    "!",
    "#",
  ];
  const soup = fc
    .array(fc.oneof(fc.constantFrom(...pieces), fc.string({ maxLength: 4 })), { maxLength: 8 })
    .map((words) => words.join(" "));
  test("bytes and shell soup", async () => {
    const { run } = desk();
    await fc.assert(
      fc.asyncProperty(fc.oneof(soup, fc.string({ unit: "binary", maxLength: 20 })), async (line) => {
        const result = await run(line);
        expect(Number.isInteger(result.code)).toBe(true);
      }),
      { numRuns: 150, seed: 1 },
    );
  });
});
