import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "test/**/*.test.tsx"],
    exclude: ["test/docker/**", "node_modules/**"],
    testTimeout: 30_000,
    reporters: ["default"],
  },
});
