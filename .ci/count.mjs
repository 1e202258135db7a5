// Prints the closing line `N passed, N failed[, N skipped]` from the runners' reports; exit 1 when anything failed or did not run.
// Arguments: passed steps, failed steps, then NAME=EXIT_CODE for each report reports/NAME.json, all of them required.
import { readFileSync } from "node:fs";

const [passedSteps, failedSteps, ...runs] = process.argv.slice(2);
let passed = Number(passedSteps);
let failed = Number(failedSteps);
let skipped = 0;

for (const run of runs) {
  const [name, exitCode] = run.split("=");
  const counts = countsOf(`reports/${name}.json`);
  passed += counts.passed;
  failed += counts.failed;
  skipped += counts.skipped;
  // A file that does not load, or an unhandled error, fails no single test but does fail the run. A run of nothing proves nothing.
  if (counts.failed === 0 && (exitCode !== "0" || counts.passed === 0)) failed++;
}

console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** The counts of vitest's report or of `prove --json`; a report that is missing or broken counts as failed. */
function countsOf(path) {
  try {
    const report = JSON.parse(readFileSync(path, "utf8"));
    for (const { scenario, seed, problem } of report.proofs ?? []) {
      if (problem !== undefined) console.log(`${scenario} seed ${seed}: NOT PROVED\n    ${problem}`);
    }
    return {
      passed: report.numPassedTests ?? report.passed,
      failed: report.numFailedTests ?? report.failed,
      skipped: (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0),
    };
  } catch (error) {
    console.log(`${path}: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
