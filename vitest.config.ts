import { defineConfig } from "vitest/config";

// In CI the counts of the closing line come from this report, not from reading the screen.
const reporters = process.env.CI ? ["default", ["json", { outputFile: "reports/vitest.json" }] as const] : ["default"];

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    exclude: ["test/docker/**", "node_modules/**"],
    globalSetup: "test/build-first.ts",
    testTimeout: 60_000,
    reporters: reporters as ["default"],
  },
});
