import ts from "typescript";
import { describe, expect, it } from "vitest";
import { readSource, type SourceModule, sourceModule } from "./source-tree.ts";

/** Where the machine's own time and randomness may be touched (law 5). */
const allowed = /^src\/(base\/clock\.ts|engines\/embedded\/clock\/|engines\/docker\/)/;
/** Event-loop turns carry no time; the wire counts them. */
const turnsAllowed = /^src\/engines\/embedded\/(clock|wire)\//;

const calls = new Set(["setTimeout", "setInterval", "randomBytes", "randomUUID", "randomInt", "getRandomValues"]);
const members = new Set([
  "Date.now",
  "Math.random",
  "performance.now",
  "process.hrtime",
  "globalThis.setTimeout",
  "globalThis.setInterval",
]);

function violations(module: SourceModule): string[] {
  if (allowed.test(module.path)) return [];
  const source = ts.createSourceFile(module.path, module.text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const report = (node: ts.Node, what: string): void => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart());
    found.push(`${module.path}:${line + 1} uses ${what}`);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression)) {
      if (calls.has(node.expression.text)) report(node, node.expression.text);
      if (node.expression.text === "setImmediate" && !turnsAllowed.test(module.path)) report(node, "setImmediate");
    }
    if (ts.isPropertyAccessExpression(node) && members.has(`${node.expression.getText()}.${node.name.text}`)) report(node, node.getText());
    if (ts.isNewExpression(node) && node.expression.getText() === "Date" && (node.arguments?.length ?? 0) === 0) report(node, "new Date()");
    if (ts.isImportDeclaration(node) && /timers(\/promises)?["']$/.test(node.moduleSpecifier.getText())) report(node, "node:timers");
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe("time is a port", () => {
  const modules = readSource("src");

  it("no module outside the clocks touches the machine's time or randomness", () => {
    expect(modules.length).toBeGreaterThan(60);
    expect(modules.flatMap(violations)).toEqual([]);
  });

  it.each([
    "Date.now();",
    "new Date();",
    "setTimeout(() => {}, 5);",
    "Math.random();",
    "performance.now();",
    "randomBytes(4);",
    'import { setTimeout } from "node:timers/promises";',
    "setImmediate(() => {});",
  ])("finds %s", (text) => {
    expect(violations(sourceModule("src/session/planted.ts", text))).toHaveLength(1);
  });

  it("lets a date be made of a number", () => {
    expect(violations(sourceModule("src/session/planted.ts", "new Date(0);"))).toEqual([]);
  });
});
