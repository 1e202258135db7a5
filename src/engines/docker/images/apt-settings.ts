import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/** How this machine reaches Debian's packages, where it is a Debian machine: builds go the same way. */
export interface AptSettings {
  /** Text of an apt.conf: what is set about fetching, without the proxies. */
  readonly configuration: string;
  /** Text of a sources.list; undefined where Debian's public address serves. */
  readonly sources: string | undefined;
  /** Where `debootstrap` fetches from; undefined: its own default. */
  readonly mirror: string | undefined;
  /** By protocol: `{http: "http://proxy:3128"}`. */
  readonly proxies: Readonly<Record<string, string>>;
  /** Certificates (PEM) that vouch for an https mirror; undefined: the public ones do. */
  readonly authorities: string | undefined;
}

/** The release that the images are built from. */
export const suite = "bookworm";

/** Nothing is particular: packages come from Debian's public address. */
export const plainApt: AptSettings = { configuration: "", sources: undefined, mirror: undefined, proxies: {}, authorities: undefined };

const publicHost = "deb.debian.org";

/** Asks apt on this machine; `plainApt` where there is none. */
export async function readAptSettings(): Promise<AptSettings> {
  const run = promisify(execFile);
  try {
    const [config, targets] = await Promise.all([
      run("apt-config", ["dump"]),
      run("apt-get", ["indextargets", "--format", "$(REPO_URI) $(RELEASE) $(COMPONENT)", "Created-By: Packages"]),
    ]);
    const caFile = valuesOf(config.stdout).get("acquire::https::cainfo");
    const authorities = caFile === undefined ? undefined : await readFile(caFile, "utf8");
    return aptSettings(config.stdout, targets.stdout, authorities);
  } catch {
    return plainApt;
  }
}

/**
 * What of a machine's apt a build needs.
 * @param config what `apt-config dump` prints
 * @param targets a line `<repository> <release> <component>` for each list of packages
 */
export function aptSettings(config: string, targets: string, authorities?: string): AptSettings {
  const proxies: Record<string, string> = {};
  const kept: string[] = [];
  for (const [key, value] of valuesOf(config)) {
    const proxy = /^acquire::(https?|ftp)::proxy$/.exec(key)?.[1];
    if (proxy !== undefined) proxies[proxy] = value;
    else if (fetching.test(key)) kept.push(`${key} "${value}";\n`);
  }
  return { configuration: kept.join(""), ...sourcesOf(targets), proxies, authorities };
}

/** What is set about fetching and holds inside a container too: no files, no programs of this machine. */
const fetching =
  /^acquire::(retries|forceipv[46]|check-valid-until|check-date|max-futuretime|(https?::|ftp::)(timeout|pipeline-depth|no-cache|user-agent|verify-peer|verify-host|dl-limit))$/;

/** Settings by their name in small letters (apt does not tell them apart); empty ones are not set. */
function valuesOf(config: string): ReadonlyMap<string, string> {
  const lines = config.matchAll(/^(\S+) "(.*)";$/gm);
  return new Map([...lines].map(([, name = "", value = ""]) => [name.toLowerCase(), value] as const).filter(([, value]) => value !== ""));
}

function sourcesOf(targets: string): Pick<AptSettings, "sources" | "mirror"> {
  const known = targets
    .split("\n")
    .map((line) => line.split(" "))
    .filter(([, release = "", component]) => release.split("-")[0] === suite && component === "main");
  const mirror = known.find(([, release]) => release === suite)?.[0];
  if (mirror === undefined || known.every(([repository = ""]) => hostOf(repository) === publicHost)) {
    return { sources: undefined, mirror: undefined };
  }
  return { sources: known.map(([repository, release]) => `deb ${repository} ${release} main\n`).join(""), mirror };
}

function hostOf(repository: string): string {
  return URL.canParse(repository) ? new URL(repository).host : "";
}
