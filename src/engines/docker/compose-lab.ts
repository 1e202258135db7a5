import { compileAliases, compileMap } from "../../daemons/postfix/tables/database.ts";
import type { World } from "../../world/world.ts";
import { composeFile, labMount, starter } from "./compose-file.ts";
import { composeImages } from "./compose-images.ts";
import { bootFolder, type HostFile } from "./host-files.ts";
import type { ImageSource } from "./images/image-digest.ts";
import type { ImageName } from "./images/image-set.ts";
import { planRange } from "./range-plan.ts";

/** A file of an exported lab; its path is relative to the lab's folder. */
export interface LabFile {
  readonly path: string;
  readonly mode: number;
  readonly content: string | Uint8Array;
  readonly modifiedAtMs?: number;
}

export interface ComposeLab {
  readonly files: readonly LabFile[];
  /** What the world has and plain compose cannot give, for people. */
  readonly leftOut: readonly string[];
}

export interface ComposeLabOptions {
  readonly references: Readonly<Record<ImageName, string>>;
  readonly sources: Readonly<Record<ImageName, ImageSource>>;
  /** Comment lines at the head of docker-compose.yml. */
  readonly heading: readonly string[];
}

/** A world as a folder that plain compose starts without Maildrill: the compose file, each host's files, and what the images are built from. */
export function composeLab(world: World, { references, sources, heading }: ComposeLabOptions): ComposeLab {
  const plan = planRange(world, { id: "lab", owner: "", startedAtMs: world.startsAtMs });
  const files: LabFile[] = [
    { path: "docker-compose.yml", mode: 0o644, content: composeFile(plan, references, heading) },
    { path: starter, mode: 0o755, content: startHost },
    ...composeImages(sources).map(({ path, mode, bytes }) => ({ path: `images/${path}`, mode, content: bytes })),
  ];
  for (const container of plan.containers) {
    const own = container.files.filter((file) => !isCompiledAnyway(file, container.files));
    // A folder that is mounted has to be there, also for a host without files.
    files.push({ path: `hosts/${container.host}/.keep`, mode: 0o644, content: "" });
    for (const { path, mode, uid, content, modifiedAtMs } of own) {
      files.push({ path: `hosts/${container.host}/owner-${uid}${path}`, mode, content, modifiedAtMs });
    }
  }
  return { files, leftOut: leftOutOf(world) };
}

/** A compiled table that says what its source says: the host compiles it by itself when it starts. */
function isCompiledAnyway({ path, content }: HostFile, files: readonly HostFile[]): boolean {
  const prefix = `${bootFolder}/tables`;
  if (!path.startsWith(`${prefix}/`)) return false;
  const sourcePath = path.slice(prefix.length);
  const source = files.find((file) => file.path === sourcePath)?.content;
  const settings = files.find((file) => file.path === "/etc/postfix/main.cf")?.content ?? "";
  if (source === undefined || !settings.includes(`hash:${sourcePath}`)) return false;
  const compile = sourcePath.endsWith("/aliases") ? compileAliases : compileMap;
  const lines = [...compile(source, sourcePath).entries].map(([key, value]) => `${key}\t${value}`);
  return lines.sort().join("\n") === content.trimEnd().split("\n").sort().join("\n");
}

function leftOutOf({ hosts, networks }: World): string[] {
  return [
    ...hosts.flatMap(({ key, firewall, disks, daemons }) => [
      ...(firewall.length > 0 ? [`the packet filter of ${key}`] : []),
      ...disks.map(({ path }) => `how full ${path} of ${key} is`),
      ...daemons.filter(({ state }) => state === "frozen").map(({ kind }) => `that ${kind} of ${key} is frozen`),
    ]),
    ...networks.filter(({ lossRatio }) => lossRatio > 0).map(({ key }) => `the packets that the network ${key} loses`),
    ...networks.filter(({ latencyMs }) => latencyMs >= 100).map(({ key }) => `how slow the network ${key} is`),
    ...networks.flatMap(({ key, lines = {} }) => Object.keys(lines).map((host) => `how good the line of ${host} to the network ${key} is`)),
  ];
}

/** Folders are named after the user number to which their files belong in the host. */
const startHost = `#!/bin/sh
# Puts the host's files in place the first time it starts, then hands over to the image's own init.
lab=${labMount}
conf=${bootFolder}

place() {
  for folder in "$lab"/owner-*; do
    [ -d "$folder/$1" ] || continue
    owner=\${folder##*/owner-}
    tar -C "$folder" --owner="$owner" --group="$owner" -cf - "./$1" | tar -C / --no-overwrite-dir -xpf -
  done
}

if [ ! -e $conf/placed ]; then
  place .
  mkdir -p $conf && : >$conf/placed
else
  # These the engine writes anew at each start.
  place "\${conf#/}/etc"
fi
exec /usr/local/sbin/host-init
`;
