import { matchClient, openMatchList } from "../../../../../daemons/postfix/match-list.ts";
import type { PostfixPolicy } from "../../../../../daemons/postfix/policy.ts";
import type { RestrictionContext } from "../../../../../daemons/postfix/restrictions/facts.ts";
import { VirtualSmtpServer } from "../../../smtp/server.ts";
import type { ClientLink, SmtpSession } from "../../../smtp/session.ts";
import type { VirtualSocket } from "../../../wire/network-stack.ts";
import type { Anvil } from "../anvil.ts";
import { fileReaderOf } from "../file-reader.ts";
import type { MailSystem } from "../mail-system.ts";
import type { Worker } from "../processes.ts";
import { DovecotAuth } from "./dovecot-auth.ts";
import type { SmtpdServer, SmtpdService } from "./service.ts";
import { SmtpdSession } from "./session.ts";

/** Debian's Postfix with Cyrus SASL and none of its modules. */
const noCyrusMechanism = "xsasl_cyrus_server_get_mechanism_list: no applicable SASL mechanisms";

/** smtpd(8): the server for one listener. Every client gets a session in a process of its own. */
export class Smtpd implements SmtpdServer {
  readonly system: MailSystem;
  readonly service: SmtpdService;
  readonly anvil: Anvil;
  /** What does not depend on the client. */
  readonly restrictions: Omit<RestrictionContext, "lookups">;
  readonly died: (worker: Worker) => void;
  readonly #server: VirtualSmtpServer;
  /** By the id of the process that has it open. */
  readonly #authProcesses = new Map<number, DovecotAuth>();

  /** @param died a process ended with exit status 1 */
  constructor(system: MailSystem, service: SmtpdService, anvil: Anvil, died: (worker: Worker) => void) {
    this.died = died;
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

  async authProcess({ pid }: Worker): Promise<DovecotAuth | string> {
    if (this.service.policy.get("smtpd_sasl_type") === "cyrus") return noCyrusMechanism;
    const open = this.#authProcesses.get(pid);
    if (open?.open === true) return open;
    const opened = await DovecotAuth.open(this.system, this.service.policy.get("smtpd_sasl_path"), pid);
    if (typeof opened === "string") return opened;
    this.#authProcesses.set(pid, opened);
    this.system.processes.whenEnded(pid, () => {
      this.#authProcesses.get(pid)?.close();
      this.#authProcesses.delete(pid);
    });
    return opened;
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
