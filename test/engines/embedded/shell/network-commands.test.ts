import { TLSSocket } from "node:tls";
import { describe, expect, test } from "vitest";
import { decodeMessage, encodeMessage } from "../../../../src/engines/embedded/dns/message.ts";
import type { Machine } from "../../../../src/engines/embedded/machine.ts";
import { postfixLike, serve } from "./scripted-server.ts";
import { smallRange } from "./small-range.ts";
import { certificate, privateKey } from "./test-certificate.ts";

const usage = /^usage: nc \[-46CDdFhklNnrStUuvZz\]/;

/** A name server that knows no name, where a host without nameservers looks for one. */
function denyNames(machine: Machine): void {
  const socket = machine.net.bindUdp(53, (payload, from) => {
    const query = decodeMessage(payload);
    if (query !== undefined) socket.send(encodeMessage({ ...query, response: true, recursionAvailable: true, status: "NXDOMAIN" }), from);
  });
}

async function desk(line: string, stdin?: string): Promise<{ stdout: string; stderr: string; code: number; tookMs: number }> {
  const range = smallRange({ files: { "/etc/hosts": "203.0.113.19 mx1.meadow.example mx1\n203.0.113.60 dead\n" } });
  serve(range.machine("mx1"));
  denyNames(range.machine("desk"));
  const before = range.clock.now();
  const result = await range.run("desk", line, stdin === undefined ? {} : { stdin });
  return { ...result, tookMs: range.clock.now() - before };
}

describe("telnet (texts of inetutils 2.4)", () => {
  test("refused", async () => {
    expect(await desk("telnet mx1 26")).toMatchObject({
      stdout: "Trying 203.0.113.19...\n",
      stderr: "telnet: Unable to connect to remote host: Connection refused\n",
      code: 1,
    });
  });

  test("no such name", async () => {
    expect(await desk("telnet nosuch 25")).toMatchObject({
      stdout: "Server lookup failure:  nosuch:25, Name or service not known\n",
      stderr: "",
      code: 1,
    });
  });

  test("a piped conversation waits for each answer", async () => {
    const result = await desk("telnet mx1 25", "EHLO x\nMAIL FROM:<a@b>\nQUIT\n");
    expect(result.stdout).toMatch(/^Trying 203\.0\.113\.19\.\.\.\nConnected to mx1\.\nEscape character is '\^\]'\.\n220 .*\n250-.*/);
    expect(result.stdout).toMatch(/250 2\.0\.0 Ok\n221 2\.0\.0 Bye\n$/);
    expect(result).toMatchObject({ stderr: "Connection closed by foreign host.\n", code: 0 });
  });
});

describe("nc (texts of OpenBSD netcat 1.219)", () => {
  test.each([
    ["nc -zv 203.0.113.19 25", "Connection to 203.0.113.19 25 port [tcp/smtp] succeeded!\n", 0],
    ["nc -zv mx1 25", "Connection to mx1 (203.0.113.19) 25 port [tcp/smtp] succeeded!\n", 0],
    ["nc -zv 203.0.113.19 26", "nc: connect to 203.0.113.19 port 26 (tcp) failed: Connection refused\n", 1],
    ["nc -zv nosuch 25", 'nc: getaddrinfo for host "nosuch" port 25: Name or service not known\n', 1],
    ["nc -z mx1 26", "", 1],
    ["nc -l 25", "nc: -l is not simulated on the embedded engine\n", 1],
  ])("%s", async (line, stderr, code) => {
    expect(await desk(line)).toMatchObject({ stdout: "", stderr, code });
  });

  test("usage", async () => {
    expect((await desk("nc mx1")).stderr).toMatch(usage);
  });

  test("a conversation", async () => {
    expect((await desk("printf 'EHLO x\\nQUIT\\n' | nc mx1 25")).stdout).toMatch(/^220 .*\n250-[^]*221 2\.0\.0 Bye\n$/);
  });
});

describe("ping", () => {
  test("a host that is there", async () => {
    const result = await desk("ping -c2 mx1");
    expect(result.stdout).toMatch(
      /^PING mx1 \(203\.0\.113\.19\) 56\(84\) bytes of data\.\n64 bytes from mx1 \(203\.0\.113\.19\): icmp_seq=1 ttl=64 time=2\.00 ms\n/,
    );
    expect(result.stdout).toContain("2 packets transmitted, 2 received, 0% packet loss, time 1002ms\n");
    expect(result.code).toBe(0);
  });

  test("a host that is not", async () => {
    const result = await desk("ping -c1 dead");
    expect(result.stdout).toContain("100% packet loss");
    expect(result.code).toBe(1);
  });

  test("no such name", async () => {
    expect(await desk("ping nosuch")).toMatchObject({ stderr: "ping: nosuch: Name or service not known\n", code: 2 });
  });
});

