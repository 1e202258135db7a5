import { execFile, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { dialects } from "../src/daemons/registry.ts";
import type { DockerClient } from "../src/engines/docker/client.ts";
import { composeLab } from "../src/engines/docker/compose-lab.ts";
import { imageReferences, readImageSources } from "../src/engines/docker/images/image-source.ts";
import { followContainer } from "../src/engines/docker/logs.ts";
import type { World } from "../src/world/world.ts";

const run = promisify(execFile);

/** The command that speaks compose here, with its first arguments; undefined where there is none. */
export function composeCommand(): readonly string[] | undefined {
  return [["docker", "compose"], ["docker-compose"]].find(
    ([program = "", ...args]) => spawnSync(program, [...args, "version"]).status === 0,
  );
}

/** The world as an exported lab, started by plain compose. */
export function composeRange({ docker, about }: DockerClient, world: World, [program = "", ...first]: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), "bench-lab-"));
  const lab = composeLab(world, { references: imageReferences(about.architecture), sources: readImageSources(), heading: [] });
  for (const { path, mode, content } of lab.files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
    chmodSync(join(folder, path), mode);
  }
  const compose = (...args: readonly string[]) => run(program, [...first, ...args], { cwd: folder });
  return {
    /** Ready is whose daemons have all said so in the log, as for our own ranges. */
    async up(): Promise<void> {
      await compose("up", "-d", "--no-build");
      const { stdout } = await compose("ps", "-q");
      await Promise.all(
        stdout
          .trim()
          .split("\n")
          .map(async (id) => {
            const container = docker.getContainer(id);
            const { Config } = await container.inspect();
            const host = world.hosts.find(({ name }) => name === Config.Hostname || name.startsWith(`${Config.Hostname}.`));
            const awaited = new Map(
              dialects
                .filter(({ daemon }) => host?.daemons.some(({ kind }) => kind === daemon))
                .map(({ daemon, ready }) => [daemon, ready]),
            );
            if (host === undefined) throw new Error(`no host is called ${Config.Hostname}`);
            await new Promise<void>((resolve, reject) => {
              if (awaited.size === 0) resolve();
              followContainer(docker, container, ({ text }) => {
                for (const [daemon, ready] of awaited) if (ready.test(text)) awaited.delete(daemon);
                if (awaited.size === 0) resolve();
              }).catch(reject);
            });
          }),
      );
    },
    /** Docker 20.10 now and then counts an endpoint too many and keeps the network; the next round takes other addresses. */
    down: () =>
      compose("down", "-t", "0").then(
        () => {},
        (error: Error) => void process.stdout.write(`compose down: ${error.message.trim().split("\n").at(-1)}\n`),
      ),
    forget: () => rmSync(folder, { recursive: true, force: true }),
  };
}
