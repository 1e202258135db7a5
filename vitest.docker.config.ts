import { defineConfig } from "vitest/config";

const reporters = process.env.CI ? ["default", ["json", { outputFile: "reports/vitest-docker.json" }] as const] : ["default"];

/** What needs a Docker engine and our images (src/engines/docker/images). */
export default defineConfig({
  test: {
    include: ["test/docker/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // One after the other: ranges that start side by side only make each other slow.
    fileParallelism: false,
    reporters: reporters as ["default"],
  },
});
