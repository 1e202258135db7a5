// Measures the budgets: `npm run bench [name ...]`. Times are ratios against a calibration loop of the same run (bench/benchmark.ts).
import { loadTypeScript } from "./load-typescript.mjs";

const { runBenchmarks } = await loadTypeScript("bench/main.ts");
process.exitCode = await runBenchmarks(process.argv.slice(2));
