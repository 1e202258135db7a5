import { writeFileSync } from "node:fs";
import { connectDocker } from "../../src/engines/docker/client.ts";
import type { HostImage } from "../../src/engines/docker/image-rights.ts";
import { imageReferences } from "../../src/engines/docker/images/image-source.ts";
import type { PlannedRange, Range } from "../../src/world/engine.ts";
import { type Outcome, type RecordedHost, type Recording, recordingPath } from "../engines/conformance/recording.ts";

/** What a case's hosts run now: the images of the range, and the versions of the packages that the recording names. */
export async function hostsNow(range: Range, plan: PlannedRange, { hosts }: Recording): Promise<Recording["hosts"]> {
  const { docker, about } = await connectDocker(process.env);
  const references = imageReferences(about.architecture);
  const entries = Object.entries(hosts).map(async ([key, { programs }]): Promise<[string, RecordedHost]> => {
    const image = references[plan.hosts.find(({ host }) => host === key)?.runsOn.replace("image ", "") as HostImage];
    const { stdout } = await range.run(key, `dpkg-query -W -f '\${Package} \${Version}\\n' ${Object.keys(programs).join(" ")}`);
    const versions = stdout
      .trim()
      .split("\n")
      .map((line) => line.split(" ") as [string, string]);
    return [key, { programs: Object.fromEntries(versions), image, imageId: (await docker.getImage(image).inspect()).Id }];
  });
  return Object.fromEntries(await Promise.all(entries));
}

/**
 * Brings the spools' inode numbers to the six hexadecimal digits that the other recordings have: a queue id ends in one, and ids are
 * part of a message's size. A range's spools are small file systems of their own, whose numbers begin at 1.
 */
export async function ageSpools(range: Range): Promise<void> {
  const makeFiles = `perl -e 'for (1..1048576) { open my $f, ">", "/var/spool/postfix/pid/aged"; close $f; unlink "/var/spool/postfix/pid/aged" }'`;
  const hosts = range.world.hosts.filter(({ daemons }) => daemons.some(({ kind }) => kind === "postfix"));
  for (const { key } of hosts) await range.run(key, makeFiles);
}

/** Puts what came of a case in place of what its recording says. */
export function writeRecording(id: string, recording: Recording, { steps, logs, files }: Outcome, hosts: Recording["hosts"]): void {
  const recorded = `${new Date().toISOString().slice(0, 19)}Z`;
  writeFileSync(recordingPath(id), `${JSON.stringify({ ...recording, recorded, hosts, steps, logs, files }, null, 1)}\n`);
}
