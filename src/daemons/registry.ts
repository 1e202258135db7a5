import { createRegistry } from "../base/registry.ts";
import { bindLog } from "./bind/log.ts";
import type { DaemonDefinition, LogDialect } from "./daemon.ts";
import { dovecotDialect } from "./dovecot/dialect.ts";
import { postfixDialect } from "./postfix/dialect.ts";
import { postfix } from "./postfix/postfix.ts";

/** A daemon kind whose settings are not known to the caller; `settings` parses them before `render` sees them. */
type AnyDaemon = DaemonDefinition<unknown, unknown>;

/** Every daemon kind that a world may place on a host. BIND, Dovecot and Rspamd have readers and dialects, but no definition yet. */
export const daemons = createRegistry<AnyDaemon>("daemon", [postfix as AnyDaemon]);

/** How each program's log is read. */
export const dialects: readonly LogDialect[] = [bindLog, dovecotDialect, postfixDialect];
