import { randomBytes } from "node:crypto";
import { hostname, userInfo } from "node:os";
import type Docker from "dockerode";
import { labels, labelsOf, type RangeIdentity } from "./labels.ts";
import { ownerOf } from "./owner.ts";

/**
 * A range may outlive the process that keeps it: a learner's session that was cut off goes on in the very same containers. Labels of
 * containers and networks cannot be changed, so this stands on a mark of its own, an empty volume, which also names who has the range
 * now. It is put there when the range is whole, and taken away first when it goes: half a range never waits.
 */
export interface Mark {
  /** The range's id. */
  readonly range: string;
  readonly session: string;
  readonly user: string;
  readonly owner: string;
  readonly startedAtMs: number;
  readonly untilMs: number;
}

/** How long a range waits for its session at most, counted from when it was last taken up. */
export const waitsHours = 12;

/** Whose ranges are ours to end. */
export function userHere(): string {
  return `${userInfo().uid}@${hostname()}`;
}

/** Marks a range as one that this process has now, and that waits for its session when this process is gone. Older marks of it go. */
export async function putMark(docker: Docker, range: RangeIdentity, session: string, nowMs = Date.now()): Promise<void> {
  const older = await marksOf(docker, range.id);
  const owned: RangeIdentity = { ...range, owner: ownerOf() };
  await docker.createVolume({
    Name: `maildrill-${range.id}-mark-${randomBytes(4).toString("hex")}`,
    Labels: {
      ...labelsOf(owned, "mark", session),
      [labels.session]: session,
      [labels.user]: userHere(),
      [labels.until]: new Date(nowMs + waitsHours * 3_600_000).toISOString(),
    },
  });
  for (const { Name } of older) await docker.getVolume(Name).remove();
}

/** Every mark on the engine. */
export async function listMarks(docker: Docker): Promise<Mark[]> {
  return (await volumes(docker, `${labels.kind}=mark`)).map(({ Labels }) => ({
    range: Labels[labels.range] ?? "",
    session: Labels[labels.session] ?? "",
    user: Labels[labels.user] ?? "",
    owner: Labels[labels.owner] ?? "",
    startedAtMs: Date.parse(Labels[labels.started] ?? ""),
    untilMs: Date.parse(Labels[labels.until] ?? ""),
  }));
}

/** Takes away the marks of a range: from here on it waits for nobody. */
export async function removeMarks(docker: Docker, rangeId: string): Promise<void> {
  for (const { Name } of await marksOf(docker, rangeId)) {
    await docker
      .getVolume(Name)
      .remove()
      .catch((error: { statusCode?: number }) => {
        if (error.statusCode !== 404) throw error;
      });
  }
}

function marksOf(docker: Docker, rangeId: string): Promise<Docker.VolumeInspectInfo[]> {
  return volumes(docker, `${labels.range}=${rangeId}`);
}

async function volumes(docker: Docker, label: string): Promise<Docker.VolumeInspectInfo[]> {
  // The declared type wants the object that the API does not take.
  const filters = JSON.stringify({ label: [label] }) as never;
  return (await docker.listVolumes({ filters })).Volumes ?? [];
}
