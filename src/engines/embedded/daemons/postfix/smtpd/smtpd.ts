import { matchClient, openMatchList } from "../../../../../daemons/postfix/match-list.ts";
import type { PostfixPolicy } from "../../../../../daemons/postfix/policy.ts";
import type { RestrictionContext } from "../../../../../daemons/postfix/restrictions/facts.ts";
import { VirtualSmtpServer } from "../../../smtp/server.ts";
import type { ClientLink, SmtpSession } from "../../../smtp/session.ts";
import type { VirtualSocket } from "../../../wire/network-stack.ts";
import type { Anvil } from "../anvil.ts";
import { fileReaderOf } from "../file-reader.ts";
import type { MailSystem } from "../mail-system.ts";
import type { SmtpdServer, SmtpdService } from "./service.ts";
import { SmtpdSession } from "./session.ts";

/** smtpd(8): the server for one listener. Every client gets a session in a process of its own. */
export class Smtpd implements SmtpdServer {
  readonly system: MailSystem;
  readonly service: SmtpdService;
  readonly anvil: Anvil;
  /** What does not depend on the client. */
  readonly restrictions: Omit<RestrictionContext, "lookups">;
  readonly #server: VirtualSmtpServer;

  constructor(system: MailSystem, service: SmtpdService, anvil: Anvil) {
    this.system = system;
    this.service = service;
    this.anvil = anvil;
    this.restrictions = restrictionContext(system, service.policy);
    this.#server = new VirtualSmtpServer((link): SmtpSession => this.#newSession(link));
  }

  accept(socket: VirtualSocket): void {
    this.#server.accept(socket);
  }

  /** Postfix ends: every client is cut off. */
  stop(): void {
    this.#server.dropClients();
  }

  #newSession(link: ClientLink): SmtpdSession {
    return new SmtpdSession(this, link);
  }
}

function restrictionContext(system: MailSystem, policy: PostfixPolicy): Omit<RestrictionContext, "lookups"> {
  const networks = openMatchList("mynetworks", policy.list("mynetworks"), fileReaderOf(system.machine.files));
  const subdomainsMatch = policy.list("parent_domain_matches_subdomains").includes("mynetworks");
  return {
    policy,
    get resolver() {
      return system.tables.addresses;
    },
    isMyNetwork: (name, address) => matchClient(networks, name, address, subdomainsMatch) === true,
    table: (name) => system.tables.table(name),
    recipients: (address) => system.tables.recipients(address),
  };
}
