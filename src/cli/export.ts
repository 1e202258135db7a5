import { chmodSync, existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { ProblemError } from "../base/problem.ts";
import { unknownId } from "../base/registry.ts";
import type { LabFile } from "../engines/docker/compose-lab.ts";
import { composeMail } from "../mail/compose.ts";
import { bareWorld } from "../scenario/bare-world.ts";
import { catalogue } from "../scenario/catalogue.ts";
import type { CompiledScenario } from "../scenario/compile.ts";
import { compileFor } from "../scenario/stage.ts";
import type { World } from "../world/world.ts";
import type { CliCommand } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import { labReadme } from "./export-readme.ts";
import { openLab, wholeNumber } from "./library.ts";

/** `maildrill export`: a lab as a folder that plain compose starts on a machine without Maildrill. */
export const exportLab: CliCommand = {
  define: (command) => {
    command
      .argument("<scenario|world>", "a codename, or the name of a base world")
      .option("--format <format>", "compose", "compose")
      .option("--seed <n>", "whose names are drawn", "0")
      .option("--healthy", "as it is before anything was broken")
      .option("--out <folder>", "where to; by default a new folder of the lab's name");
  },
  run: async (context, [name], options) => {
    if (options.format !== "compose") throw new ProblemError(unknownId("export format", String(options.format), ["compose"]));
    const seed = wholeNumber(options.seed, "--seed", 0);
    const { title, world, scenario } = await chooseWorld(context, String(name), { seed, healthy: options.healthy === true });
    const [{ composeLab }, { readImageSources, imageReferences }] = await Promise.all([
      import("../engines/docker/compose-lab.ts"),
      import("../engines/docker/images/image-source.ts"),
    ]);
    const { files, leftOut } = composeLab(world, {
      references: imageReferences(process.arch === "x64" ? "amd64" : process.arch),
      sources: readImageSources(),
      heading: [`${title}: a mail lab. Start it: docker compose up -d (or docker-compose up -d). README.md says more.`],
    });
    const folder = resolve(String(options.out ?? title));
    writeLab(folder, [...files, ...mailFiles(scenario), { path: "README.md", mode: 0o644, content: labReadme(title, world, scenario) }]);
    context.stdout.write(`${folder} holds the lab.\n\n  cd ${folder}\n  docker compose up -d\n\nREADME.md in it says how to go on.\n`);
    for (const what of leftOut) context.stderr.write(`Left out, plain compose cannot do it: ${what}.\n`);
    return exit.done;
  },
};

interface Chosen {
  readonly title: string;
  readonly world: World;
  readonly scenario?: CompiledScenario;
}

/** Addresses are those of the embedded engine: fixed, the same for everybody. */
async function chooseWorld(context: CliContext, name: string, { seed, healthy }: { seed: number; healthy: boolean }): Promise<Chosen> {
  const { library, scenario } = openLab(context, name);
  const engine = await context.engine("embedded");
  if (scenario === undefined) return { title: name, world: await bareWorld(name, library.worlds, engine, catalogue, { seed }) };
  const compiled = await compileFor(engine, scenario, seed, catalogue);
  return { title: scenario.text.codename, world: healthy ? compiled.healthy : compiled.broken, scenario: compiled };
}

/** The scenario's mail, ready to be handed to sendmail. */
function mailFiles(scenario: CompiledScenario | undefined): LabFile[] {
  return (scenario?.mail ?? []).map(({ message, messageId }, index) => ({
    path: `mail/${index + 1}.eml`,
    mode: 0o644,
    content: composeMail(message, { messageId, atMs: scenario?.healthy.startsAtMs ?? 0 }),
  }));
}

/** @throws ProblemError for a folder that holds something already */
function writeLab(folder: string, files: readonly LabFile[]): void {
  if (existsSync(folder) && readdirSync(folder).length > 0) {
    const hint = "Name another one with --out, or remove it first.";
    throw new ProblemError({
      code: "folder-not-empty",
      message: "There is something in that folder already.",
      where: { file: folder },
      hint,
    });
  }
  for (const { path, mode, content, modifiedAtMs } of files) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    chmodSync(file, mode);
    if (modifiedAtMs !== undefined) utimesSync(file, modifiedAtMs / 1000, modifiedAtMs / 1000);
  }
}
