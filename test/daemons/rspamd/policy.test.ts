import { describe, expect, it, test } from "vitest";
import type { FileReader } from "../../../src/daemons/daemon.ts";
import { readPolicy } from "../../../src/daemons/rspamd/policy.ts";
import { renderRspamd } from "../../../src/daemons/rspamd/render.ts";

const rendered = renderRspamd({ comment: "A filter.", "local-addrs": { addresses: ["127.0.0.0/8", "203.0.113.20"] } });

function reader(files: Readonly<Record<string, string>>): FileReader {
  return { read: (path) => files[path], list: () => [] };
}

const read = (changes: Readonly<Record<string, string>> = {}): ReturnType<typeof readPolicy> =>
  readPolicy(reader({ ...rendered, ...changes }));

test("the rendered files say what small-office asks of its filter", () => {
  const { policy, problems } = read();
  expect(problems).toEqual([]);
  expect(policy).toMatchObject({
    localAddresses: ["127.0.0.0/8", "203.0.113.20"],
    workers: [
      { type: "controller", sockets: ["127.0.0.1:11334"] },
      { type: "rspamd_proxy", sockets: ["*:11332"] },
    ],
    logPath: "/var/log/rspamd/rspamd.log",
    spamHeader: "X-Spam",
    rejectMessage: "Spam message rejected",
    thresholds: { reject: 15, "add header": 6, greylist: 4 },
    checksSpf: true,
    checksDkim: true,
    checksDmarc: true,
    dmarcActions: { reject: "reject", quarantine: "add header" },
    headerRoutines: ["authentication-results"],
    mapRules: [],
    notSimulated: [],
  });
  expect(policy.weights).toMatchObject({ R_SPF_FAIL: 1, R_SPF_ALLOW: -0.2, DMARC_POLICY_REJECT: 2 });
});

describe("an administrator's changes", () => {
  it("local.d wins over the stock files, override.d over both", () => {
    const actions = (file: string, text: string): object => read({ [`/etc/rspamd/${file}/actions.conf`]: text }).policy.thresholds;
    expect(actions("local.d", "reject = 1;\n")).toMatchObject({ reject: 1, "add header": 6 });
    expect(actions("override.d", "add_header = 2.5;")).toMatchObject({ reject: 15, "add header": 2.5 });
    expect(actions("local.d", "greylist = null;\n")).toEqual({ reject: 15, "add header": 6 });
  });

  it("multimap rules bring their lists", () => {
    const { policy } = read({
      "/etc/rspamd/local.d/multimap.conf":
        'BAD_SUBJECT {\n  type = "header";\n  header = "Subject";\n  map = "$LOCAL_CONFDIR/local.d/subjects.map";\n  regexp = true;\n  score = 20.0;\n}\n',
      "/etc/rspamd/local.d/subjects.map": "# Nobody's invoices.\n/invoice/i\n\n",
    });
    expect(policy.mapRules).toEqual([
      {
        symbol: "BAD_SUBJECT",
        type: "header",
        headers: ["Subject"],
        match: "regexp",
        entries: ["/invoice/i"],
        score: 20,
        maps: ["/etc/rspamd/local.d/subjects.map"],
      },
    ]);
  });

  it("names what is real and not simulated", () => {
    expect(
      read({ "/etc/rspamd/local.d/milter_headers.conf": 'use = ["x-spamd-bar", "authentication-results"];' }).policy.notSimulated,
    ).toEqual(["the header routine x-spamd-bar of Rspamd"]);
    const greylist = `${rendered["/etc/rspamd/rspamd.conf"]}\ngreylist {\n  timeout = 5min;\n}\n`;
    expect(read({ "/etc/rspamd/rspamd.conf": greylist }).policy.notSimulated).toEqual(["the module greylist of Rspamd"]);
  });

  // Every text is what rspamadm configtest of the real 3.4 prints for this file.
  it.each<[string, string]>([
    ['local_addrs = ["127.0.0.0/8";\n', "/etc/rspamd/local.d/options.inc:2 unmatched open brace at 1; "],
    [
      'local_addrs = ["1.2.3.4"\n}\n',
      "error while parsing /etc/rspamd/local.d/options.inc: line: 2, column: 0 - 'unexpected terminating symbol detected', character: '}'",
    ],
    [
      '"a" = [1,2};\n',
      "error while parsing /etc/rspamd/local.d/options.inc: line: 1, column: 10 - 'unexpected terminating symbol detected', character: '}'",
    ],
    [' a = "abc\n;\n', "error while parsing /etc/rspamd/local.d/options.inc: line: 1, column: 9 - 'unexpected newline', character: '0x0a'"],
    [" b;\n", "error while parsing /etc/rspamd/local.d/options.inc: line: 1, column: 2 - 'invalid character in a key', character: ';'"],
    [" = 1;\n", "error while parsing /etc/rspamd/local.d/options.inc: line: 1, column: 1 - 'key must begin with a letter', character: '='"],
    ['.include "/nonexist"\n', "cannot open file /nonexist: No such file or directory"],
    ['.foo "x"\n', "error at /etc/rspamd/local.d/options.inc:1 at column 4: unknown macro: 'foo', character: ' '"],
  ])("is told what is wrong: %j", (text, message) => {
    expect(read({ "/etc/rspamd/local.d/options.inc": text }).problems.map((problem) => problem.message)).toEqual([
      `ucl parser error: ${message}`,
    ]);
  });

  it("knows comments, sections with names, here-documents", () => {
    const text = 'options { /* a; { */ local_addrs = "10.0.0.1"; # b\n}\nlogging {\n  format =<<EOD\na } b\nEOD\n  filename: "/x.log"\n}\n';
    expect(read({ "/etc/rspamd/rspamd.conf": text })).toMatchObject({
      policy: { localAddresses: ["10.0.0.1"], logPath: "/x.log" },
      problems: [],
    });
  });
});
