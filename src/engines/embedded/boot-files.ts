import { identityFiles } from "../../daemons/identity-files.ts";
import type { Host, World } from "../../world/world.ts";
import type { FileTree } from "./files/file-tree.ts";
import { createFileTree } from "./files/memory-tree.ts";
import { fillMailbox } from "./mailbox-fill.ts";

/** Directories that every Debian host has. */
const DIRECTORIES = [
  "/etc",
  "/home",
  "/root",
  "/run",
  "/srv",
  "/tmp",
  "/var/cache",
  "/var/lib",
  "/var/log",
  "/var/mail",
  "/var/spool",
  "/var/tmp",
];

/** When the hosts were installed: before any world starts. */
const INSTALLED_AT_MS = Date.UTC(2026, 0, 5);

/** What all hosts have in common; they share it until they change it. */
const BARE_HOST = bareHost();

/** Hosts are values that never change: ranges of one world share a host's first files until they write. */
const installed = new WeakMap<Host, FileTree>();

/** A host's files before anything starts. What the world says stands; what it leaves out follows from the host. */
export function bootFiles(world: World, host: Host, now: () => number): FileTree {
  let files = installed.get(host);
  if (files === undefined) {
    files = install(world, host);
    installed.set(host, files);
  }
  return files.clone(now);
}

function install(world: World, host: Host): FileTree {
  const files = BARE_HOST.clone(() => world.startsAtMs);
  for (const [path, text] of Object.entries({ ...identityFiles(host), ...host.files })) files.write(path, text);
  for (const content of host.mailboxes) fillMailbox(files, world, host, content);
  for (const disk of host.disks) files.limitDisk(disk.path, disk.freeBytes);
  return files;
}

function bareHost(): FileTree {
  const files = createFileTree(() => INSTALLED_AT_MS);
  for (const directory of DIRECTORIES) files.makeDirectory(directory);
  return files;
}
