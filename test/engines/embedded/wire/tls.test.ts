import tls from "node:tls";
import { expect, it } from "vitest";
import { ADDRESS, createBench } from "./bench.ts";

/** Both sides share a secret instead of a certificate: enough to see a handshake and records pass. */
const SECRET = Buffer.from("0123456789abcdef0123456789abcdef", "hex");

it("TLS shakes hands over the wire and carries a large answer in few round trips", async () => {
  const { clock, stacks } = createBench();
  const answer = "y".repeat(200_000);
  stacks.gate.listen(465, (socket) => {
    const options = { isServer: true, ciphers: "PSK", maxVersion: "TLSv1.2", pskCallback: () => SECRET };
    const secure = new tls.TLSSocket(socket as never, options as tls.TLSSocketOptions);
    secure.on("data", () => secure.end(answer));
  });
  const raw = stacks.outside.connect({ address: ADDRESS.gate, port: 465 });
  let received = "";
  const finished = new Promise<void>((resolve, reject) => {
    raw.once("connect", () => {
      const secure = tls.connect({
        socket: raw as never,
        ciphers: "PSK",
        maxVersion: "TLSv1.2",
        pskCallback: () => ({ psk: SECRET, identity: "wire" }),
        checkServerIdentity: () => undefined,
      });
      secure.once("secureConnect", () => secure.write("give"));
      secure.on("data", (chunk: Buffer) => {
        received += chunk.toString();
      });
      secure.on("error", reject);
      secure.on("end", resolve);
    });
  });
  await clock.runUntil(finished);
  expect(received).toBe(answer);
  expect(clock.now()).toBeLessThan(150);
});
