import type { PostfixPolicy } from "../../../../daemons/postfix/policy.ts";
import type { PostfixProblem } from "../../../../daemons/postfix/postfix-problem.ts";
import { createResolver, type Resolver } from "../../../../daemons/postfix/resolve.ts";
import type { RecipientCheck } from "../../../../daemons/postfix/restrictions/facts.ts";
import { createRecipientCheck } from "../../../../daemons/postfix/restrictions/recipient-check.ts";
import { type Found, findAddress, findInMaps, openMaps } from "../../../../daemons/postfix/tables/maps.ts";
import { openTable } from "../../../../daemons/postfix/tables/open-table.ts";
import type { LookupTable } from "../../../../daemons/postfix/tables/table.ts";
import type { FileTree } from "../../files/file-tree.ts";
import { fileReaderOf } from "./file-reader.ts";

/**
 * Lookup tables and what is made of them. A process keeps its tables open; when postmap(1) replaces a database, processes that
 * use it end and new ones open it. So everything here is opened once and forgotten when a `.db` file changes.
 */
export class Tables {
  readonly #policy: PostfixPolicy;
  readonly #files: FileTree;
  readonly #ownAddresses: readonly string[];
  readonly #unwatch: () => void;
  #open = new Map<string, readonly LookupTable[]>();
  #resolver: Resolver | undefined;
  #recipientCheck: ReturnType<typeof createRecipientCheck> | undefined;

  constructor(policy: PostfixPolicy, files: FileTree, ownAddresses: readonly string[]) {
    this.#policy = policy;
    this.#files = files;
    this.#ownAddresses = ownAddresses;
    this.#unwatch = files.watch("/etc", (path) => {
      if (path.endsWith(".db")) this.#forget();
    });
  }

  close(): void {
    this.#unwatch();
  }

  /** trivial-rewrite(8). */
  get addresses(): Resolver {
    this.#resolver ??= createResolver(this.#policy, fileReaderOf(this.#files), this.#ownAddresses);
    return this.#resolver;
  }

  get recipients(): RecipientCheck {
    this.#recipientCheck ??= createRecipientCheck(this.#policy, fileReaderOf(this.#files), this.addresses);
    return this.#recipientCheck;
  }

  /** What smtpd says when it opens its tables. */
  problems(): readonly PostfixProblem[] {
    void this.recipients;
    return (this.#recipientCheck?.tables ?? []).flatMap((table) => table.problems);
  }

  /** The tables of a parameter such as `virtual_alias_maps`. */
  maps(parameter: string): readonly LookupTable[] {
    const known = this.#open.get(parameter);
    if (known !== undefined) return known;
    const opened = openMaps(this.#policy.list(parameter), fileReaderOf(this.#files));
    this.#open.set(parameter, opened);
    return opened;
  }

  /** One table by its name: `hash:/etc/postfix/access`. */
  table(name: string): LookupTable {
    const [known] = this.#open.get(name) ?? [];
    if (known !== undefined) return known;
    const opened = openTable(name, fileReaderOf(this.#files));
    this.#open.set(name, [opened]);
    return opened;
  }

  findAddress(parameter: string, address: string): Found | undefined {
    const isLocal = (domain: string): boolean =>
      domain.toLowerCase() === this.addresses.origin.toLowerCase() || this.addresses.isLocal(domain.toLowerCase());
    const keys = { delimiter: this.#policy.get("recipient_delimiter"), isLocal };
    return findAddress(this.maps(parameter), address.toLowerCase(), keys, parameter);
  }

  find(parameter: string, key: string): Found | undefined {
    return findInMaps(this.maps(parameter), key, "whole", parameter);
  }

  #forget(): void {
    this.#open = new Map();
    this.#resolver = undefined;
    this.#recipientCheck = undefined;
  }
}
