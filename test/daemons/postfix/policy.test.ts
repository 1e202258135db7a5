import { describe, expect, test } from "vitest";
import { parseMasterCf } from "../../../src/daemons/postfix/master-cf.ts";
import { allDefaults, defaultOf } from "../../../src/daemons/postfix/parameters.ts";
import { expandList, type PostfixPolicy, readPolicy } from "../../../src/daemons/postfix/policy.ts";
import { simulatedParameters } from "../../../src/daemons/postfix/simulated-parameters.ts";
import { readerOf } from "./reader.ts";
import { recording, worldFile } from "./recording.ts";

const masterCf = worldFile("mx1", "etc/postfix/master.cf");

function policyOf(mainCf: string, master = masterCf, hostName = "mx1.meadow.example"): PostfixPolicy {
  return readPolicy(readerOf({ "/etc/postfix/main.cf": mainCf, "/etc/postfix/master.cf": master }), hostName);
}

/** What the real program ends with: taken from postmap of Postfix 3.7.11, which reads such parameters. */
describe("values that make no sense end the program with its own words", () => {
  test.each<[string, (policy: PostfixPolicy) => unknown, string]>([
    ["soft_bounce=maybe", (policy) => policy.bool("soft_bounce"), "bad boolean configuration: soft_bounce = maybe"],
    ["line_length_limit=2MB", (policy) => policy.int("line_length_limit"), "bad numerical configuration: line_length_limit = 2MB"],
    [
      "line_length_limit=99999999999999",
      (policy) => policy.int("line_length_limit"),
      "bad numerical configuration: line_length_limit = 99999999999999",
    ],
    ["ipc_timeout=10x", (policy) => policy.timeMs("ipc_timeout"), "parameter ipc_timeout: bad time value or unit: 10x"],
    ["ipc_timeout=", (policy) => policy.timeMs("ipc_timeout"), "parameter ipc_timeout: bad time value or unit: "],
    [
      "message_size_limit=10 MB",
      (policy) => policy.sizeBytes("message_size_limit"),
      "bad numerical configuration: message_size_limit = 10 MB",
    ],
    ["myorigin=$a\na=$myorigin", (policy) => policy.get("myorigin"), "dictionary mail_dict: macro processing error"],
  ])("%s", (mainCf, get, message) => {
    expect(() => get(policyOf(`${mainCf}\n`))).toThrow(message);
  });
});

describe("values", () => {
  test.each<[string, string, number]>([
    ["", "maximal_queue_lifetime", 5 * 86_400_000],
    ["maximal_queue_lifetime = 1\n", "maximal_queue_lifetime", 86_400_000],
    ["maximal_queue_lifetime = 2h\n", "maximal_queue_lifetime", 7_200_000],
    ["delay_warning_time = 4\n", "delay_warning_time", 4 * 3_600_000],
    ["queue_run_delay = 10\n", "queue_run_delay", 10_000],
    ["minimal_backoff_time = 10m\n", "minimal_backoff_time", 600_000],
    ["smtp_connect_timeout = 1w\n", "smtp_connect_timeout", 7 * 86_400_000],
  ])("%j: %s = %d ms", (mainCf, name, expected) => {
    expect(policyOf(mainCf).timeMs(name)).toBe(expected);
  });

  test("the last of two entries counts, and defaults refer to what is set", () => {
    const policy = policyOf("myhostname = a.b.c\nmyhostname = x.y.z\n");
    expect([policy.get("myhostname"), policy.get("mydomain"), policy.get("myorigin")]).toEqual(["x.y.z", "y.z", "x.y.z"]);
    expect(policy.isSet("myhostname") && !policy.isSet("mydomain")).toBe(true);
  });

  test("without myhostname the host's own name is completed", () => {
    expect(policyOf("mydomain = b.c\n", masterCf, "vm").get("myhostname")).toBe("vm.b.c");
    expect(policyOf("", masterCf, "vm").get("myhostname")).toBe("vm.localdomain");
  });

  test.each([
    ["2", "relay_domains", ""],
    ["0", "relay_domains", "mx1.meadow.example, localhost.meadow.example, localhost"],
    ["3.6", "smtputf8_enable", "yes"],
    ["0", "smtputf8_enable", "no"],
  ])("compatibility level %s: %s = %j", (level, name, expected) => {
    expect(policyOf(`compatibility_level = ${level}\n`).get(name)).toBe(expected);
  });

  test("a service's -o comes first, and only for it", () => {
    const policy = policyOf(
      "smtpd_banner = main\n",
      "smtp inet n - n - - smtpd -o smtpd_banner=mine\n  -o { mynetworks = 10.0.0.0/8, 192.0.2.1 }\n",
    );
    const [service] = policy.services;
    if (service === undefined) throw new Error("no service");
    expect(policy.forService(service).get("smtpd_banner")).toBe("mine");
    expect(policy.forService(service).list("mynetworks")).toEqual(["10.0.0.0/8", "192.0.2.1"]);
    expect(policy.get("smtpd_banner")).toBe("main");
  });

  test("lists are split at commas and white space; files are read in their place", () => {
    const files = readerOf({ "/d": "# own\na.example\nb.example, c.example\n", "/e": "d.example\n" });
    expect(expandList("x, /d  !/e { y z }", files)).toEqual(["x", "a.example", "b.example", "c.example", "!d.example", "{ y z }"]);
    expect(() => expandList("/none", files)).toThrow("open file /none: No such file or directory");
  });
});

describe("what is set", () => {
  test("unsimulated: built in, set, and without effect here", () => {
    const policy = policyOf(
      "smtpd_tls_ask_ccert = yes\nmyorigin = x\nfoo = 1\n",
      "smtp inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n",
    );
    expect(policy.unsimulated).toEqual(["smtpd_tls_ask_ccert", "smtpd_tls_wrappermode"]);
    expect(policy.unknown).toEqual(["foo"]);
  });

  test("every simulated parameter is a real one", () => {
    const { services } = parseMasterCf(masterCf, "x");
    const real = (name: string): boolean =>
      defaultOf(name, services) !== undefined || ["myhostname", "mydomain", "mynetworks"].includes(name);
    expect([...simulatedParameters].filter((name) => !real(name))).toEqual([]);
  });

  test("the worlds' own files set nothing that is not simulated", () => {
    for (const host of ["sender", "bystander", "mx1", "mx2", "mailbox"]) {
      expect([host, policyOf(worldFile(host, "etc/postfix/main.cf"), worldFile(host, "etc/postfix/master.cf")).unsimulated]).toEqual([
        host,
        [],
      ]);
    }
  });

  test("missing files are fatal", () => {
    expect(readPolicy(readerOf({}), "x").problems.map(({ level, message }) => [level, message])).toEqual([
      ["fatal", "open /etc/postfix/main.cf: No such file or directory"],
      ["fatal", "open /etc/postfix/master.cf: No such file or directory"],
    ]);
  });
});

test("the defaults are those that the real postconf -d prints", () => {
  const step = recording("command/postconf-d").steps.find(({ run }) => run === "postconf -d");
  const printed = new Map(
    (step?.stdout ?? []).map((line) => [line.slice(0, line.indexOf(" =")), line.slice(line.indexOf(" =") + 2).trim()]),
  );
  for (const runtime of ["myhostname", "mydomain", "mynetworks", "process_id", "process_name", "service_name"]) printed.delete(runtime);
  expect(new Map(allDefaults(parseMasterCf(masterCf, "x").services))).toEqual(printed);
});
