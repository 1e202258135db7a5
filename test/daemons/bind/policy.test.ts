import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describeProblem } from "../../../src/base/problem.ts";
import { admits } from "../../../src/daemons/bind/address-list.ts";
import { readPolicy } from "../../../src/daemons/bind/policy.ts";

interface Case {
  readonly title: string;
  readonly conf: readonly string[];
  readonly "named-checkconf ": { readonly stdout: readonly string[]; readonly stderr: readonly string[]; readonly exit: number };
}

const fixtures = new URL("../../fixtures/", import.meta.url);
const recording = JSON.parse(readFileSync(new URL("recordings/bind/checkconf.json", fixtures), "utf8")) as {
  readonly cases: readonly Case[];
};

describe("reading named.conf says what named-checkconf said", () => {
  it.each(recording.cases.map((recorded) => [recorded.title, recorded] as const))("%s", (_, recorded) => {
    const read = (path: string): string | undefined => (path === "/etc/bind/named.conf" ? recorded.conf.join("") : undefined);
    const { problems } = readPolicy(read);
    const expected = recorded["named-checkconf "];
    expect(problems.map((problem) => `${describeProblem(problem)}\n`)).toEqual([...expected.stdout, ...expected.stderr]);
    expect(problems.some((problem) => problem.code !== "deprecated")).toBe(expected.exit !== 0);
  });
});

describe("the small office's configurations", () => {
  const files =
    (host: string) =>
    (path: string): string | undefined => {
      const folder = new URL(`small-office/${host}/etc/bind/`, fixtures);
      const name = path.replace("/etc/bind/", "");
      return readdirSync(folder).includes(name) ? readFileSync(new URL(name, folder), "utf8") : undefined;
    };
  const own = { addresses: ["198.51.100.2", "203.0.113.18"], networks: ["198.51.100.0/26", "203.0.113.0/26"] };

  it.each([
    ["internet", 5, true],
    ["ns1", 3, false],
    ["resolver", 1, true],
  ])("%s is read without a word", (host, zones, recursion) => {
    const { policy, problems } = readPolicy(files(host));
    expect(problems).toEqual([]);
    expect(policy.notSimulated).toEqual([]);
    expect(policy.zones).toHaveLength(zones);
    expect(policy.recursion).toBe(recursion);
    expect(policy.logging.categories.default?.map((channel) => channel.path)).toEqual(["/var/log/named/named.log"]);
  });

  it("lets the office ask the resolver, and nobody else", () => {
    const { policy } = readPolicy(files("resolver"));
    const asked = ["127.0.0.1", "198.51.100.7", "198.51.100.63", "198.51.100.64", "203.0.113.19"];
    expect(asked.map((address) => admits(policy.allowRecursion, address, own))).toEqual([true, true, true, false, false]);
  });
});
