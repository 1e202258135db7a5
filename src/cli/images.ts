import { resolve } from "node:path";
import { ProblemError } from "../base/problem.ts";
import { connectDocker, type DockerClient } from "../engines/docker/client.ts";
import { ensureImages } from "../engines/docker/images/build-images.ts";
import { loadImages, saveImages } from "../engines/docker/images/image-file.ts";
import { type ImageState, listImages, missingImages } from "../engines/docker/images/image-list.ts";
import { imageNames } from "../engines/docker/images/image-set.ts";
import { buildSelf } from "../engines/docker/images/self-image.ts";
import type { CliCommand } from "./command.ts";
import type { CliContext } from "./context.ts";
import { exit } from "./exit.ts";

/** `maildrill images build|list|save FILE|load FILE`: the images that the docker engine's hosts run from. */
export const images: CliCommand = {
  define: (command) => {
    command
      .argument("<action>", "build | list | save | load")
      .argument("[file]", "for save and load: one file with all images")
      .option("--self", "with build: an image of Maildrill itself too, for docker-compose.yml, with the Node that runs here")
      .option("--json", "print one JSON document")
      .addHelpText(
        "after",
        "\nBuild where a registry or Debian's packages can be reached; save and load carry the images to a room without a network.",
      );
  },
  run: async (context, [action, file], options) => {
    const act = typeof action === "string" && Object.hasOwn(actions, action) ? actions[action as keyof typeof actions] : undefined;
    if (act === undefined) {
      throw new ProblemError({
        code: "unknown-action",
        message: `There is no action ${JSON.stringify(action)} on images.`,
        hint: `There are ${Object.keys(actions).join(", ")}.`,
      });
    }
    const json = options.json === true;
    const client = await connectDocker(context.env);
    const {
      document,
      text,
      code = exit.done,
    } = await act({ client, context, file: file === undefined ? undefined : String(file), json, self: options.self === true });
    context.stdout.write(json ? `${JSON.stringify(document, null, 2)}\n` : text);
    return code;
  },
};

interface Outcome {
  readonly document: unknown;
  readonly text: string;
  readonly code?: number;
}

interface Task {
  readonly client: DockerClient;
  readonly context: CliContext;
  readonly file: string | undefined;
  readonly json: boolean;
  readonly self: boolean;
}

type Action = (task: Task) => Promise<Outcome>;

const actions: Readonly<Record<"build" | "list" | "save" | "load", Action>> = {
  build: async ({ client, context: { signal, stdout, stderr }, json, self }) => {
    const output = json ? stderr : stdout;
    const options = { progress: (line: string) => output.write(`${line}\n`), signal };
    const missing = await missingImages(client, imageNames);
    const references = await ensureImages(client, imageNames, options);
    const built = self ? [...missing, await buildSelf(client, options)] : missing;
    const text = built.length === 0 ? "All images were there already.\n" : `Built: ${built.join(", ")}.\n`;
    return { document: { images: references, built }, text };
  },
  list: async ({ client }) => {
    const states = await listImages(client);
    return { document: { images: states }, text: table(states) };
  },
  save: async ({ client, context, file, json }) => {
    const path = pathOf(file, "save");
    if (!json) context.stdout.write("Writing; this takes a while.\n");
    const sizeBytes = await saveImages(client, path, { signal: context.signal });
    return {
      document: { file: path, sizeBytes, images: imageNames },
      text: `${path}: ${imageNames.length} images, ${inMegabytes(sizeBytes)}\n`,
    };
  },
  load: async ({ client, context, file }) => {
    const path = pathOf(file, "load");
    const states = await loadImages(client, path, { signal: context.signal });
    const missing = states.filter(({ present }) => !present).map(({ name }) => name);
    const verdict =
      missing.length === 0
        ? "All images are there."
        : `Not in that file, or of another version of Maildrill: ${missing.join(", ")}. Build them: maildrill images build.`;
    return {
      document: { file: path, images: states, missing },
      text: `${table(states)}${verdict}\n`,
      code: missing.length === 0 ? exit.done : exit.no,
    };
  },
};

function pathOf(file: string | undefined, action: string): string {
  if (file === undefined) {
    throw new ProblemError({ code: "no-file", message: "Which file?", hint: `maildrill images ${action} FILE` });
  }
  return resolve(file);
}

function table(states: readonly ImageState[]): string {
  const rows = states.map(({ name, reference, present, sizeBytes }) => {
    const size = sizeBytes === undefined ? "" : inMegabytes(sizeBytes);
    return `${name.padEnd(8)}  ${reference.padEnd(31)}  ${size.padStart(7)}  ${present ? "present" : "missing"}\n`;
  });
  return rows.join("");
}

function inMegabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`;
}
