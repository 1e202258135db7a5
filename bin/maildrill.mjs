#!/usr/bin/env node
import { existsSync } from "node:fs";

const program = new URL("../dist/main.js", import.meta.url);
// A checkout that was never built builds itself once; an installed package ships dist/.
if (!existsSync(program)) await import("../tools/build.mjs");
await import(program.href);