describe("openssl s_client", () => {
  test("a server that offers no STARTTLS", async () => {
    const result = await desk("openssl s_client -connect mx1:25 -starttls smtp");
    expect(result.stderr).toMatch(/^Didn't find STARTTLS in server response, trying anyway\.\.\.\n.*wrong version number/);
    expect(result.stdout).toMatch(/^CONNECTED\(00000003\)\n---\nno peer certificate available\n---\n/);
    expect(result.code).toBe(1);
  });

  test("refused", async () => {
    expect((await desk("openssl s_client -connect mx1:26")).stderr).toMatch(/BIO_connect:Connection refused[^]*connect:errno=111\n$/);
  });
});

test("ss shows connections and listeners where they are", async () => {
  const range = smallRange();
  serve(range.machine("mx1"), postfixLike);
  expect((await range.run("mx1", "ss -ltn")).stdout).toBe(
    "State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\nLISTEN 0      100          0.0.0.0:25        0.0.0.0:*          \n",
  );
});

describe("over TLS", () => {
  /** A server that offers STARTTLS, and answers 250 to everything afterwards. */
  function securedRange(): ReturnType<typeof smallRange> {
    const range = smallRange({ files: { "/etc/mx1.pem": certificate } });
    range.machine("mx1").net.listen(25, (socket) => {
      socket.write("220 mx1.meadow.example ESMTP Postfix\r\n");
      const plain = (chunk: Buffer): void => {
        const line = chunk.toString().trim();
        if (line.startsWith("EHLO")) socket.write("250-mx1.meadow.example\r\n250 STARTTLS\r\n");
        if (line !== "STARTTLS") return;
        socket.off("data", plain);
        socket.write("220 2.0.0 Ready to start TLS\r\n");
        const secured = new TLSSocket(socket, { isServer: true, key: privateKey, cert: certificate });
        secured.on("error", () => {});
        secured.on("data", (data: Buffer) => secured.write(/QUIT/.test(data.toString()) ? "221 2.0.0 Bye\r\n" : "250 2.0.0 Ok\r\n"));
      };
      socket.on("data", plain);
      socket.on("error", () => {});
    });
    return range;
  }

  test("swaks -tls tells cipher and certificate, and marks what is secured", async () => {
    const result = await securedRange().run("desk", "swaks --server mx1 -tls -q MAIL --from a@b");
    expect(result.stdout).toContain("=== TLS started with cipher TLSv1.3:TLS_AES_256_GCM_SHA384:256\n=== TLS no local certificate set\n");
    expect(result.stdout).toContain('=== TLS peer DN="/CN=mx1.meadow.example"\n ~> EHLO desk.meadow.example\n<~  250 2.0.0 Ok\n');
    expect(result.stdout).toMatch(/ ~> QUIT\n<~ {2}221 2\.0\.0 Bye\n=== Connection closed with remote host\.\n$/);
    expect(result).toMatchObject({ stderr: "", code: 0 });
  });

  test("openssl s_client shows the certificate, and talks", async () => {
    const result = await securedRange().run("desk", "openssl s_client -connect mx1:25 -starttls smtp -quiet -crlf", { stdin: "QUIT\n" });
    // The certificate begins three hours after this range's clock: it is judged by that one.
    expect(result.stderr).toContain("depth=0 CN = mx1.meadow.example\nverify error:num=9:certificate is not yet valid\n");
    expect(result.stdout).toContain("221 2.0.0 Bye\n");
    const shown = await securedRange().run(
      "desk",
      "openssl s_client -connect mx1:25 -starttls smtp < /dev/null 2>/dev/null | openssl x509 -noout -subject -issuer",
    );
    expect(shown.stdout).toBe("subject=CN = mx1.meadow.example\nissuer=CN = mx1.meadow.example\n");
  });

  test("openssl x509 reads a file", async () => {
    expect(
      (await securedRange().run("desk", "openssl x509 -in /etc/mx1.pem -noout -subject; openssl x509 -in /nosuch -noout")).stdout,
    ).toBe("subject=CN = mx1.meadow.example\n");
  });
});
