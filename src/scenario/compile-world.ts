import type { Problem } from "../base/problem.ts";
import type { Placement } from "../daemons/daemon.ts";
import type { AddressPlan, Daemon, DaemonKind, Host, Network, Person, World } from "../world/world.ts";
import type { Blueprint, HostBlueprint } from "./blueprint.ts";
import type { Catalogue } from "./load-catalogue.ts";
import { checkSource } from "./load-issues.ts";
import { mapTexts, whereOf } from "./load-source.ts";
import { fillIn, type PlaceholderContext } from "./placeholders.ts";
import { worldContext } from "./placeholders-context.ts";
import type { Names } from "./seed.ts";

export interface BuiltWorld {
  readonly world: World;
  readonly context: PlaceholderContext;
  /** Settings that a daemon does not take; the world lacks that daemon's files then. */
  readonly problems: readonly Problem[];
}

/** A blueprint, names and addresses make a world: placeholders are filled in and each daemon's settings become its files. */
export function buildWorld(
  blueprint: Blueprint,
  names: Names,
  plan: AddressPlan,
  run: { readonly seed: number; readonly startsAtMs: number },
  daemons: Catalogue["daemons"],
): BuiltWorld {
  const context = worldContext(blueprint, names, plan);
  const networks = blueprint.networks.map((network) => ({ ...network, cidr: plan.networks[network.key] ?? "" }));
  const built = blueprint.hosts.map((host) => buildHost(host, { blueprint, context, networks, plan, daemons }));
  const world: World = {
    name: blueprint.name,
    seed: run.seed,
    pace: blueprint.pace,
    startsAtMs: run.startsAtMs,
    networks,
    organisations: Object.entries(names.organisations).map(([key, organisation]) => ({ key, ...organisation })),
    hosts: built.map(({ host }) => host),
    people: blueprint.people.map((person): Person => {
      const { key, organisation, mailbox } = person;
      return {
        key,
        name: fillIn(`{person.${key}.name}`, context),
        address: fillIn(`{person.${key}.address}`, context),
        organisation,
        mailbox,
      };
    }),
  };
  return { world, context, problems: built.flatMap(({ problems }) => problems) };
}

interface Site {
  readonly blueprint: Blueprint;
  readonly context: PlaceholderContext;
  readonly networks: readonly Network[];
  readonly plan: AddressPlan;
  readonly daemons: Catalogue["daemons"];
}

function buildHost(text: HostBlueprint, site: Site): { readonly host: Host; readonly problems: readonly Problem[] } {
  const fill = (words: string): string => fillIn(words, site.context);
  const { key, owner } = text;
  const name = fill(`{host.${key}.name}`);
  const interfaces = text.interfaces.map(({ network }) => ({ network, address: site.plan.addresses[key]?.[network] ?? "" }));
  const addresses = interfaces.map(({ address }) => address);
  const placement: Placement = { key, name, pace: site.blueprint.pace, addresses, networks: site.networks };
  const nameservers = text.nameservers.map(fill);
  const rendered = text.daemons.map((daemon) => renderDaemon(daemon, placement, site));
  const own = Object.entries(text.files).map(([path, content]) => [path, fill(content)]);
  const resolvConf = nameservers.map((address) => `nameserver ${address}\n`).join("");
  const host: Host = {
    key,
    name,
    owner,
    duties: text.duties.map(fill),
    interfaces,
    nameservers,
    daemons: text.daemons.map(({ kind }): Daemon => ({ kind: kind as DaemonKind, state: "running" })),
    files: {
      ...(resolvConf === "" ? {} : { "/etc/resolv.conf": resolvConf }),
      ...Object.assign({}, ...rendered.map(({ files }) => files)),
      ...Object.fromEntries(own),
    },
    firewall: [],
    disks: [],
    mailboxes: text.mailboxes.map((content) => ({ ...content, user: fill(content.user) })),
  };
  return { host, problems: rendered.flatMap(({ problems }) => problems) };
}

type Rendered = { readonly files: Readonly<Record<string, string>>; readonly problems: readonly Problem[] };

function renderDaemon({ kind, settings }: HostBlueprint["daemons"][number], placement: Placement, site: Site): Rendered {
  const definition = site.daemons.find(kind);
  if ("message" in definition) {
    const where = whereOf(site.blueprint.source, ["hosts", placement.key, "daemons", kind], "key");
    return { files: {}, problems: [{ ...definition, where }] };
  }
  const filled = mapTexts(settings, (text) => fillIn(text, site.context));
  const checked = checkSource(filled, definition.settings, `the settings of ${kind} on ${placement.key}`);
  if (checked.value === undefined) return { files: {}, problems: checked.problems };
  return { files: definition.render(checked.value, placement), problems: [] };
}
