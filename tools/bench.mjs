// Measures the budgets: `npm run bench [name ...]`. See bench/README.md for what is compared with what.
import { loadTypeScript } from "./load-typescript.mjs";

const { runBenchmarks } = await loadTypeScript("bench/main.ts");
process.exitCode = await runBenchmarks(process.argv.slice(2));
