import { networkInterfaces } from "node:os";
import type Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectDocker } from "../../src/engines/docker/client.ts";
import { createHostCommands, type HostCommands } from "../../src/engines/docker/host-commands.ts";
import { imageFor, rightsOf } from "../../src/engines/docker/image-rights.ts";
import { imageReferences } from "../../src/engines/docker/images/image-source.ts";
import { labels } from "../../src/engines/docker/labels.ts";
import { ownerOf } from "../../src/engines/docker/owner.ts";
import { atFreshAddresses } from "../../src/scenario/fresh-addresses.ts";
import type { Range } from "../../src/world/engine.ts";
import type { DaemonKind } from "../../src/world/world.ts";
import { type BareHost, bareRange, demandDocker, engineOn, obstacle } from "./bare-range.ts";
import { type Listener, listen, type Outside, standInOutside } from "./listener.ts";
import { type Attempt, attemptLines, attempts, everybody, probeCommand } from "./probe.ts";

const why = obstacle() ?? (process.getuid?.() === 0 ? undefined : "making a network namespace takes root");
demandDocker(why);

/** A host of each image. */
const hosts: readonly BareHost[] = [
  { key: "desk", networks: ["internet", "office"], nameservers: ["127.0.0.1"] },
  { key: "second", networks: ["office"], nameservers: [] },
  ...(["bind", "postfix", "dovecot", "rspamd", "exim"] as const).map((kind) => ({ key: kind, networks: ["office"], daemons: [kind] })),
];
const devices = ["eth0", "eth1"];
/** As the kernel says that there is no way. */
const noWay =
  /^(No route to host|Operation not permitted|Network is unreachable|Cannot assign requested address|Invalid argument|No such device)$/;

