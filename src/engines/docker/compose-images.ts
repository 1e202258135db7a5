import type { ImageSource, SourceFile } from "./images/image-digest.ts";
import { debian } from "./images/image-digest.ts";
import { type ImageName, imageNames, images } from "./images/image-set.ts";

/** Files that are laid over every image stand once in the build context. */
const shared = "host/";

/**
 * The images' folders as one build context with one Dockerfile of many stages, each named after its image. Compose builds services in no
 * certain order; stages find their parents by themselves.
 * @throws Error for a Dockerfile that does not follow the pattern of the others (a bug in it)
 */
export function composeImages(sources: Readonly<Record<ImageName, ImageSource>>): SourceFile[] {
  const files = new Map<string, SourceFile>();
  const stages: string[] = [];
  for (const name of imageNames) {
    for (const file of sources[name]) {
      if (file.path === "Dockerfile") stages.push(stageOf(name, Buffer.from(file.bytes).toString("utf8")));
      else {
        const path = file.path.startsWith(shared) ? file.path : `${name}/${file.path}`;
        files.set(path, { ...file, path });
      }
    }
  }
  const text = ["# One stage for each kind of host; docker-compose.yml names the stage that a host stands on.", ...stages].join("\n\n");
  return [{ path: "Dockerfile", mode: 0o644, bytes: Buffer.from(`${text}\n`) }, ...files.values()];
}

function stageOf(name: ImageName, dockerfile: string): string {
  const { parent } = images[name];
  const inner = (stage: string): string => `${name}-${stage}`;
  const lines = dockerfile.trim().split("\n");
  const lastFrom = lines.findLastIndex((line) => line.startsWith("FROM "));
  return lines
    .flatMap((line, at) => {
      const [, from, as] = /^FROM (\S+)(?: AS (\S+))?$/.exec(line) ?? [];
      if (from !== undefined)
        return `FROM ${from === "$BASE" ? (parent ?? debian) : from} AS ${at === lastFrom ? name : inner(as ?? "part")}`;
      if (/^ARG BASE\b/.test(line)) return [];
      if (/^COPY --from=/.test(line)) return line.replace(/--from=(\S+)/, (_, stage: string) => `--from=${inner(stage)}`);
      if (/^COPY /.test(line)) return copyFrom(name, line);
      // What the engine's builder writes on an image that it has finished.
      return line.replace("maildrill.unfinished=yes", 'maildrill.unfinished=""');
    })
    .join("\n");
}

/** Sources are told from the root of the common context. */
function copyFrom(name: ImageName, line: string): string {
  const words = line.split(/\s+/).slice(1);
  if (words.length < 2 || words.some((word) => word.startsWith("-") || word.startsWith("["))) {
    throw new Error(`the Dockerfile of ${name} copies in a way that is not known: ${line}`);
  }
  const target = words.pop() as string;
  return `COPY ${words.map((source) => (source.startsWith(shared) ? source : `${name}/${source}`)).join(" ")} ${target}`;
}
