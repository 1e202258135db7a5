import type { PostfixPolicy } from "../policy.ts";
import type { Resolver } from "../resolve.ts";
import type { LookupTable } from "../tables/table.ts";

/** How a look-up of a client's name ended. */
export type NameStatus = "ok" | "temporary" | "permanent";

/** What smtpd knows about a session when it decides. */
export interface SessionFacts {
  readonly client: {
    /** The verified name, or `unknown`. */
    readonly name: string;
    readonly nameStatus: NameStatus;
    /** The name its address has, verified or not; `unknown` where there is none. */
    readonly reverseName: string;
    readonly reverseNameStatus: NameStatus;
    readonly address: string;
  };
  readonly helo?: string;
  /** Undefined before MAIL FROM; "" is the null sender. */
  readonly sender?: string;
  readonly recipient?: string;
  readonly saslUsername?: string;
  readonly encrypted: boolean;
  /** The client sent commands ahead although no PIPELINING was offered, or before the reply it had to wait for. */
  readonly unauthorisedPipelining: boolean;
  /** Recipients accepted for this message so far. */
  readonly recipientCount: number;
}

/** What has to be asked of the world. The names are those of DNS; answers are cached by the resolver, not here. */
export interface SessionLookups {
  /** Whether a domain can get mail: an MX, A or AAAA record. */
  mailDomain(domain: string): Promise<"found" | "not-found" | "temporary" | "null-mx">;
  /** Whether a name has an A, AAAA or MX record. */
  hostName(name: string): Promise<"found" | "not-found" | "temporary">;
  /** Addresses and text of a name in a block list; `temporary` when it cannot be asked. */
  blockList(name: string): Promise<{ readonly addresses: readonly string[]; readonly text?: string } | "temporary" | undefined>;
  /** What a policy service answers (`DUNNO`, `REJECT text`), or undefined when it cannot be reached. Its warnings are the caller's. */
  policyService?(service: string, facts: SessionFacts): Promise<string | undefined>;
}

/** What the evaluation works with, beside the facts. */
export interface RestrictionContext {
  readonly policy: PostfixPolicy;
  readonly resolver: Resolver;
  readonly lookups: SessionLookups;
  /** True for an address of `$mynetworks`; the policy's list, with its tables open. */
  isMyNetwork(name: string, address: string): boolean;
  /** Opens a table once a process. */
  table(name: string): LookupTable;
  /** `yes` recipients of the address class's tables. */
  readonly recipients: RecipientCheck;
}

/** Whether an address exists here, by the tables of its class. */
export type RecipientCheck = (address: string) => RecipientVerdict;

export type RecipientVerdict =
  | { readonly known: true }
  | { readonly known: false; readonly code: number; readonly status: string; readonly text: string }
  | { readonly warnings: readonly string[] };