describe.skipIf(why !== undefined)("whoever is root on a host of a range", () => {
  let docker: Docker;
  let outside: Outside;
  let [range, other]: (Range | undefined)[] = [];
  const listeners: { engine: Listener; outside: Listener }[] = [];
  let ordinary: { container: Docker.Container; commands: HostCommands; network: Docker.Network; gateways: string[] };

  beforeAll(async () => {
    const client = await connectDocker(process.env);
    docker = client.docker;
    outside = standInOutside();
    listeners.push({ engine: await listen(), outside: await listen({ namespace: outside.namespace, dns: true }) });
    const engine = engineOn(client);
    range = await atFreshAddresses(() => bareRange(engine, hosts));
    other = await atFreshAddresses(() => bareRange(engine, hosts.slice(0, 2)));
    ordinary = await ordinaryContainer(docker, imageReferences(client.about.architecture).toolbox, outside.address);
  }, 120_000);

  afterAll(async () => {
    await Promise.all([range?.down(), other?.down()]);
    await ordinary?.container.remove({ force: true });
    await ordinary?.network.remove();
    for (const { engine, outside: out } of listeners) [engine, out].map(({ close }) => close());
    outside?.close();
  });

  const there = (): { engine: Listener; outside: Listener } => listeners[0] as (typeof listeners)[0];
  /** What the learner's host says to each attempt. */
  const probe = async (tries: readonly Attempt[], from = "desk"): Promise<Map<string, string>> =>
    answers((await (range as Range).run(from, probeCommand, { stdin: attemptLines(tries) })).stdout);
  /** The same from a container as anybody starts it. */
  const control = async (tries: readonly Attempt[]): Promise<Map<string, string>> =>
    answers((await ordinary.commands.run(probeCommand, { stdin: attemptLines(tries) })).stdout);

  it("reaches no address of the engine's machine, over no line and by no protocol; an ordinary container does", async () => {
    const { engine } = there();
    const addresses = [...machineAddresses(), ...gatewaysOf(range), "fe80::1%2", "ff02::1%2"];
    const tries = attempts("engine", [...addresses, ...everybody], engine.port, devices);
    const said = await probe(tries);
    expect(said.size).toBe(tries.length);
    const heard = await engine.heard();
    expect(heard.filter((name) => name.startsWith("engine/"))).toEqual([]);
    // Where a router would stand, nobody answers; all else is refused on the spot.
    const isRouter = (name: string): boolean => gatewaysOf(range).some((address) => name.includes(`/${address}/`));
    const connects = [...said].filter(([name]) => name.includes("/tcp/"));
    expect(connects.filter(([name, answer]) => !noWay.test(answer) && !(isRouter(name) && answer === "silence"))).toEqual([]);

    const own = attempts("control", [...machineAddresses("IPv4"), ...ordinary.gateways, ...everybody], engine.port, []);
    const open = await control(own);
    expect([...open].filter(([, answer]) => answer !== "done")).toEqual([]);
    const came = await engine.heard();
    const sent = own.filter(({ protocol, address }) => protocol === "udp" && address !== "239.255.255.250").map(({ name }) => name);
    expect(sent.filter((name) => !came.includes(name))).toEqual([]);
  });

  it("gets no echo from the engine's machine or from outside; an ordinary container does", async () => {
    const targets = [...machineAddresses("IPv4"), ...gatewaysOf(range), outside.address];
    const pings = targets.flatMap((address) =>
      ["", "-I eth0", "-I eth1"].map((over) => `ping -c1 -W2 ${over} ${address} >/dev/null 2>&1 && echo ${address}`),
    );
    const { stdout } = await (range as Range).run("desk", `for n in 1; do ${pings.map((ping) => `{ ${ping}; } &`).join(" ")} wait; done`);
    expect(stdout).toBe("");
    for (const address of [...ordinary.gateways.filter((gateway) => !gateway.includes(":")), outside.address]) {
      expect(await ordinary.commands.run(`ping -c1 -W5 ${address}`)).toMatchObject({ code: 0 });
    }
  });

  it("reaches no other range; the hosts of that range reach each other", async () => {
    const target = other as Range;
    const addresses = target.world.hosts.flatMap(({ interfaces }) => interfaces.map(({ address }) => address));
    const ears = `timeout 60 perl -e '${innerListener}' >/tmp/heard 2>&1 & for n in $(seq 100); do grep -q ready /tmp/heard 2>/dev/null && break; sleep 0.1; done; cat /tmp/heard`;
    for (const { key } of target.world.hosts) expect((await target.run(key, ears)).stdout).toContain("ready");
    const said = await probe(attempts("range", addresses, 4545, devices));
    expect([...said].filter(([name, answer]) => name.includes("/tcp/") && !noWay.test(answer))).toEqual([]);
    const office = target.world.hosts[0]?.interfaces.find(({ network }) => network === "office")?.address ?? "";
    const inside = attempts("inside", [office], 4545, []);
    await target.run("second", probeCommand, { stdin: attemptLines(inside) });
    const heard = (await Promise.all(target.world.hosts.map(({ key }) => target.run(key, "cat /tmp/heard"))))
      .map(({ stdout }) => stdout)
      .join("");
    expect(heard).not.toContain("range/");
    expect(heard).toContain(`inside/udp/${office}/-`);
  });

  it("reaches nothing outside; an ordinary container does", async () => {
    const said = await probe(attempts("outside", [outside.address], there().outside.port, devices));
    expect([...said].filter(([name, answer]) => name.includes("/tcp/") && !noWay.test(answer))).toEqual([]);
    const tries = attempts("control", [outside.address], there().outside.port, []);
    expect([...(await control(tries)).values()]).toEqual(["done", "done"]);
    const heard = await there().outside.heard();
    expect(heard.filter((name) => name.startsWith("outside/"))).toEqual([]);
    expect(heard).toContain(`control/udp/${outside.address}/-`);
  });

  it("no question for a name leaves through Docker's own resolver; an ordinary container's does", async () => {
    const ask = (name: string): string =>
      `dig +tries=1 +time=2 @127.0.0.11 ${name}.example.org; dig +tries=1 +time=2 @${outside.address} ${name}.example.org; true`;
    const lookUp = (name: string): string => `perl -e 'gethostbyname("${name}.example.org")'`;
    await Promise.all(
      (range as Range).world.hosts.map(({ key }) =>
        (range as Range).run(
          key,
          `${ask(`leak-${key}`)}; echo nameserver 127.0.0.11 >/etc/resolv.conf; timeout 5 ${lookUp(`leak-${key}`)}`,
        ),
      ),
    );
    await ordinary.commands.run(ask("control"));
    const heard = await there().outside.heard();
    expect(heard.filter((name) => name.includes("leak-"))).toEqual([]);
    expect(heard).toContain("dns control.example.org");
  });

  it("opens no raw socket, changes no address, route or packet filter", async () => {
    const raw = `perl -MSocket -e 'for ([PF_INET, SOCK_RAW, 1], [PF_INET, SOCK_RAW, 255], [17, SOCK_RAW, 768], [17, SOCK_DGRAM, 768]) { print socket(my $s, $$_[0], $$_[1], $$_[2]) ? "open" : "refused", "\\n" }'`;
    const changes = [
      "ip address add 198.19.255.1/24 dev eth0",
      "ip route add 198.19.255.0/24 dev eth0",
      "ip link set eth0 down",
      "nft flush ruleset",
      "ip route del default",
    ];
    for (const { key } of (range as Range).world.hosts) {
      expect((await (range as Range).run(key, raw)).stdout).toBe("refused\n".repeat(4));
      for (const change of changes) expect((await (range as Range).run(key, change)).code, `${key}: ${change}`).not.toBe(0);
    }
  });

  it.for(hosts)("has on $key the capabilities of the table and no others, and limits", async ({ key, daemons = [] }) => {
    const image = imageFor(daemons as DaemonKind[]);
    const rights = rightsOf(image as NonNullable<typeof image>);
    const { stdout } = await (range as Range).run(
      key,
      "grep -hE '^(CapBnd|CapEff|CapPrm|NoNewPrivs|Seccomp):' /proc/1/status /proc/self/status",
    );
    const mask = maskOf(rights.capabilities);
    expect(stdout).toBe(`CapPrm:\t${mask}\nCapEff:\t${mask}\nCapBnd:\t${mask}\nNoNewPrivs:\t1\nSeccomp:\t2\n`.repeat(2));
    const filters = { label: [`${labels.owner}=${ownerOf()}`, `${labels.part}=${key}`, `${labels.kind}=host`] };
    const found = await docker.listContainers({ filters: JSON.stringify(filters) as never });
    expect(found.length).toBeGreaterThan(0);
    for (const { Id, Mounts } of found) {
      expect(Mounts).toEqual([]);
      const { HostConfig } = await docker.getContainer(Id).inspect();
      expect(HostConfig).toMatchObject({
        Privileged: false,
        PidMode: "",
        IpcMode: "private",
        PidsLimit: rights.processes,
        Memory: rights.memoryBytes,
        MemorySwap: rights.memoryBytes,
        SecurityOpt: ["no-new-privileges"],
        CapDrop: ["ALL"],
      });
      expect(HostConfig.Binds ?? []).toEqual([]);
      expect(HostConfig.Devices ?? []).toEqual([]);
    }
    const sockets = await (range as Range).run(
      key,
      "ls -d /var/run/docker.sock /run/docker.sock /run/containerd /dev/kmsg /dev/mem /dev/vda /dev/sda 2>/dev/null; true",
    );
    expect(sockets.stdout).toBe("");
  });
});

