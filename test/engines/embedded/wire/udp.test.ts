import { describe, expect, it } from "vitest";
import type { Packet } from "../../../../src/engines/embedded/wire/packet.ts";
import type { FirewallRule } from "../../../../src/world/world.ts";
import { ADDRESS, createBench } from "./bench.ts";

const QUESTION = Buffer.from("who?");
const DNS = { address: ADDRESS.gate, port: 53 };
const rule = (verdict: FirewallRule["verdict"]): FirewallRule => ({ direction: "in", protocol: "udp", port: 53, verdict });

describe("datagrams", () => {
  it("go to and fro with the network's latency", async () => {
    const { clock, stacks } = createBench();
    const server = stacks.gate.bindUdp(53, (payload, from) => server.send(Buffer.concat([payload, Buffer.from(` ${from.address}`)]), from));
    const answers: string[] = [];
    stacks.outside
      .bindUdp(0, (payload, from) => answers.push(`${clock.now()} ${Buffer.from(payload)} ${from.address}:${from.port}`))
      .send(QUESTION, DNS);
    await clock.advance(100);
    expect(answers).toEqual([`20 who? ${ADDRESS.outside} ${ADDRESS.gate}:53`]);
  });

  it("come late to a host whose line is slow, and to nobody else", async () => {
    const { clock, stacks, wire } = createBench();
    wire.lines.set("internet", "gate", { latencyMs: 700, lossRatio: 0 });
    const server = stacks.gate.bindUdp(53, (payload, from) => server.send(payload, from));
    const answers: number[] = [];
    stacks.outside.bindUdp(0, () => answers.push(clock.now())).send(QUESTION, DNS);
    await clock.advance(2_000);
    // 700 ms to the gate, and back the 10 ms of everybody's line.
    expect(answers).toEqual([710]);
  });

  it.each<[string, { firewall?: readonly FirewallRule[]; bound?: boolean; lossRatio?: number; address?: string }, readonly string[]]>([
    ["to a closed port come back as unreachable", { bound: false }, ["unreachable 20"]],
    ["that a filter rejects come back as unreachable", { firewall: [rule("reject")] }, ["unreachable 20"]],
    ["that a filter drops are gone", { firewall: [rule("drop")] }, []],
    ["that the line loses are gone", { lossRatio: 1 }, []],
    ["to a network without a way fail at once", { address: ADDRESS.inside }, ["unreachable 0"]],
    ["to nobody's address fail when the neighbour does not answer", { address: "203.0.113.60" }, ["unreachable 3000"]],
  ])("%s", async (_, { firewall = [], bound = true, lossRatio = 0, address = ADDRESS.gate }, expected) => {
    const { clock, stacks } = createBench({ firewall, lossRatio });
    const seen: string[] = [];
    if (bound) stacks.gate.bindUdp(53, () => seen.push("arrived"));
    stacks.outside.bindUdp(0, () => {}).send(QUESTION, { address, port: 53 }, () => seen.push(`unreachable ${clock.now()}`));
    await clock.advance(10_000);
    expect(seen).toEqual(expected);
  });

  it("wait in the kernel while their program is frozen", async () => {
    const { clock, stacks, processes } = createBench();
    const seen: number[] = [];
    stacks.gate.bindUdp(53, () => seen.push(clock.now()));
    processes.gate.freeze();
    stacks.outside.bindUdp(0, () => {}).send(QUESTION, DNS);
    await clock.advance(500);
    expect(seen).toEqual([]);
    processes.gate.thaw();
    expect(seen).toEqual([500]);
  });

  it("get another source port for each socket", () => {
    const { stacks } = createBench();
    const ports = Array.from({ length: 50 }, () => stacks.gate.bindUdp(0, () => {}).port);
    expect(new Set(ports).size).toBe(50);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(32_768);
  });
});

describe("a capture", () => {
  it("sees each packet of the networks when it is sent, the lost ones too, and nothing after it ends", async () => {
    const { clock, stacks, wire } = createBench({ firewall: [rule("drop")] });
    const packets: Packet[] = [];
    const end = wire.onPacket((packet) => packets.push(packet));
    stacks.gate.listen(25, (socket) => socket.end("bye\r\n"));
    stacks.outside.bindUdp(0, () => {}).send(QUESTION, DNS);
    stacks.outside.connect({ address: ADDRESS.gate, port: 25 }).on("data", () => {});
    await clock.advance(100);
    const told = packets.map(({ atMs, protocol, network, flags, payload, lost }) =>
      [atMs, network, protocol, flags.join(), payload.length, lost ? "lost" : ""].join(" ").trim(),
    );
    expect(told).toEqual([
      "0 internet udp  4 lost",
      "0 internet tcp SYN 0",
      "10 internet tcp SYN 0",
      "20 internet tcp  0",
      "30 internet tcp  5",
      "30 internet tcp FIN 0",
      "40 internet tcp FIN 0",
    ]);
    end();
    stacks.outside.connect({ address: ADDRESS.gate, port: 25 });
    await clock.advance(100);
    expect(packets.length).toBe(7);
  });
});
