import type { DaemonDefinition } from "../daemon.ts";
import { bindLog } from "./log.ts";
import { type BindPolicy, readPolicy } from "./policy.ts";
import { renderBind } from "./render.ts";
import { type BindSettings, bindSettings } from "./settings.ts";

/** BIND 9.18 as Debian 12 ships it. */
export const bind: DaemonDefinition<BindSettings, BindPolicy> = {
  id: "bind",
  summary: "BIND: serves zones, and looks names up for its clients.",
  settings: bindSettings,
  render: renderBind,
  read: (files) => readPolicy((path) => files.read(path)),
  log: bindLog,
};
