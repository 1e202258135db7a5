import { exceeds } from "./benchmark.ts";
import { dockerBenchmarks } from "./docker.ts";
import { kernelBenchmarks } from "./kernel.ts";
import { officeBenchmarks } from "./office.ts";
import { screenBenchmarks } from "./screen.ts";

/**
 * Runs the named benchmarks, or all, and prints a line a figure. Ratios are against a fixed loop of the same run, because
 * machines are shared; the absolute budgets hold on a quiet core.
 * @returns 0; 2 when a name is not known. A budget that is exceeded is said, never hidden, and does not fail: the machine may be busy.
 */
export async function runBenchmarks(names: readonly string[]): Promise<number> {
  const all = [...kernelBenchmarks, ...officeBenchmarks, ...screenBenchmarks, ...dockerBenchmarks];
  const unknown = names.find((name) => !all.some((benchmark) => benchmark.name === name));
  if (unknown !== undefined) {
    process.stderr.write(`There is no benchmark ${unknown}. Known are: ${all.map(({ name }) => name).join(", ")}.\n`);
    return 2;
  }
  for (const benchmark of all.filter(({ name }) => names.length === 0 || names.includes(name))) {
    for (const measurement of await benchmark.run()) {
      const { name, value, unit, ratio, budget } = measurement;
      const against = ratio === undefined ? "" : `  ${ratio} x calibration`;
      const limit = budget === undefined ? "" : `  budget ${budget} ${unit}${exceeds(measurement) ? "  EXCEEDED" : ""}`;
      process.stdout.write(`${name.padEnd(44)} ${String(value).padStart(9)} ${unit}${against}${limit}\n`);
    }
  }
  return 0;
}
