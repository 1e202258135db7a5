import { describe, expect, it } from "vitest";
import type { VirtualSocket } from "../../../../src/engines/embedded/wire/network-stack.ts";
import type { FirewallRule } from "../../../../src/world/world.ts";
import { ADDRESS, createBench, record } from "./bench.ts";

const SMTP = { address: ADDRESS.gate, port: 25 };

describe("a connection", () => {
  it("greets, answers and closes with the network's latency", async () => {
    const { clock, stacks } = createBench();
    const server: string[][] = [];
    stacks.gate.listen(25, (socket) => {
      server.push(record(clock, socket));
      socket.write("220 ready\r\n");
    });
    const socket = stacks.outside.connect(SMTP);
    const client = record(clock, socket);
    expect([socket.readyState, socket.localAddress, socket.remoteAddress, socket.remotePort]).toEqual([
      "opening",
      ADDRESS.outside,
      ADDRESS.gate,
      25,
    ]);
    socket.once("data", () => socket.end("QUIT\r\n"));
    await clock.advance(1000);
    expect(client).toEqual(["20 connect", "40 data 220 ready\r\n", "60 end", "60 close"]);
    expect(server).toEqual([["50 data QUIT\r\n", "50 end", "50 close"]]);
    expect([stacks.gate.connections(), stacks.outside.connections(), socket.readyState]).toEqual([[], [], "closed"]);
  });

  it("queues what is written before it stands, the end included", async () => {
    const { clock, stacks } = createBench();
    let events: string[] = [];
    stacks.gate.listen(25, (socket) => {
      events = record(clock, socket);
    });
    const socket = stacks.outside.connect(SMTP);
    record(clock, socket);
    socket.write("EHLO a\r\n");
    socket.write("QUIT\r\n");
    socket.end();
    await clock.advance(100);
    expect(events.join("|")).toMatch(/^30 data EHLO a\r\nQUIT\r\n\|30 end/);
  });

  it("knows both ends, and takes the interface on the destination's network", async () => {
    const { clock, stacks } = createBench();
    const seen: string[] = [];
    for (const stack of [stacks.inside, stacks.outside])
      stack.listen(25, (socket) => seen.push(`${socket.remoteAddress} ${socket.localAddress}`));
    stacks.gate.connect({ address: ADDRESS.inside, port: 25 });
    stacks.gate.connect({ address: ADDRESS.outside, port: 25 });
    await clock.advance(100);
    expect(seen).toEqual([`${ADDRESS.gateInside} ${ADDRESS.inside}`, `${ADDRESS.gate} ${ADDRESS.outside}`]);
  });

  it.each(["127.0.0.1", ADDRESS.gate])("reaches its own host at %s in no time", async (address) => {
    const { clock, stacks } = createBench();
    const seen: string[] = [];
    stacks.gate.listen(25, (socket) => seen.push(`${clock.now()} ${socket.remoteAddress}`));
    stacks.gate.connect({ address, port: 25 });
    await clock.advance(1);
    expect(seen).toEqual([`0 ${address}`]);
  });

  it("hands over what one side resets as ECONNRESET on the other", async () => {
    const { clock, stacks } = createBench();
    stacks.gate.listen(25, (socket) => socket.resetAndDestroy());
    const socket = stacks.outside.connect(SMTP);
    const events = record(clock, socket);
    await clock.advance(1000);
    expect(events).toEqual(["20 connect", "40 error ECONNRESET", "40 close"]);
  });

  it("answers data to a closed socket with a reset", async () => {
    const { clock, stacks } = createBench();
    stacks.gate.listen(25, (socket) => socket.destroy());
    const socket = stacks.outside.connect(SMTP);
    const events = record(clock, socket);
    socket.on("connect", () => socket.write("early\r\n"));
    await clock.advance(1000);
    expect(events).toContain("40 end");
  });

  it("makes a writer wait while the reader does not read", async () => {
    const { clock, stacks } = createBench();
    let accepted: VirtualSocket | undefined;
    stacks.gate.listen(25, (socket) => {
      accepted = socket;
    });
    const socket = stacks.outside.connect(SMTP);
    let written = 0;
    const chunk = Buffer.alloc(64 * 1024);
    const writeOn = (): void => {
      if (written < 32) socket.write(chunk, () => writeOn());
      written++;
    };
    writeOn();
    await clock.advance(10_000);
    expect(written).toBeLessThan(16);
    let received = 0;
    accepted?.on("data", (bytes: Buffer) => {
      received += bytes.length;
    });
    await clock.advance(10_000);
    expect(received).toBe(32 * chunk.length);
  });
});

