// Bundles src/main.ts into dist/ with lazy chunks. `--if-stale` does nothing when no source is newer than the last build.
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const stamp = join(root, "dist", ".built");

if (!process.argv.includes("--if-stale") || isStale()) await build();

function isStale() {
  if (!existsSync(stamp)) return true;
  const builtAt = statSync(stamp).mtimeMs;
  const sources = readdirSync(join(root, "src"), { recursive: true }).map((name) => join(root, "src", name));
  return [...sources, join(root, "package-lock.json"), fileURLToPath(import.meta.url)].some((path) => statSync(path).mtimeMs > builtAt);
}

async function build() {
  const esbuild = await import("esbuild");
  rmSync(join(root, "dist"), { recursive: true, force: true });
  mkdirSync(join(root, "dist"));
  await esbuild.build({
    entryPoints: [join(root, "src", "main.ts")],
    outdir: join(root, "dist"),
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    minifySyntax: true,
    minifyWhitespace: true,
    sourcemap: "linked",
    chunkNames: "chunks/[name]-[hash]",
    logLevel: "warning",
    // What reads files beside itself, is native, or is never reached: left to node_modules or to nobody.
    external: [
      "dockerode",
      "ssh2",
      "mailauth",
      "mailparser",
      "sql.js",
      "quickjs-emscripten",
      "@mongodb-js/zstd",
      "node-liblzma",
      "@jitl/*",
    ],
    // React's form without its checks; Ink's link to a debugger is never asked for.
    define: { "process.env.NODE_ENV": '"production"' },
    alias: { "react-devtools-core": join(root, "tools", "no-devtools.mjs") },
    // Bundled CommonJS packages ask for `require` of Node's own modules.
    banner: { js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);' },
  });
  writeFileSync(stamp, "");
}
