import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { imageReferences } from "../../src/engines/docker/images/image-source.ts";
import { catalogue } from "../../src/scenario/catalogue.ts";
import { buildWorld } from "../../src/scenario/compile-world.ts";
import { readScenarioFiles } from "../../src/scenario/load-library.ts";
import { loadWorld, plainChoice } from "../../src/scenario/load-world.ts";
import { drawNames } from "../../src/scenario/seed.ts";
import { documentationPlan, shapeOf } from "../../src/scenario/shape.ts";
import type { DaemonKind, Host } from "../../src/world/world.ts";
import { root } from "../laws/source-tree.ts";
import { demandDocker, obstacle } from "./bare-range.ts";

const engine = spawnSync("docker", ["version", "--format", "{{.Server.Arch}}"], { encoding: "utf8" });
const imageOf = imageReferences(engine.stdout.trim());

/** The real program's own check of its configuration, and the image that holds the program. */
const judges: Partial<Record<DaemonKind, { readonly image: string; readonly check: string }>> = {
  bind: { image: imageOf.bind, check: "named-checkconf -z /etc/bind/named.conf" },
  postfix: {
    image: imageOf.postfix,
    check:
      "for t in $(ls /etc/postfix | grep -xE 'transport|virtual|vmailbox|relay_recipients'); do postmap /etc/postfix/$t; done; postconf -n && postfix check",
  },
  dovecot: { image: imageOf.mailbox, check: "doveconf -n" },
  rspamd: { image: imageOf.rspamd, check: "rspamadm configtest" },
};

const why = obstacle(["bind", "postfix", "mailbox", "rspamd"]);
demandDocker(why);

function office(): readonly Host[] {
  const { blueprint } = loadWorld(plainChoice("small-office"), readScenarioFiles(root).worlds);
  if (blueprint === undefined) throw new Error("small-office does not load");
  const names = drawNames(blueprint, {}, 0);
  return buildWorld(blueprint, names, documentationPlan(shapeOf(blueprint)), { seed: 0, startsAtMs: 0 }, catalogue.daemons).world.hosts;
}

/** Puts a host's files into a container of its own without a network, and lets the program judge them. */
function judge(
  host: Host,
  { image, check }: { readonly image: string; readonly check: string },
): { readonly status: number | null; readonly output: string } {
  const folder = mkdtempSync(join(tmpdir(), "maildrill-docker-"));
  const run = [
    "create",
    "--network",
    "none",
    "--label",
    "maildrill=test",
    "--hostname",
    host.name,
    "--entrypoint",
    "sh",
    image,
    "-c",
    check,
  ];
  const container = execFileSync("docker", run, { encoding: "utf8" }).trim();
  try {
    for (const [path, text] of Object.entries(host.files)) {
      // Our own form of a compiled table is not the real one's.
      if (path.endsWith(".db") || path === "/etc/resolv.conf" || path === "/etc/hosts" || path === "/etc/hostname") continue;
      mkdirSync(join(folder, dirname(path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    execFileSync("docker", ["cp", `${folder}/.`, `${container}:/`]);
    const { status, stdout, stderr } = spawnSync("docker", ["start", "--attach", container], { encoding: "utf8" });
    return { status, output: stdout + stderr };
  } finally {
    execFileSync("docker", ["rm", "--force", container]);
    rmSync(folder, { recursive: true, force: true });
  }
}

describe("the real programs take the files that we render", () => {
  const cases = office().flatMap((host) => host.daemons.map(({ kind }) => [`${host.key}: ${kind}`, host, kind] as const));

  it.for(cases)("%s", ([, host, kind], { skip }) => {
    if (why !== undefined) skip(why);
    const program = judges[kind];
    if (program === undefined) throw new Error(`nothing judges ${kind}`);
    const { status, output } = judge(host, program);
    expect(output).not.toMatch(/\b(fatal|error|unused parameter)\b/i);
    expect(status, output).toBe(0);
  });
});
