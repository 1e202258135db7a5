import type { CompiledScenario } from "../scenario/compile.ts";
import type { World } from "../world/world.ts";

/** How somebody without Maildrill uses an exported lab. Says of a scenario what its ticket says, and no more. */
export function labReadme(title: string, world: World, scenario: CompiledScenario | undefined): string {
  return [
    `# ${title}`,
    ...(scenario === undefined ? [] : [scenario.ticket.trim()]),
    "## How to use it",
    "    docker compose up -d           # or docker-compose up -d; the first time it builds the images, with network access for Debian packages\n" +
      "    docker compose exec mx1 bash   # a shell on a host\n" +
      "    docker compose down            # everything is gone again",
    "The networks are internal: nothing in the lab reaches the outside, and only `docker compose exec` reaches the lab. What you change on a host stays until `down`.",
    "## Hosts",
    hostTable(world),
    "## People",
    peopleTable(world),
    "## Mail",
    ...mailText(world, scenario),
    "",
  ].join("\n\n");
}

function hostTable({ hosts, organisations }: World): string {
  const rows = hosts.map(({ key, name, owner, interfaces, duties }) => {
    const organisation = organisations.find((each) => each.key === owner)?.name ?? owner;
    return `| ${key} | ${name} | ${interfaces.map(({ address }) => address).join(", ")} | ${organisation} | ${duties.join(", ")} |`;
  });
  return ["| host | name | address | whose | duties |", "|---|---|---|---|---|", ...rows].join("\n");
}

function peopleTable({ people }: World): string {
  return [
    "| name | address | mailbox on |",
    "|---|---|---|",
    ...people.map(({ name, address, mailbox }) => `| ${name} | ${address} | ${mailbox} |`),
  ].join("\n");
}

function mailText({ people }: World, scenario: CompiledScenario | undefined): string[] {
  if (scenario !== undefined && scenario.mail.length > 0) {
    const lines = scenario.mail.map(
      ({ from, message }, index) =>
        `    docker compose exec -T ${from} sendmail -i -f ${message.from} ${message.to.join(" ")} < mail/${index + 1}.eml`,
    );
    return ["Half a minute after the start, send what the ticket speaks of:", lines.join("\n")];
  }
  const [first, second] = [people[0], people.find(({ organisation }) => organisation !== people[0]?.organisation)];
  if (first === undefined || second === undefined) return ["Nobody lives here."];
  const line = `printf 'Subject: hello\\n\\nHello.\\n' | sendmail -i -f ${second.address} ${first.address}`;
  return ["For instance:", `    docker compose exec ${second.mailbox} sh -c "${line}"`];
}
