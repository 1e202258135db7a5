import { changedSince, demandDaemon } from "../../../daemons/effects.ts";
import type { DaemonEffect } from "../../../world/effect.ts";
import type { DaemonKind } from "../../../world/world.ts";
import { serviceOf } from "../host-files.ts";
import type { LiveHost } from "../live-host.ts";
import type { Undo } from "./undo.ts";

type State = "running" | "stopped" | "frozen";

/** The names of each daemon's processes, as the kernel knows them. */
const processNames: Readonly<Partial<Record<DaemonKind, string>>> = {
  postfix:
    "master|smtpd|cleanup|qmgr|pickup|smtp|lmtp|local|virtual|trivial-rewrite|bounce|anvil|proxymap|scache|tlsmgr|verify|error|showq|postlogd|flush",
  exim: "exim4",
  bind: "named",
  dovecot: "dovecot|anvil|log|config|stats|lmtp|imap|imap-login|auth",
  rspamd: "rspamd",
};

/** Stops, starts, reloads or freezes a daemon of a running host. */
export async function tellDaemon(live: LiveHost, { daemon, action }: DaemonEffect): Promise<Undo> {
  demandDaemon(live.host, daemon);
  const before = await stateOf(live, daemon);
  await act(live, daemon, action);
  const after = await stateOf(live, daemon);
  if (before === after) return async () => undefined;
  return async () => {
    if ((await stateOf(live, daemon)) !== after) {
      return changedSince(`The ${daemon} is no longer ${after}; it was left as it is.`, { host: live.plan.host });
    }
    await bringTo(live, daemon, before);
    return undefined;
  };
}

/**
 * Has a daemon read its files again. An idle smtpd would serve one more client with the old settings: after a reload Postfix's
 * servers are replaced, as on any busy host they soon are.
 */
export async function reloadDaemon(live: LiveHost, daemon: DaemonKind): Promise<void> {
  const service = serviceOf[daemon] ?? daemon;
  const servers = daemon === "postfix" ? "; sleep 0.1; pkill -x smtpd; true" : "";
  // Reloading what does not run is no failure: it will read its files when it starts.
  await live.demand(`systemctl is-active -q ${service} || exit 0; systemctl reload ${service}${servers}`);
}

async function act(live: LiveHost, daemon: DaemonKind, action: DaemonEffect["action"]): Promise<void> {
  switch (action) {
    case "reload":
      return reloadDaemon(live, daemon);
    case "freeze":
    case "thaw":
      await live.demand(`pkill -${action === "freeze" ? "STOP" : "CONT"} -x ${quotedNames(daemon)}; true`);
      return;
    case "start":
      return startDaemon(live, daemon);
    case "stop":
      await live.demand(`systemctl stop ${serviceOf[daemon] ?? daemon}`);
  }
}

/** Resolves when the daemon serves: systemctl comes back earlier (BIND reads its zones after that). */
async function startDaemon(live: LiveHost, daemon: DaemonKind): Promise<void> {
  if ((await stateOf(live, daemon)) !== "stopped") return;
  const ready = live.nextReady(daemon);
  ready.catch(() => {});
  await live.demand(`systemctl start ${serviceOf[daemon] ?? daemon}`);
  await ready;
}

async function bringTo(live: LiveHost, daemon: DaemonKind, state: State): Promise<void> {
  if (state === "stopped") return act(live, daemon, "stop");
  await act(live, daemon, "thaw");
  await act(live, daemon, "start");
  if (state === "frozen") await act(live, daemon, "freeze");
}

async function stateOf(live: LiveHost, daemon: DaemonKind): Promise<State> {
  const { code } = await live.run(`systemctl is-active -q ${serviceOf[daemon] ?? daemon}`);
  if (code !== 0) return "stopped";
  const { stdout } = await live.run(`pgrep -r T -x ${quotedNames(daemon)}`);
  return stdout.trim() === "" ? "running" : "frozen";
}

function quotedNames(daemon: DaemonKind): string {
  return `'${processNames[daemon] ?? daemon}'`;
}
