// Prints the closing line `N passed, N failed[, N skipped]` from the runners' reports; exit 1 when anything failed or did not run.
import { readFileSync } from "node:fs";

const [passedSteps, failedSteps, testCode, proveCode] = process.argv.slice(2).map(Number);
let passed = passedSteps;
let failed = failedSteps;
let skipped = 0;

const tests = report("reports/vitest.json");
if (tests === undefined) failed++;
else {
  passed += tests.numPassedTests;
  failed += tests.numFailedTests;
  skipped += tests.numPendingTests + tests.numTodoTests;
  // A file that does not load, or an unhandled error, fails no single test but does fail the run.
  if (testCode !== 0 && tests.numFailedTests === 0) failed++;
}

const proofs = report("reports/prove.json");
if (proofs === undefined || proofs.passed + proofs.failed === 0) failed++;
else {
  passed += proofs.passed;
  failed += proofs.failed;
  if (proveCode !== 0 && proofs.failed === 0) failed++;
}

console.log(`\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

/** A required report that is missing or broken counts as failed. */
function report(path) {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    console.log(`${path}: ${error.message}`);
    return undefined;
  }
}
