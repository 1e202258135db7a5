import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createAnswerReader } from "../../../src/engines/docker/host-commands.ts";

const answer = fc.record({
  session: fc.stringMatching(/^c[1-9]\d{0,3}$/),
  code: fc.integer({ min: 0, max: 255 }),
  stdout: fc.string({ unit: "grapheme" }),
  stderr: fc.string({ unit: "grapheme" }),
});

describe("answers of the program that runs command lines on a host", () => {
  it("are read whole, however they are cut", () => {
    fc.assert(
      fc.property(fc.array(answer), fc.infiniteStream(fc.integer({ min: 1, max: 40 })), (answers, lengths) => {
        const heard: unknown[] = [];
        const hear = createAnswerReader((session, result) => heard.push({ session, ...result }));
        const bytes = Buffer.concat(answers.map(written));
        for (let at = 0; at < bytes.length; ) {
          const length = lengths.next().value;
          hear(bytes.subarray(at, at + length));
          at += length;
        }
        expect(heard).toEqual(answers);
      }),
    );
  });

  it("are told from the engine's words about a program that it could not start", () => {
    const heard: unknown[] = [];
    createAnswerReader((session) => heard.push(session))(Buffer.from("OCI runtime exec failed: exec failed: unable to start\r\n"));
    expect(heard).toEqual([]);
  });
});

function written({ session, code, stdout, stderr }: { session: string; code: number; stdout: string; stderr: string }): Buffer {
  const [out, err] = [Buffer.from(stdout), Buffer.from(stderr)];
  return Buffer.concat([Buffer.from(`${session} ${code} ${out.length} ${err.length}\n`), out, err]);
}
