import { createRegistry } from "../base/registry.ts";
import { bind } from "./bind/bind.ts";
import type { DaemonDefinition, LogDialect } from "./daemon.ts";
import { dovecot } from "./dovecot/dovecot.ts";
import { postfix } from "./postfix/postfix.ts";
import { rspamd } from "./rspamd/rspamd.ts";

/** A daemon kind whose settings are not known to the caller; `settings` parses them before `render` sees them. */
type AnyDaemon = DaemonDefinition<unknown, unknown>;

/** Every daemon kind that a world may place on a host. */
export const daemons = createRegistry<AnyDaemon>("daemon", [
  bind as AnyDaemon,
  dovecot as AnyDaemon,
  postfix as AnyDaemon,
  rspamd as AnyDaemon,
]);

/** How each program's log is read. */
export const dialects: readonly LogDialect[] = daemons.all().map(({ log }) => log);
