import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ImageSource, imageDigests, referenceOf } from "../../../../src/engines/docker/images/image-digest.ts";
import { type ImageName, imageNames, images, lineage, parentsFirst } from "../../../../src/engines/docker/images/image-set.ts";
import { imageReference, imageReferences, readImageSources } from "../../../../src/engines/docker/images/image-source.ts";

const sources = readImageSources();
const before = imageDigests(sources, "amd64");

/** The images whose address is not what it was. */
function changed(after: Readonly<Record<ImageName, string>>): readonly ImageName[] {
  return imageNames.filter((name) => after[name] !== before[name]);
}

/** An image and all that stand on it. */
function descent(name: ImageName): readonly ImageName[] {
  return imageNames.filter((other) => lineage(other).includes(name));
}

function replaced(name: ImageName, source: ImageSource): Readonly<Record<ImageName, ImageSource>> {
  return { ...sources, [name]: source };
}

const places = imageNames.flatMap((name) => sources[name].map((file, index) => ({ name, index, file })));

describe("an image's content address", () => {
  it("changes with any byte of any file, for that image and what stands on it, and for nothing else", () => {
    const bytes = places.filter(({ file }) => file.bytes.length > 0);
    fc.assert(
      fc.property(fc.constantFrom(...bytes), fc.nat(), fc.integer({ min: 1, max: 255 }), ({ name, index, file }, position, difference) => {
        const edited = Uint8Array.from(file.bytes);
        const at = position % edited.length;
        edited[at] = (edited[at] ?? 0) ^ difference;
        const source = sources[name].map((old, place) => (place === index ? { ...old, bytes: edited } : old));
        expect(changed(imageDigests(replaced(name, source), "amd64"))).toEqual(descent(name));
      }),
      { numRuns: 200 },
    );
  });

  it.each(places)("changes with $file.path of $name: its mode, its name, its absence", ({ name, index, file }) => {
    for (const other of [{ ...file, mode: file.mode ^ 0o111 }, { ...file, path: `${file.path}~` }, undefined]) {
      const source = sources[name].flatMap((old, place) => (place !== index ? [old] : other === undefined ? [] : [other]));
      expect(changed(imageDigests(replaced(name, source), "amd64"))).toEqual(descent(name));
    }
  });

  it("does not depend on the order in which a folder is read", () => {
    const turned: Record<ImageName, ImageSource> = { ...sources };
    for (const name of imageNames) turned[name] = sources[name].toReversed();
    expect(imageDigests(turned, "amd64")).toEqual(before);
  });

  it("cannot be the same for two folders by moving a border between their files", () => {
    const file = (path: string, text: string) => ({ path, mode: 0o644, bytes: Buffer.from(text) });
    const digests = [[file("a", "1b 644 1\n2")], [file("a", "1"), file("b", "2")]].map(
      (source) => imageDigests(replaced("bind", source), "amd64").bind,
    );
    expect(new Set(digests).size).toBe(2);
  });

  it("differs between architectures for every image", () => {
    expect(changed(imageDigests(sources, "arm64"))).toEqual(imageNames);
  });

  it("stands in the image's name", () => {
    expect(referenceOf("postfix", before.postfix)).toBe(`maildrill/postfix:${before.postfix.slice(0, 12)}`);
    expect(imageReferences("amd64").postfix).toBe(referenceOf("postfix", before.postfix));
    expect(imageReference("postfix", "amd64")).toBe(referenceOf("postfix", before.postfix));
  });
});

describe("the table of images", () => {
  it("names parents before their children, each once", () => {
    for (const [at, name] of imageNames.entries()) {
      const { parent } = images[name];
      if (parent !== undefined) expect(imageNames.indexOf(parent)).toBeLessThan(at);
    }
    expect(new Set(imageNames).size).toBe(imageNames.length);
    expect(parentsFirst(["mailbox", "bind"])).toEqual(["base", "postfix", "mailbox", "bind"]);
  });
});
