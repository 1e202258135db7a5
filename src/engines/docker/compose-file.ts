import { stringify } from "yaml";
import { tmpfsOptions } from "./image-rights.ts";
import type { ImageName } from "./images/image-set.ts";
import { type ContainerPlan, type RangePlan, withoutGateway } from "./range-plan.ts";

/** Where a host of a compose lab sees its folder `hosts/<host>`. */
export const labMount = "/usr/local/lib/lab";
/** What starts a host there: puts its files in place, then hands over to the image's own init. */
export const starter = "start-host";

/**
 * A plan as the text of a docker-compose.yml that plain compose starts (v2, and v1 from 1.27): the same networks, addresses and rights as
 * the engine gives. Its folders stand beside it (compose-lab.ts). Carries none of the engine's labels: a sweep must not take it for a range.
 * @param references names of the images; compose builds those that the engine has not got
 */
export function composeFile(plan: RangePlan, references: Readonly<Record<ImageName, string>>, heading: readonly string[] = []): string {
  const keys = new Map(plan.networks.map(({ name, key }) => [name, key]));
  const document = {
    services: Object.fromEntries(plan.containers.map((container) => [container.host, service(container, keys, references)])),
    networks: Object.fromEntries(plan.networks.map(({ key, cidr }) => [key, network(cidr)])),
  };
  const comment = heading.map((line) => `# ${line}`.trimEnd()).join("\n");
  return `${comment === "" ? "" : `${comment}\n`}${stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}

function service(plan: ContainerPlan, keys: ReadonlyMap<string, string>, references: Readonly<Record<ImageName, string>>) {
  const { host, hostname, image, rights, interfaces, dns } = plan;
  return {
    image: references[image],
    // Nobody's registry has these images: they are built here where they are missing.
    pull_policy: "never",
    build: { context: "./images", target: image },
    hostname,
    entrypoint: ["/usr/bin/tini", "--", "/bin/sh", `${labMount}-${starter}`],
    volumes: [`./hosts/${host}:${labMount}:ro`, `./${starter}:${labMount}-${starter}:ro`],
    ...(interfaces.length === 0
      ? { network_mode: "none" }
      : {
          dns: [...dns],
          networks: Object.fromEntries(
            interfaces.map(({ network: name, address }, index) => [
              keys.get(name) ?? name,
              { ipv4_address: address, priority: 100 * (interfaces.length - index) },
            ]),
          ),
        }),
    cap_drop: ["ALL"],
    cap_add: [...rights.capabilities],
    security_opt: ["no-new-privileges"],
    pids_limit: rights.processes,
    mem_limit: rights.memoryBytes,
    memswap_limit: rights.memoryBytes,
    ...tmpfs(rights.tmpfs),
  };
}

function tmpfs(sizes: Readonly<Record<string, number>>) {
  const lines = Object.entries(sizes).map(([path, bytes]) => `${path}:${tmpfsOptions(bytes)}`);
  return lines.length === 0 ? {} : { tmpfs: lines };
}

/** Nothing leads out of a network, and the engine's host has no address in it. */
function network(cidr: string) {
  return {
    driver: "bridge",
    internal: true,
    driver_opts: { ...withoutGateway },
    ipam: { config: [{ subnet: cidr }] },
  };
}
