import type { DaemonKind } from "../../world/world.ts";
import type { ImageName } from "./images/image-set.ts";

/** An image that a host of a range can run on; the Dockerfile is in images/<name>. */
export type HostImage = Exclude<ImageName, "base">;

/** What a container of an image may do and use. Nothing else: every other capability is dropped. */
export interface ImageRights {
  /** Linux capabilities, without `CAP_`. */
  readonly capabilities: readonly string[];
  readonly memoryBytes: number;
  readonly processes: number;
  /** Small file systems of their own, so that they can be filled: path → size. */
  readonly tmpfs: Readonly<Record<string, number>>;
}

const MiB = 1024 * 1024;

/** What an administrator who is root on the host needs for files and processes of other users. Neither NET_ADMIN nor NET_RAW. */
const administrator = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "SETUID", "SETGID", "KILL"] as const;

const spool = { "/var/spool/postfix": 96 * MiB };

const rights: Readonly<Record<HostImage, ImageRights>> = {
  toolbox: { capabilities: administrator, memoryBytes: 256 * MiB, processes: 200, tmpfs: {} },
  bind: { capabilities: [...administrator, "NET_BIND_SERVICE"], memoryBytes: 256 * MiB, processes: 200, tmpfs: {} },
  postfix: { capabilities: [...administrator, "NET_BIND_SERVICE", "SYS_CHROOT"], memoryBytes: 384 * MiB, processes: 400, tmpfs: spool },
  // Dovecot locks its login and anvil processes into empty directories.
  mailbox: { capabilities: [...administrator, "NET_BIND_SERVICE", "SYS_CHROOT"], memoryBytes: 512 * MiB, processes: 400, tmpfs: spool },
  rspamd: { capabilities: administrator, memoryBytes: 512 * MiB, processes: 200, tmpfs: {} },
  exim: { capabilities: [...administrator, "NET_BIND_SERVICE"], memoryBytes: 256 * MiB, processes: 300, tmpfs: {} },
};

export function rightsOf(image: HostImage): ImageRights {
  return rights[image];
}

/** The image for a host with these daemons; undefined where none holds them together. */
export function imageFor(kinds: readonly DaemonKind[]): HostImage | undefined {
  switch ([...kinds].sort().join(" ")) {
    case "":
      return "toolbox";
    case "bind":
    case "postfix":
    case "rspamd":
    case "exim":
      return kinds[0] as HostImage;
    case "dovecot":
    case "dovecot postfix":
      return "mailbox";
  }
  return undefined;
}

/** How a small file system of its own is mounted. */
export function tmpfsOptions(sizeBytes: number): string {
  return `rw,nosuid,nodev,noexec,mode=0755,size=${sizeBytes}`;
}
