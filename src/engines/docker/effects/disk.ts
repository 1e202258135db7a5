import { ProblemError } from "../../../base/problem.ts";
import { quoteWord } from "../../../base/shell-words.ts";
import { changedSince } from "../../../daemons/effects.ts";
import type { DiskEffect } from "../../../world/effect.ts";
import type { LiveHost } from "../live-host.ts";
import type { Undo } from "./undo.ts";

/** What takes the room: a file such as a crash leaves behind. A learner may well find and delete it. */
const leftover = "core";

/** Leaves so many bytes free on the small file system that holds a path. @throws ProblemError `no-such-disk` where it lies on none */
export async function fillDisk(live: LiveHost, { path, freeBytes }: Pick<DiskEffect, "path" | "freeBytes">): Promise<Undo> {
  const mount = Object.keys(live.plan.rights.tmpfs).find((point) => path === point || path.startsWith(`${point}/`));
  if (mount === undefined) {
    throw new ProblemError({
      code: "no-such-disk",
      message: `On this engine ${path} lies on the engine's own disk, which is not filled.`,
      where: { host: live.plan.host },
      hint: `File systems of their own here: ${Object.keys(live.plan.rights.tmpfs).join(", ") || "none"}.`,
    });
  }
  const file = `${mount}/${leftover}`;
  const [before, free] = (await live.demand(`stat -c %s ${file} 2>/dev/null || echo 0; stat -f -c '%a*%S' ${mount}`)).trim().split("\n");
  const [blocks = 0, blockBytes = 1] = (free ?? "").split("*").map(Number);
  const sizeBytes = Number(before) + blocks * blockBytes - freeBytes;
  await resize(live, file, sizeBytes);
  return async () => {
    const { stdout } = await live.run(`stat -c %s ${quoteWord(file)}`);
    if (Number(stdout) !== sizeBytes)
      return changedSince(`${file} is no longer what it was; the disk was left as it is.`, { host: live.plan.host });
    await resize(live, file, Number(before));
    return undefined;
  };
}

async function resize(live: LiveHost, file: string, sizeBytes: number): Promise<void> {
  const name = quoteWord(file);
  await live.demand(`rm -f ${name}${sizeBytes > 0 ? `; fallocate -l ${sizeBytes} ${name} && chmod 600 ${name}` : ""}`);
}
