import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { bootstrapObstacle } from "../../../../src/engines/docker/images/debootstrap.ts";

const folder = mkdtempSync(join(tmpdir(), "maildrill-path-"));
writeFileSync(join(folder, "debootstrap"), "#!/bin/sh\n");
chmodSync(join(folder, "debootstrap"), 0o755);
afterAll(() => rmSync(folder, { recursive: true }));

describe("why a Debian cannot be made on a machine", () => {
  it.each([
    ["not Linux", { platform: "darwin", uid: 0, path: folder }, /Linux only/, /registry/],
    ["not root", { platform: "linux", uid: 1000, path: folder }, /must be run by root/, /sudo maildrill images build/],
    ["not installed", { platform: "linux", uid: 0, path: "/nonexistent" }, /not installed/, /apt-get install debootstrap/],
  ])("%s", async (_name, machine, message, hint) => {
    const obstacle = await bootstrapObstacle(machine);
    expect(obstacle?.message).toMatch(message);
    expect(obstacle?.hint).toMatch(hint);
    expect(obstacle?.hint).toMatch(/maildrill images load FILE/);
  });

  it("or that it can", async () => {
    expect(await bootstrapObstacle({ platform: "linux", uid: 0, path: `/nonexistent:${folder}` })).toBeUndefined();
  });
});
