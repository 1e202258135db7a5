import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type Docker from "dockerode";
import { labels } from "../../src/engines/docker/labels.ts";
import { ownerOf } from "../../src/engines/docker/owner.ts";
import { root } from "../laws/source-tree.ts";

/** The program, running. */
export interface Running {
  readonly pid: number;
  /** As it labels what it makes. */
  readonly owner: string;
  /** Kept once it has printed this on either stream; also when it has ended. */
  said(words: string): Promise<void>;
  /** What it has printed so far. */
  output(): string;
  signal(name: NodeJS.Signals): void;
  /** Takes away the other end of what it prints to, as a terminal that is closed does. */
  hangUp(): void;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null; readonly output: string }>;
}

/** A user's own runtime folder, so that ranges of others play no part. */
export function ownRuntimeFolder(): { readonly folder: string; sockets(): string[]; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), "maildrill-left-"));
  return {
    folder,
    sockets: () =>
      readdirSync(folder, { recursive: true })
        .map(String)
        .filter((name) => name.endsWith(".sock")),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

export function startProgram(args: readonly string[], env: Readonly<Record<string, string>>): Running {
  const child: ChildProcess = spawn(process.execPath, ["bin/maildrill.mjs", ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const pid = child.pid ?? 0;
  const owner = ownerOf(pid);
  let output = "";
  let look = (): void => {};
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (text: Buffer) => {
      output += text.toString();
      look();
    });
  }
  const ended = once(child, "close").then(([code, signal]) => ({ code: code as number | null, signal: signal as string | null, output }));
  return {
    pid,
    owner,
    said: (words) =>
      Promise.race([
        ended.then(() => {}),
        new Promise<void>((resolve) => {
          look = () => output.includes(words) && resolve();
          look();
        }),
      ]),
    output: () => output,
    signal: (name) => void child.kill(name),
    hangUp: () => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    },
    ended,
  };
}

/** Everything on the engine that carries this owner's label, by name. */
export async function objectsOf(docker: Docker, owner: string): Promise<string[]> {
  const filters = { label: [`${labels.owner}=${owner}`] };
  const [containers, networks, { Volumes }] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
    docker.listVolumes({ filters: JSON.stringify(filters) as never }),
  ]);
  return [
    ...containers.map(({ Names }) => Names[0] ?? "?"),
    ...networks.map(({ Name }) => Name),
    ...(Volumes ?? []).map(({ Name }) => Name),
  ];
}

/** A way to the engine that can be cut, as if the engine were gone. */
export interface Cuttable {
  readonly address: string;
  /** Kept when the first request with this in it has passed. */
  passed(words: string): Promise<void>;
  cut(): void;
}

export async function cuttableEngine(folder: string): Promise<Cuttable> {
  const path = join(folder, "engine.proxy");
  const ends = new Set<Socket>();
  let heard = "";
  let look = (): void => {};
  const server = createServer((client) => {
    const engine = connect("/var/run/docker.sock");
    for (const end of [client, engine]) {
      ends.add(end);
      end.on("error", () => end.destroy());
      end.on("close", () => ends.delete(end));
    }
    client.on("data", (data: Buffer) => {
      heard += data.toString("latin1").slice(0, 200);
      look();
    });
    client.pipe(engine).pipe(client);
  });
  server.listen(path);
  await once(server, "listening");
  return {
    address: `unix://${path}`,
    passed: (words) =>
      new Promise((resolve) => {
        look = () => heard.includes(words) && resolve();
        look();
      }),
    cut: () => {
      server.close();
      for (const end of ends) end.destroy();
    },
  };
}