/** Listens on UDP 4545 and writes down what comes. */
const innerListener = `use Socket; $| = 1; socket(S, PF_INET, SOCK_DGRAM, 0); bind(S, pack_sockaddr_in(4545, INADDR_ANY)) or die; print "ready\\n"; print "$m\\n" while recv(S, $m, 999, 0);`;

function answers(output: string): Map<string, string> {
  return new Map(
    output
      .trim()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf(" ")), line.slice(line.indexOf(" ") + 1)]),
  );
}

/** Every address of this machine's own, loopback and link-local ones aside. */
function machineAddresses(family?: "IPv4"): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => !address.internal && !address.address.startsWith("fe80") && (family === undefined || address.family === family))
    .map(({ address }) => address);
}

/** Where a network's router would stand. */
function gatewaysOf(range: Range | undefined): string[] {
  return (range?.world.networks ?? []).map(({ cidr }) => cidr.replace(/\d+\/\d+$/, "1"));
}

const capabilityNumbers: Readonly<Record<string, bigint>> = {
  CHOWN: 0n,
  DAC_OVERRIDE: 1n,
  FOWNER: 3n,
  KILL: 5n,
  SETGID: 6n,
  SETUID: 7n,
  NET_BIND_SERVICE: 10n,
  SYS_CHROOT: 18n,
};

/** As /proc/PID/status prints a set of capabilities (capabilities(7)). */
function maskOf(capabilities: readonly string[]): string {
  const bits = capabilities.map((name) => 1n << (capabilityNumbers[name] ?? 63n));
  return bits
    .reduce((mask, bit) => mask | bit, 0n)
    .toString(16)
    .padStart(16, "0");
}

/** A container and a network as anybody makes them: what the learner's attempts would come to without our confinement. */
async function ordinaryContainer(docker: Docker, image: string, resolver: string) {
  const name = `maildrill-control-${process.pid}`;
  const network = await docker.createNetwork({
    Name: name,
    CheckDuplicate: true,
    Driver: "bridge",
    Labels: { "maildrill.test": String(process.pid) },
  });
  const container = await docker.createContainer({
    name,
    Image: image,
    Entrypoint: ["sleep", "infinity"],
    Labels: { "maildrill.test": String(process.pid) },
    HostConfig: { NetworkMode: name, Dns: [resolver] },
  });
  await container.start();
  const { IPAM } = (await network.inspect()) as { IPAM: { Config: { Gateway: string }[] } };
  return { container, commands: createHostCommands(docker, container), network, gateways: IPAM.Config.map(({ Gateway }) => Gateway) };
}
