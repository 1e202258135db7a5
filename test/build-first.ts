import { execFileSync } from "node:child_process";
import { root } from "./laws/source-tree.ts";

/** Tests that start the program start what the sources say now. */
export default function buildFirst(): void {
  execFileSync(process.execPath, ["tools/build.mjs", "--if-stale"], { cwd: root });
}
