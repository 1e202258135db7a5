import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { examineDocker } from "../../../src/engines/docker/doctor.ts";
import { type EngineFacts, type Finding, judgeEngine } from "../../../src/engines/docker/findings.ts";

const GiB = 1024 ** 3;

const sound: EngineFacts = {
  about: {
    product: "Docker",
    version: "27.1",
    apiVersion: "1.46",
    architecture: "arm64",
    cgroupVersion: "2",
    memoryBytes: 16 * GiB,
    cpus: 8,
  },
  refusal: undefined,
  missingImages: [],
  freeDiskBytes: 50 * GiB,
  roomForRanges: 255,
  limits: { memory: true, processes: true },
  warnings: ["WARNING: bridge-nf-call-iptables is disabled"],
  freeMemoryBytes: 8 * GiB,
  ranges: { alive: 1, orphaned: 0 },
};

function stateOf(findings: readonly Finding[]): Record<string, string> {
  return Object.fromEntries(findings.filter(({ status }) => status !== "ok").map(({ about, status }) => [about, status]));
}

describe("what the doctor says of an engine", () => {
  it("has nothing to say against a sound one, and looks at everything", () => {
    const findings = judgeEngine(sound);
    expect(stateOf(findings)).toEqual({});
    expect(findings.map(({ about }) => about)).toEqual(["engine", "images", "disk", "addresses", "limits", "memory", "ranges"]);
  });

  it.each<[Partial<EngineFacts>, Record<string, string>]>([
    [{ refusal: { code: "engine-too-old", message: "too old", hint: "Update." } }, { engine: "problem" }],
    [{ warnings: ["WARNING: No memory limit support"] }, { engine: "warning" }],
    [{ missingImages: ["bind"] }, { images: "warning" }],
    [{ freeDiskBytes: 2 * GiB }, {}],
    [
      { freeDiskBytes: 2 * GiB, missingImages: ["bind"] },
      { disk: "warning", images: "warning" },
    ],
    [{ freeDiskBytes: 0.1 * GiB }, { disk: "problem" }],
    [{ roomForRanges: 2 }, { addresses: "warning" }],
    [{ roomForRanges: 0 }, { addresses: "problem" }],
    [{ limits: { memory: true, processes: false } }, { limits: "warning" }],
    [{ freeMemoryBytes: 0.3 * GiB }, { memory: "warning" }],
    [{ freeMemoryBytes: 0.1 * GiB }, { memory: "problem" }],
    [{ freeMemoryBytes: undefined }, {}],
    [{ ranges: { alive: 0, orphaned: 3 } }, { ranges: "warning" }],
  ])("judges %j", (facts, expected) => {
    const findings = judgeEngine({ ...sound, ...facts });
    expect(stateOf(findings)).toEqual(expected);
    for (const { status, hint } of findings) expect(hint === undefined).toBe(status === "ok");
  });

  it("tells all of it at once", () => {
    const findings = judgeEngine({
      ...sound,
      missingImages: ["bind"],
      roomForRanges: 0,
      limits: { memory: false, processes: false },
    });
    expect(stateOf(findings)).toEqual({ images: "warning", addresses: "problem", limits: "warning" });
  });
});

describe("an engine that cannot be used", () => {
  it("is said to be missing where nobody answers", async () => {
    expect(await examineDocker({ DOCKER_HOST: "unix:///nobody/here.sock" })).toMatchObject([{ about: "engine", status: "problem" }]);
  });

  it("is said to be misnamed where the address is none", async () => {
    expect(await examineDocker({ DOCKER_HOST: "nonsense" })).toMatchObject([{ says: expect.stringContaining("DOCKER_HOST") }]);
  });

  it.each([
    ["Podman", { Version: "4.3.1", ApiVersion: "1.41", Arch: "amd64", Components: [{ Name: "Podman Engine" }] }, "not supported yet"],
    ["an old Docker", { Version: "19.03", ApiVersion: "1.40", Arch: "amd64" }, "at least 1.41"],
  ])("is recognised: %s", async (_, version, words) => {
    const folder = mkdtempSync(join(tmpdir(), "maildrill-test-"));
    const socket = join(folder, "engine.sock");
    const server = createServer((request, response) => {
      const answer = request.url?.endsWith("/version")
        ? version
        : request.url?.endsWith("/info")
          ? { NCPU: 2, MemTotal: 8 * GiB }
          : undefined;
      response.writeHead(answer === undefined ? 500 : 200, { "Content-Type": "application/json" });
      response.end(JSON.stringify(answer ?? { message: "not here" }));
    });
    await new Promise<void>((listening) => server.listen(socket, listening));
    try {
      const findings = await examineDocker({ DOCKER_HOST: `unix://${socket}` });
      expect(findings[0]).toMatchObject({ about: "engine", status: "problem", says: expect.stringContaining(words) });
      expect(findings.length).toBeGreaterThan(1);
    } finally {
      server.closeAllConnections();
      server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
