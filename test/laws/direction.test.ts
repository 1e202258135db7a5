import { describe, expect, it } from "vitest";
import { readSource, type SourceModule, sourceModule } from "./source-tree.ts";

/** The floors of the house. A module may import from its own floor's folder and from lower floors. */
const floors = [
  ["base"],
  ["mail"],
  ["world"],
  ["daemons"],
  ["faults", "checks", "trace"],
  ["scenario", "engines"],
  ["lesson"],
  ["session"],
  ["tui", "class"],
  ["cli"],
  ["main.ts"],
] as const;

/** Packages that stay behind one folder, so that no type of theirs crosses its border. */
const confined: Readonly<Record<string, RegExp>> = {
  dockerode: /^src\/engines\/docker\//,
  "smtp-server": /^src\/engines\/embedded\//,
  "just-bash": /^src\/engines\/embedded\/shell\//,
  mailauth: /^src\/engines\/embedded\/daemons\//,
  "dns-packet": /^src\/(engines\/embedded\/(dns|daemons\/bind)\/|mail\/dns)/,
  ink: /^src\/tui\//,
  xstate: /^src\/session\//,
  libsql: /^src\/session\/journal\//,
  ssh2: /^src\/class\//,
  commander: /^src\/cli\//,
};

/** Folders whose subfolders are kinds of one sort; siblings never import each other. */
const siblings = ["src/daemons/", "src/engines/", "src/engines/embedded/daemons/"];

function floorOf(path: string): number {
  const top = path.replace(/^src\//, "").split("/")[0] as string;
  return floors.findIndex((names) => (names as readonly string[]).includes(top));
}

function violations(modules: readonly SourceModule[]): string[] {
  const found: string[] = [];
  for (const module of modules) {
    if (floorOf(module.path) < 0) found.push(`${module.path} stands on no floor`);
    for (const target of module.imports) {
      if (target.startsWith("src/")) found.push(...upward(module.path, target), ...sideways(module.path, target));
      else found.push(...escaped(module.path, target));
    }
  }
  return found;
}

function upward(from: string, to: string): string[] {
  const sameFolder = from.split("/")[1] === to.split("/")[1];
  return sameFolder || floorOf(to) < floorOf(from) ? [] : [`${from} imports ${to}, which is not below it`];
}

function sideways(from: string, to: string): string[] {
  for (const parent of siblings) {
    if (!from.startsWith(parent) || !to.startsWith(parent)) continue;
    const [mine, theirs] = [from, to].map((path) => path.slice(parent.length).split("/"));
    const bothAreKinds = (mine as string[]).length > 1 && (theirs as string[]).length > 1;
    if (bothAreKinds && (mine as string[])[0] !== (theirs as string[])[0]) return [`${from} imports its sibling ${to}`];
  }
  return [];
}

function escaped(from: string, specifier: string): string[] {
  const name = specifier.startsWith("@") ? specifier : (specifier.split("/")[0] as string);
  const home = confined[name];
  return home === undefined || home.test(from) ? [] : [`${from} imports ${name} outside its folder`];
}

function circles(modules: readonly SourceModule[]): string[] {
  const graph = new Map(modules.map((module) => [module.path, module.imports.filter((target) => target.startsWith("src/"))]));
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push([...trail.slice(trail.indexOf(path)), path].join(" -> "));
      return;
    }
    if (done.has(path)) return;
    for (const target of graph.get(path) ?? []) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return found;
}

describe("the direction of imports", () => {
  const modules = readSource("src");

  it("sees the whole house", () => {
    expect(modules.length).toBeGreaterThan(60);
    expect(modules.flatMap((module) => module.imports).length).toBeGreaterThan(modules.length);
  });

  it("goes downwards only, keeps siblings apart and packages in their folders", () => {
    expect(violations(modules)).toEqual([]);
  });

  it("has no circles", () => {
    expect(circles(modules)).toEqual([]);
  });

  it.each([
    ["an import upwards", "src/base/planted.ts", 'import type { World } from "../world/world.ts";'],
    ["an engine that knows scenarios", "src/engines/embedded/planted.ts", 'import { load } from "../../scenario/load.ts";'],
    ["a check that knows faults", "src/checks/planted.ts", 'import { faults } from "../faults/registry.ts";'],
    ["a sibling kind", "src/daemons/bind/planted.ts", 'import { x } from "../postfix/main-cf.ts";'],
    ["a package out of its folder", "src/session/planted.ts", 'import Docker from "dockerode";'],
    ["a module on no floor", "src/utils/planted.ts", ""],
  ])("finds %s", (_, path, text) => {
    expect(violations([sourceModule(path, text)])).toHaveLength(1);
  });

  it("finds a circle", () => {
    const planted = [sourceModule("src/base/one.ts", 'import "./two.ts";'), sourceModule("src/base/two.ts", 'import "./one.ts";')];
    expect(circles(planted)).toEqual(["src/base/one.ts -> src/base/two.ts -> src/base/one.ts"]);
  });
});
