import { gzipSync } from "node:zlib";
import { packTar } from "modern-tar";
import type { AptSettings } from "./apt-settings.ts";

/**
 * Build arguments that make apt inside a build go the machine's own way. Proxies travel in the arguments that Docker keeps out of an image's
 * history; the rest as a packed folder, which `install-packages` unpacks, uses and removes.
 */
export async function aptArguments({
  configuration,
  sources,
  proxies,
  authorities,
}: AptSettings): Promise<Readonly<Record<string, string>>> {
  const proxyArguments = Object.fromEntries(Object.entries(proxies).map(([protocol, address]) => [`${protocol}_proxy`, address]));
  if (configuration === "" && sources === undefined && authorities === undefined) return proxyArguments;
  const lines = [
    configuration,
    ...(sources === undefined ? [] : [`Dir::Etc::sourcelist "${folder}/sources.list";\nDir::Etc::sourceparts "-";\n`]),
    ...(authorities === undefined ? [] : [`Acquire::https::CAInfo "${folder}/authorities.pem";\n`]),
  ];
  const files: readonly (readonly [string, string | undefined])[] = [
    ["apt.conf", lines.join("")],
    ["sources.list", sources],
    ["authorities.pem", authorities],
  ];
  const present = files.flatMap(([name, text]) => (text === undefined ? [] : [{ name, body: Buffer.from(text) }]));
  const entries = present.map(({ name, body }) => ({ header: { name, mode: 0o644, size: body.length, mtime: new Date(0) }, body }));
  return { ...proxyArguments, APT: gzipSync(await packTar(entries)).toString("base64") };
}

/** Where `install-packages` unpacks the folder. */
const folder = "/tmp/apt";
