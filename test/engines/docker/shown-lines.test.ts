import { describe, expect, it } from "vitest";
import { takenOutSince } from "../../../src/engines/docker/shown-lines.ts";
import type { LogLine } from "../../../src/world/event.ts";

const lines = (...texts: string[]): LogLine[] =>
  texts.map((text, at) => ({ host: "mx1", daemon: "postfix", path: "/var/log/mail.log", text, atMs: at }));
const takenOut = (logged: string[], file: string[]): string[] =>
  takenOutSince(lines(...logged), file.map((line) => `${line}\n`).join("")).map(({ text }) => text);

describe("lines that were taken out of a log", () => {
  it.each<[string, string[], string[], string[]]>([
    ["nothing", ["a", "b"], ["a", "b"], []],
    ["some between others, the last first", ["a", "probe 1", "b", "probe 2", "c"], ["a", "b", "c"], ["probe 2", "probe 1"]],
    ["one of two that read the same", ["a", "same", "b", "same", "c"], ["a", "b", "same", "c"], ["same"]],
    ["the last ones", ["a", "probe"], ["a"], ["probe"]],
    ["not those before the first that is left: somebody tidied up", ["a", "b", "probe", "c"], ["c"], []],
    ["nothing where the file is empty", ["a", "b"], [], []],
    ["also where somebody wrote into the file", ["a", "probe", "b"], ["a", "note of my own", "b"], ["probe"]],
  ])("%s", (_, logged, file, expected) => {
    expect(takenOut(logged, file)).toEqual(expected);
  });
});
