import type { DaemonDefinition } from "../daemon.ts";
import { dovecotDialect } from "./dialect.ts";
import { type DovecotPolicy, readPolicy } from "./policy.ts";
import { renderDovecot } from "./render.ts";
import { type DovecotSettings, dovecotSettings } from "./settings.ts";

/** Dovecot 2.3.19.1 as Debian 12 ships it: mailboxes, filled over LMTP. */
export const dovecot: DaemonDefinition<DovecotSettings, DovecotPolicy> = {
  id: "dovecot",
  summary: "Dovecot: keeps mailboxes and takes mail over LMTP.",
  settings: dovecotSettings,
  render: renderDovecot,
  read: readPolicy,
  log: dovecotDialect,
};
