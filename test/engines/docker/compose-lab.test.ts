import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { composeLab } from "../../../src/engines/docker/compose-lab.ts";
import { readImageSources } from "../../../src/engines/docker/images/image-source.ts";
import type { World } from "../../../src/world/world.ts";

const host = {
  owner: "org",
  duties: [],
  nameservers: ["203.0.113.2"],
  firewall: [],
  disks: [],
  mailboxes: [],
} as const;

const world: World = {
  name: "corner",
  seed: 0,
  pace: "lapse",
  startsAtMs: Date.UTC(2026, 10, 30),
  organisations: [],
  people: [],
  networks: [
    { key: "internet", cidr: "203.0.113.0/26", latencyMs: 20, lossRatio: 0 },
    { key: "office", cidr: "198.51.100.0/26", latencyMs: 1, lossRatio: 0 },
  ],
  hosts: [
    {
      ...host,
      key: "ns1",
      name: "ns1.meadow.example",
      interfaces: [{ network: "internet", address: "203.0.113.2" }],
      daemons: [{ kind: "bind", state: "running" }],
      files: {},
    },
    {
      ...host,
      key: "mx1",
      name: "mx1.meadow.example",
      interfaces: [
        { network: "internet", address: "203.0.113.3" },
        { network: "office", address: "198.51.100.3" },
      ],
      daemons: [{ kind: "postfix", state: "stopped" }],
      files: {
        "/etc/postfix/main.cf": "transport_maps = hash:/etc/postfix/transport\nrelay_recipient_maps = hash:/etc/postfix/relay\n",
        "/etc/postfix/transport": "meadow.example smtp:[mailbox]\n",
        "/etc/postfix/transport.db": "Maildrill lookup table 1 hash\nmeadow.example\tsmtp:[mailbox]\n",
        "/etc/postfix/relay": "alice@meadow.example x\nbob@meadow.example x\n",
        "/etc/postfix/relay.db": "Maildrill lookup table 1 hash\nalice@meadow.example\tx\n",
      },
    },
  ],
};

const references = { base: "", bind: "maildrill/bind:1", postfix: "maildrill/postfix:1", mailbox: "", rspamd: "", exim: "", toolbox: "" };
const sources = readImageSources();
const lab = composeLab(world, { references, sources, heading: ["corner"] });
const textOf = (path: string): string => String(lab.files.find((file) => file.path === path)?.content ?? "");
const compose = parse(textOf("docker-compose.yml"));

describe("a lab for plain compose", () => {
  it("has the world's networks, closed to the outside", () => {
    expect(compose.networks).toEqual(
      Object.fromEntries(
        [
          ["internet", "203.0.113.0/26"],
          ["office", "198.51.100.0/26"],
        ].map(([key, subnet]) => [
          key,
          {
            driver: "bridge",
            internal: true,
            driver_opts: { "com.docker.network.bridge.inhibit_ipv4": "true" },
            ipam: { config: [{ subnet }] },
          },
        ]),
      ),
    );
  });

  it("has the world's hosts at their addresses, with no more rights than the engine gives", () => {
    const { mx1 } = compose.services;
    expect(mx1).toMatchObject({
      image: "maildrill/postfix:1",
      build: { context: "./images", target: "postfix" },
      hostname: "mx1.meadow.example",
      networks: { internet: { ipv4_address: "203.0.113.3" }, office: { ipv4_address: "198.51.100.3" } },
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges"],
      dns: ["203.0.113.2"],
    });
    expect(mx1.cap_add).not.toContain("NET_ADMIN");
    expect(mx1.cap_add).not.toContain("NET_RAW");
    expect(mx1.networks.internet.priority).toBeGreaterThan(mx1.networks.office.priority);
  });

  it("carries no label by which the engine's sweep would take it for a range", () => {
    expect(textOf("docker-compose.yml")).not.toMatch(/maildrill\.(range|owner)/);
  });

  it("leaves a table to the host where its source says the same, and brings one that differs", () => {
    const tables = lab.files.filter(({ path }) => path.includes("/tables/")).map(({ path, content }) => [path, content]);
    expect(tables).toEqual([["hosts/mx1/owner-0/usr/local/etc/host/tables/etc/postfix/relay", "alice@meadow.example\tx\n"]]);
    expect(lab.files.some(({ path }) => path.endsWith(".db"))).toBe(false);
  });

  it("keeps a stopped daemon stopped", () => {
    expect(lab.files.some(({ path }) => path.endsWith("/usr/local/etc/host/disabled/postfix"))).toBe(true);
  });

  it("says what plain compose cannot give", () => {
    const [first, ...rest] = world.hosts;
    if (first === undefined) throw new Error("the world has hosts");
    const drop = { direction: "in", protocol: "tcp", port: 25, verdict: "drop" } as const;
    const filtered = { ...world, hosts: [{ ...first, firewall: [drop] }, ...rest] };
    expect(lab.leftOut).toEqual([]);
    expect(composeLab(filtered, { references, sources, heading: [] }).leftOut).toEqual(["the packet filter of ns1"]);
  });
});

describe("the images of a lab", () => {
  const dockerfile = textOf("images/Dockerfile");
  const stages = [...dockerfile.matchAll(/^FROM (\S+) AS (\S+)$/gm)].map(([, from = "", name = ""]) => ({ from, name }));

  it("are stages of one Dockerfile, each below its parent", () => {
    expect(dockerfile.match(/^FROM /gm)).toHaveLength(stages.length);
    const known = new Set(["scratch", "debian:bookworm-slim"]);
    for (const { from, name } of stages) {
      expect(known).toContain(from);
      known.add(name);
    }
    for (const name of Object.keys(references)) expect(known).toContain(name);
    expect(stages.find(({ name }) => name === "mailbox")?.from).toBe("postfix");
  });

  it("copy only what is in the context", () => {
    const copied = [...dockerfile.matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, sources = ""]) => sources.split(" "));
    expect(copied.length).toBeGreaterThan(0);
    for (const source of copied) expect(lab.files.some(({ path }) => path.startsWith(`images/${source}`))).toBe(true);
    for (const [, stage] of dockerfile.matchAll(/--from=(\S+)/g)) expect(stages.map(({ name }) => name)).toContain(stage);
    expect(dockerfile).not.toContain("$BASE");
  });
});