describe("a connection that fails", () => {
  const rule = (verdict: FirewallRule["verdict"]): FirewallRule => ({ direction: "in", protocol: "tcp", port: 25, verdict });
  it.each<[string, { firewall?: readonly FirewallRule[]; listen?: boolean; address?: string; timeoutMs?: number }, readonly string[]]>([
    ["nobody listens", { listen: false }, ["20 error ECONNREFUSED", "20 close"]],
    ["a packet filter rejects", { firewall: [rule("reject")] }, ["20 error ECONNREFUSED", "20 close"]],
    ["a packet filter drops", { firewall: [rule("drop")], timeoutMs: 30_000 }, ["30000 error ETIMEDOUT", "30000 close"]],
    ["a packet filter drops and the program is patient", { firewall: [rule("drop")] }, ["127000 error ETIMEDOUT", "127000 close"]],
    ["the rule names another peer", { firewall: [{ ...rule("drop"), peer: "203.0.113.16/28" }] }, ["20 connect"]],
    [
      "the rule names this peer's block",
      { firewall: [{ ...rule("reject"), peer: "203.0.113.8/29" }] },
      ["20 error ECONNREFUSED", "20 close"],
    ],
    ["no such host is on the network", { address: "203.0.113.60" }, ["3000 error EHOSTUNREACH", "3000 close"]],
    ["no way leads to the network", { address: ADDRESS.inside }, ["0 error ENETUNREACH", "0 close"]],
  ])("because %s", async (_, { firewall = [], listen = true, address = ADDRESS.gate, timeoutMs }, expected) => {
    const { clock, stacks } = createBench({ firewall });
    if (listen) stacks.gate.listen(25, () => {});
    const socket = stacks.outside.connect({ address, port: 25, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
    const events = record(clock, socket);
    await clock.advance(200_000);
    expect(events).toEqual(expected);
    expect(clock.pending).toBe(0);
  });

  it("because the sender's own filter stops it, at once", async () => {
    const { clock, stacks, wire } = createBench();
    wire.setFirewall("outside", [{ direction: "out", protocol: "tcp", port: 25, verdict: "reject" }]);
    const events = record(clock, stacks.outside.connect(SMTP));
    await clock.advance(100);
    expect(events).toEqual(["0 error ECONNREFUSED", "0 close"]);
  });

  it("because the answer to a foreign source address finds no way back", async () => {
    const { clock, stacks } = createBench();
    stacks.outside.listen(25, () => {});
    const events = record(
      clock,
      stacks.gate.connect({ address: ADDRESS.outside, port: 25, localAddress: ADDRESS.gateInside, timeoutMs: 5000 }),
    );
    await clock.advance(10_000);
    expect(events).toEqual(["5000 error ETIMEDOUT", "5000 close"]);
  });

  it("in the middle, when a filter starts to drop: after the kernel's last retransmission", async () => {
    const { clock, stacks, wire } = createBench();
    stacks.gate.listen(25, (socket) => record(clock, socket));
    const socket = stacks.outside.connect(SMTP);
    const events = record(clock, socket);
    await clock.advance(100);
    wire.setFirewall("gate", [rule("drop")]);
    socket.write("lost\r\n");
    await clock.advance(2_000_000);
    expect(events).toEqual(["20 connect", "924700 error ETIMEDOUT", "924700 close"]);
  });
});

describe("a lossy line", () => {
  it("delivers everything once and in order, later", async () => {
    const { clock, stacks } = createBench({ lossRatio: 0.3 });
    let received = "";
    stacks.gate.listen(25, (socket) =>
      socket.on("data", (chunk: Buffer) => {
        received += chunk.toString();
      }),
    );
    const socket = stacks.outside.connect(SMTP);
    await clock.runUntil(new Promise((resolve) => socket.once("connect", resolve)));
    let sent = "";
    for (let index = 0; index < 100; index++) {
      const text = `line ${index}\r\n`;
      sent += text;
      socket.write(text);
      await clock.advance(5);
    }
    await clock.advance(600_000);
    expect(received).toBe(sent);
  });

  it("connects late rather than never, and never when all is lost", async () => {
    const { clock, stacks, wire } = createBench({ lossRatio: 1 });
    stacks.gate.listen(25, () => {});
    const events = record(clock, stacks.outside.connect(SMTP));
    await clock.advance(2000);
    wire.lines.set("internet", undefined, { latencyMs: 10, lossRatio: 0 });
    await clock.advance(10_000);
    expect(events).toEqual(["3020 connect"]);
  });
});

describe("setTimeout", () => {
  it("fires once after silence, counted from the last movement, and can be switched off", async () => {
    const { clock, stacks } = createBench();
    stacks.gate.listen(25, (socket) => clock.setTimeout(() => socket.write("x"), 400));
    const socket = stacks.outside.connect(SMTP);
    const events = record(clock, socket);
    let called = 0;
    socket.setTimeout(1000, () => called++);
    await clock.advance(10_000);
    expect(events).toEqual(["20 connect", "440 data x", "1440 timeout"]);
    expect(called).toBe(1);
    socket.setTimeout(500);
    socket.setTimeout(0);
    await clock.advance(10_000);
    expect(events.length).toBe(3);
  });
});

describe("ports", () => {
  it("belong to one listener an address", () => {
    const { stacks } = createBench();
    const first = stacks.gate.listen(25, () => {}, ADDRESS.gate);
    stacks.gate.listen(25, () => {}, ADDRESS.gateInside);
    expect(() => stacks.gate.listen(25, () => {})).toThrow(/EADDRINUSE/);
    expect(() => stacks.gate.listen(26, () => {}, ADDRESS.outside)).toThrow(/EADDRNOTAVAIL/);
    first.close();
    stacks.gate.listen(25, () => {}, ADDRESS.gate);
    expect(
      stacks.gate
        .listeners()
        .map(({ address }) => address)
        .sort(),
    ).toEqual([ADDRESS.gateInside, ADDRESS.gate]);
  });
});

describe("a program", () => {
  it("that is frozen gets connections by its kernel and answers when it thaws", async () => {
    const { clock, stacks, processes } = createBench();
    stacks.gate.listen(25, (socket) => {
      socket.write("220 late\r\n");
      socket.on("data", () => {});
    });
    processes.gate.freeze();
    const socket = stacks.outside.connect(SMTP);
    const events = record(clock, socket);
    socket.write("EHLO a\r\n");
    await clock.advance(60_000);
    expect(events).toEqual(["20 connect"]);
    processes.gate.thaw();
    await clock.advance(100);
    expect(events).toEqual(["20 connect", "60010 data 220 late\r\n"]);
  });

  it("that ends leaves nothing open", async () => {
    const { clock, stacks, processes } = createBench();
    stacks.gate.listen(25, (socket) => socket.on("data", () => {}));
    stacks.gate.bindUdp(53, () => {});
    const socket = stacks.outside.connect(SMTP);
    const events = record(clock, socket);
    await clock.advance(100);
    processes.gate.end();
    await clock.advance(100);
    expect(events).toEqual(["20 connect", "110 end", "110 close"]);
    expect([stacks.gate.listeners(), stacks.gate.connections()]).toEqual([[], []]);
  });
});

describe("a unix socket", () => {
  it("joins two programs of one host by path", async () => {
    const { clock, stacks } = createBench();
    const path = "/var/spool/postfix/private/dovecot-lmtp";
    stacks.gate.listenUnix(path, (socket) => socket.end("220 lmtp\r\n"));
    const events = record(clock, stacks.gate.connectUnix(path));
    const refused = record(clock, stacks.inside.connectUnix(path));
    await clock.advance(1);
    expect(events).toEqual(["0 connect", "0 data 220 lmtp\r\n", "0 end", "0 close"]);
    expect(refused).toEqual(["0 error ENOENT", "0 close"]);
  });
});
