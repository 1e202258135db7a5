import type { Host } from "../world/world.ts";

/** Files that tell a host who and where it is; they follow from the host where its own files do not say otherwise. */
export function identityFiles(host: Host): Readonly<Record<string, string>> {
  const short = host.name.split(".")[0] as string;
  const names = short === host.name ? host.name : `${host.name} ${short}`;
  return {
    "/etc/hostname": `${host.name}\n`,
    "/etc/hosts": ["127.0.0.1\tlocalhost", ...host.interfaces.map((each) => `${each.address}\t${names}`), ""].join("\n"),
    "/etc/resolv.conf": host.nameservers.map((address) => `nameserver ${address}\n`).join(""),
  };
}
