import { packTar } from "modern-tar";
import type { HostFile } from "./host-files.ts";

/** A tar archive of files with their owners, modes and times, as the engine unpacks it in a container. */
export async function archiveOf(files: readonly HostFile[]): Promise<Buffer> {
  const entries = files.map(({ path, content, mode, uid, gid, modifiedAtMs }) => ({
    header: {
      name: path.slice(1),
      size: Buffer.byteLength(content),
      type: "file" as const,
      mode,
      uid,
      gid,
      mtime: new Date(modifiedAtMs),
    },
    body: content,
  }));
  return Buffer.from(await packTar([...directoriesOf(files), ...entries]));
}

/** Directories that the files need and the image may lack belong to the first file's owner in them; those of the system stay as they are. */
function directoriesOf(files: readonly HostFile[]) {
  const owners = new Map<string, HostFile>();
  for (const file of files) {
    if (file.uid === 0) continue;
    const parts = file.path.slice(1).split("/").slice(0, -1);
    // Above the third level lie /srv/vmail and /var/mail, which the image has made.
    for (let depth = 3; depth <= parts.length; depth++) owners.set(parts.slice(0, depth).join("/"), file);
  }
  return [...owners].map(([path, { uid, gid, modifiedAtMs }]) => ({
    header: { name: `${path}/`, size: 0, type: "directory" as const, mode: 0o700, uid, gid, mtime: new Date(modifiedAtMs) },
  }));
}
