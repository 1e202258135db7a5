import { PassThrough, Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { madeImages } from "../../../../src/engines/docker/images/build-leftovers.ts";
import { readReports } from "../../../../src/engines/docker/images/build-output.ts";

async function read(
  documents: readonly unknown[],
  cut = 7,
): Promise<{ readonly lines: readonly string[]; readonly error: string | undefined }> {
  const text = documents.map((document) => `${typeof document === "string" ? document : JSON.stringify(document)}\r\n`).join("");
  const chunks = text.match(new RegExp(`[\\s\\S]{1,${cut}}`, "g")) ?? [];
  const lines: string[] = [];
  const error = await readReports(Readable.from(chunks, { objectMode: false }), (line) => lines.push(line));
  return { lines, error };
}

describe("an engine's reports", () => {
  it("become lines, however they are cut into pieces", async () => {
    const documents = [
      { stream: "Step 1/2 : ARG BASE\n" },
      { stream: " ---\u003e 5accf30daa6b\nGet" },
      { stream: ":1 \u001b[91mwarning\u001b[0m\n" },
      { status: "Pull complete", id: "x" },
    ];
    for (const cut of [1, 3, 1000]) {
      expect(await read(documents, cut)).toEqual({
        lines: ["Step 1/2 : ARG BASE", " ---> 5accf30daa6b", "Get:1 warning", "Pull complete"],
        error: undefined,
      });
    }
  });

  it("tell the error that they end with", async () => {
    expect(await read([{ stream: "no newline" }, { errorDetail: { message: "x" }, error: "returned a non-zero code: 1" }])).toEqual({
      lines: ["no newline"],
      error: "returned a non-zero code: 1",
    });
  });

  it("that are no JSON are taken as they are", async () => {
    expect((await read(["plain words"])).lines).toEqual(["plain words"]);
  });

  it("that break off reject", async () => {
    const stream = new PassThrough();
    const reading = readReports(stream);
    stream.write('{"stream":"a\\n"}\n');
    stream.destroy(new Error("gone"));
    await expect(reading).rejects.toThrow("gone");
  });
});

describe("the images that a build made", () => {
  it("are those that it neither found nor took from the cache", () => {
    const said = [
      "Step 1/5 : ARG BASE",
      "Step 2/5 : FROM $BASE",
      " ---> 5accf30daa6b",
      "Step 3/5 : LABEL a=b",
      " ---> Using cache",
      " ---> bbacd673fdcc",
      "Step 4/5 : COPY files/ /",
      " ---> 6115c198a277",
      "Step 5/5 : RUN true",
      " ---> Running in e9ba954e4320",
      "Removing intermediate container e9ba954e4320",
      " ---> 0123456789ab",
      "Successfully built 0123456789ab",
    ];
    expect(madeImages(said)).toEqual(["6115c198a277", "0123456789ab"]);
  });
});
