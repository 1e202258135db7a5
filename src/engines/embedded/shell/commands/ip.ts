import ipaddr from "ipaddr.js";
import type { Network } from "../../../../world/world.ts";
import type { Machine } from "../../machine.ts";
import type { Command } from "../command.ts";

interface Link {
  readonly index: number;
  readonly name: string;
  readonly address: string;
  readonly prefixLength: number;
  readonly broadcast: string;
  readonly network: string;
}

/** ip: addr, link and route, to be looked at; nothing can be changed here. */
export const ip: Command = {
  name: "ip",
  run: async ({ args, machine }) => {
    const words = args.filter((arg) => !arg.startsWith("-"));
    const brief = args.includes("-br") || args.includes("-brief");
    const object = words[0] ?? "";
    const verb = words[1] ?? "show";
    if (object === "") return { stdout: "", stderr: usage, code: 255 };
    if (!["show", "list", "ls", "get", "s", "l", "dev"].includes(verb)) {
      return {
        stdout: "",
        stderr: `ip: "${args.join(" ")}" is not simulated on the embedded engine; links and routes can only be shown\n`,
        code: 1,
      };
    }
    const links = linksOf(machine);
    if ("address".startsWith(object)) return { stdout: brief ? briefAddresses(links) : addresses(links), stderr: "", code: 0 };
    if ("link".startsWith(object)) return { stdout: links.map((link) => linkLines(link)).join(""), stderr: "", code: 0 };
    if ("route".startsWith(object)) {
      if (verb === "get") return routeTo(links, words[2] ?? "");
      return { stdout: routes(links), stderr: "", code: 0 };
    }
    if ("neighbour".startsWith(object) || "neighbor".startsWith(object)) return { stdout: "", stderr: "", code: 0 };
    return { stdout: "", stderr: `Object "${object}" is unknown, try "ip help".\n`, code: 1 };
  },
};

const usage = `Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }
       ip [ -force ] -batch filename
where  OBJECT := { address | link | neighbour | route }
`;

/** Interfaces in the world's order: eth0, eth1. The machine does not carry its networks' sizes; the office default is /26. */
function linksOf(machine: Machine): readonly Link[] {
  return machine.host.interfaces.map(({ address }, position) => {
    const prefixLength = prefixOf(machine, address);
    const cidr = `${address}/${prefixLength}`;
    return {
      index: 2 + position * 2,
      name: `eth${position}`,
      address,
      prefixLength,
      broadcast: ipaddr.IPv4.broadcastAddressFromCIDR(cidr).toString(),
      network: ipaddr.IPv4.networkAddressFromCIDR(cidr).toString(),
    };
  });
}

function prefixOf(machine: Machine, address: string): number {
  const { networks } = machine as Machine & { readonly networks?: readonly Network[] };
  const own = networks?.find(({ cidr }) => ipaddr.IPv4.isValidCIDR(cidr) && ipaddr.IPv4.parse(address).match(ipaddr.IPv4.parseCIDR(cidr)));
  return Number(own?.cidr.split("/")[1] ?? 26);
}

function briefAddresses(links: readonly Link[]): string {
  const line = (name: string, state: string, address: string): string => `${name.padEnd(16)} ${state.padEnd(14)} ${address} \n`;
  return (
    line("lo", "UNKNOWN", "127.0.0.1/8") +
    links.map(({ name, address, prefixLength }) => line(name, "UP", `${address}/${prefixLength}`)).join("")
  );
}

const loopback = `1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000
    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00
    inet 127.0.0.1/8 scope host lo
       valid_lft forever preferred_lft forever
`;

function addresses(links: readonly Link[]): string {
  const inet = ({ name, address, prefixLength, broadcast }: Link): string =>
    `    inet ${address}/${prefixLength} brd ${broadcast} scope global ${name}\n       valid_lft forever preferred_lft forever\n`;
  return loopback + links.map((link) => linkLines(link) + inet(link)).join("");
}

function linkLines({ index, name, address }: Link): string {
  const hardware = ["02", "42", ...address.split(".").map((part) => Number(part).toString(16).padStart(2, "0"))].join(":");
  return (
    `${index}: ${name}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default \n` +
    `    link/ether ${hardware} brd ff:ff:ff:ff:ff:ff\n`
  );
}

function routes(links: readonly Link[]): string {
  return links
    .map(({ network, prefixLength, name, address }) => `${network}/${prefixLength} dev ${name} proto kernel scope link src ${address} \n`)
    .join("");
}

function routeTo(links: readonly Link[], target: string): { stdout: string; stderr: string; code: number } {
  if (!ipaddr.IPv4.isValidFourPartDecimal(target)) {
    return { stdout: "", stderr: `Error: any valid prefix is expected rather than "${target}".\n`, code: 1 };
  }
  const address = ipaddr.IPv4.parse(target);
  const link = links.find(({ network, prefixLength }) => address.match(ipaddr.IPv4.parse(network), prefixLength));
  if (link === undefined) return { stdout: "", stderr: "RTNETLINK answers: Network is unreachable\n", code: 2 };
  return { stdout: `${target} dev ${link.name} src ${link.address} uid 0 \n    cache \n`, stderr: "", code: 0 };
}
