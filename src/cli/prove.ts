import { dialects } from "../daemons/registry.ts";
import { catalogue } from "../scenario/catalogue.ts";
import { type Proof, proveAll } from "../scenario/prove.ts";
import type { Scenario } from "../scenario/scenario.ts";
import { variantsOf } from "../scenario/variant.ts";
import type { CliCommand } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";
import { chooseScenario, engineId, openLibrary, wholeNumber } from "./library.ts";
import { printProblems } from "./print-problems.ts";

/** `maildrill prove`: authors' proof that scenarios are honest. Speaks in ids. */
export const prove: CliCommand = {
  define: (command) => {
    command
      .argument("[scenario...]", "ids or codenames; all where none is given")
      .option("--engine <engine>", "embedded or docker", "embedded")
      .option("--seeds <n>", "how many seeds, from 0 on", "3")
      .option("--json", "print one JSON document");
  },
  run: async (context, [names], options) => {
    const library = openLibrary(context);
    const chosen = (names as string[]).length > 0 ? (names as string[]).map((name) => chooseScenario(library, name)) : library.scenarios;
    if ((names as string[]).length === 0 && library.problems.length > 0) {
      printProblems(library.problems, context);
      return exit.wrongUse;
    }
    const engine = await context.engine(engineId(options.engine));
    const scenarios = chosen.filter(({ text }) => text.engines.includes(engine.id));
    const setup = { engine, catalogue, dialects, clock: context.clock, signal: context.signal };
    const seeds = Array.from({ length: wholeNumber(options.seeds, "--seeds", 3, 1) }, (_, seed) => seed);
    const subjects = scenarios.flatMap(variantsOf).flatMap((scenario) => seeds.map((seed) => ({ scenario, seed })));
    const proofs = await proveAll(subjects, setup, (proof) => {
      if (options.json !== true) printProof(context, proof);
    });
    return closeProofs(context, proofs, chosen, scenarios, options.json === true);
  },
};

function closeProofs(
  context: CliContext,
  proofs: readonly Proof[],
  chosen: readonly Scenario[],
  proved: readonly Scenario[],
  json: boolean,
): number {
  const failed = proofs.filter(({ problem }) => problem !== undefined).length;
  const passed = proofs.length - failed;
  if (json) context.stdout.write(`${JSON.stringify({ passed, failed, proofs }, null, 2)}\n`);
  else {
    for (const { id } of chosen.filter((scenario) => !proved.includes(scenario)))
      context.stdout.write(`${id}: does not claim this engine, not proved\n`);
    context.stdout.write(`${passed} passed, ${failed} failed\n`);
  }
  // Nothing proved is not a proof.
  return failed === 0 && passed > 0 ? exit.done : exit.no;
}

function printProof({ stdout }: CliContext, { scenario, variant, seed, problem, broken, traps, ms }: Proof): void {
  const summary = `healthy, broken (${broken.failed.join(", ")}), mended, ${traps.length} traps rejected`;
  const name = variant === undefined ? scenario : `${scenario} (${variant})`;
  stdout.write(`${name} seed ${seed}: ${problem === undefined ? `proved in ${ms} ms: ${summary}` : `NOT PROVED\n    ${problem}`}\n`);
}
