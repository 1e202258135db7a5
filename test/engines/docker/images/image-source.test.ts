import { describe, expect, it } from "vitest";
import { imageNames, images } from "../../../../src/engines/docker/images/image-set.ts";
import { readImageSources } from "../../../../src/engines/docker/images/image-source.ts";
import { faults } from "../../../../src/faults/registry.ts";
import { catalogue } from "../../../../src/scenario/catalogue.ts";
import { loadLibrary, readScenarioFiles } from "../../../../src/scenario/load-library.ts";
import { root } from "../../../laws/source-tree.ts";

const sources = readImageSources();
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString("utf8");
const dockerfileOf = (name: (typeof imageNames)[number]): string =>
  textOf(sources[name].find(({ path }) => path === "Dockerfile")?.bytes ?? new Uint8Array());

describe("what the images are built from", () => {
  it.each(imageNames)("%s: the Dockerfile takes its parent as an argument and labels what it makes on the way", (name) => {
    const text = dockerfileOf(name);
    expect(text).toMatch(/^ARG BASE\nFROM \$BASE( |$)/m);
    const stages = text.match(/^FROM /gm)?.length ?? 0;
    expect(text.match(new RegExp(`^LABEL maildrill\\.image=${name} maildrill\\.unfinished=yes$`, "gm"))).toHaveLength(stages);
  });

  it("every image but the base gets the host's init, as its last layer", () => {
    for (const name of imageNames) {
      const paths = sources[name].map(({ path }) => path);
      const isHost = images[name].parent !== undefined;
      expect(paths.includes("host/usr/local/sbin/host-init")).toBe(isHost);
      expect(dockerfileOf(name).trimEnd().split("\n").at(-1)?.startsWith("COPY host/ ")).toBe(isHost);
    }
    expect(sources.base.some(({ path }) => path.startsWith("files/"))).toBe(false);
  });

  it("programs are the only files that may be run", () => {
    for (const name of imageNames) {
      for (const { path, mode, bytes } of sources[name])
        expect([path, mode]).toEqual([path, textOf(bytes).startsWith("#!") ? 0o755 : 0o644]);
    }
  });

  it("nothing that ends up inside an image names Maildrill, a fault or a scenario", () => {
    const { scenarios } = loadLibrary(readScenarioFiles(root), catalogue);
    const words = ["maildrill", ...faults.ids, ...scenarios.flatMap(({ text: { id, codename } }) => [id, codename])];
    expect(words.length).toBeGreaterThan(2);
    const inside = imageNames.flatMap((name) => sources[name].filter(({ path }) => path !== "Dockerfile"));
    expect(inside.length).toBeGreaterThan(20);
    const found = inside.flatMap(({ path, bytes }) =>
      words.filter((word) => `${path}\n${textOf(bytes)}`.toLowerCase().includes(word)).map((word) => `${path}: ${word}`),
    );
    expect(found).toEqual([]);
  });
});
