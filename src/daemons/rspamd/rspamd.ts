import type { DaemonDefinition } from "../daemon.ts";
import { rspamdLog } from "./log.ts";
import { type RspamdPolicy, readPolicy } from "./policy.ts";
import { renderRspamd } from "./render.ts";
import { type RspamdSettings, rspamdSettings } from "./settings.ts";

/** Rspamd 3.4 as Debian 12 ships it: a mail filter that Postfix asks as a milter. */
export const rspamd: DaemonDefinition<RspamdSettings, RspamdPolicy> = {
  id: "rspamd",
  summary: "Rspamd: filters mail, and checks SPF, DKIM and DMARC.",
  settings: rspamdSettings,
  render: renderRspamd,
  read: readPolicy,
  log: rspamdLog,
};
