import { identityFiles } from "../../daemons/identity-files.ts";
import type { Host, World } from "../../world/world.ts";
import type { FileTree } from "./files/file-tree.ts";
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

/** Lays down a host's files before anything starts. What the world says stands; what it leaves out follows from the host. */
export function writeBootFiles(files: FileTree, world: World, host: Host): void {
  for (const directory of DIRECTORIES) files.makeDirectory(directory);
  for (const [path, text] of Object.entries({ ...identityFiles(host), ...host.files })) files.write(path, text);
  for (const content of host.mailboxes) fillMailbox(files, world, host, content);
  for (const disk of host.disks) files.limitDisk(disk.path, disk.freeBytes);
}
