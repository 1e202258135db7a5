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
  await act(live, daemon, action, before);
  const after = await stateOf(live, daemon);
  if (before === after) return async () => undefined;
  return async () => {
    if ((await stateOf(live, daemon)) !== after) {
      return changedSince(`The ${daemon} is no longer ${after}; it was left as it is.`, { host: live.plan.host });
    }
    await bringTo(live, daemon, after, before);
    return undefined;
  };
}

/**
 * What `postfix reload`, `stop` and `start` do and log, without the seconds that their checks take. postlog refuses settings that
 * Postfix cannot read; then the real command may say why. A server of its process group that has not ended yet still holds the port.
 */
const promptly: Readonly<Record<"reload" | "stop" | "start", string>> = {
  reload: `postlog -p info -t postfix/postfix-script 'refreshing the Postfix mail system' && kill -HUP $(cat /var/spool/postfix/pid/master.pid) || postfix reload`,
  stop: `p=$(cat /var/spool/postfix/pid/master.pid); postlog -p info -t postfix/postfix-script 'stopping the Postfix mail system' && kill $p || postfix stop; for _ in $(seq 500); do pgrep -g $p >/dev/null || break; sleep 0.01; done`,
  start: ". /usr/local/lib/services/postfix.service; boot",
};

/** For a daemon that runs, or, to start it, does not. */
function systemctl(daemon: DaemonKind, verb: "reload" | "stop" | "start"): string {
  return daemon === "postfix" ? promptly[verb] : `systemctl ${verb} ${serviceOf[daemon] ?? daemon}`;
}

/**
 * Has a daemon read its files again. An idle smtpd would serve one more client with the old settings: after a reload Postfix's
 * servers are replaced, as on any busy host they soon are.
 */
export async function reloadDaemon(live: LiveHost, daemon: DaemonKind): Promise<void> {
  const servers = daemon === "postfix" ? "; sleep 0.1; pkill -x smtpd; true" : "";
  // Reloading what does not run is no failure: it will read its files when it starts.
  await live.demand(`systemctl is-active -q ${serviceOf[daemon] ?? daemon} || exit 0; ${systemctl(daemon, "reload")}${servers}`);
}

/** @param now the state that the daemon is in */
async function act(live: LiveHost, daemon: DaemonKind, action: DaemonEffect["action"], now: State): Promise<void> {
  switch (action) {
    case "reload":
      return reloadDaemon(live, daemon);
    case "freeze":
    case "thaw":
      await live.demand(`pkill -${action === "freeze" ? "STOP" : "CONT"} -x ${quotedNames(daemon)}; true`);
      return;
    case "start":
      return now === "stopped" ? startDaemon(live, daemon) : undefined;
    case "stop":
      if (now !== "stopped") await live.demand(systemctl(daemon, "stop"));
  }
}

/** Resolves when the daemon serves: systemctl comes back earlier (BIND reads its zones after that). */
async function startDaemon(live: LiveHost, daemon: DaemonKind): Promise<void> {
  const ready = live.nextReady(daemon);
  ready.catch(() => {});
  await live.demand(systemctl(daemon, "start"));
  await ready;
}

async function bringTo(live: LiveHost, daemon: DaemonKind, now: State, wanted: State): Promise<void> {
  if (wanted === "stopped") return act(live, daemon, "stop", now);
  await act(live, daemon, "thaw", now);
  await act(live, daemon, "start", now);
  if (wanted === "frozen") await act(live, daemon, "freeze", now);
}

async function stateOf(live: LiveHost, daemon: DaemonKind): Promise<State> {
  const frozen = `pgrep -r T -x ${quotedNames(daemon)} >/dev/null && echo frozen || echo running`;
  const state = await live.demand(`systemctl is-active -q ${serviceOf[daemon] ?? daemon} || { echo stopped; exit 0; }; ${frozen}`);
  return state.trim() as State;
}

function quotedNames(daemon: DaemonKind): string {
  return `'${processNames[daemon] ?? daemon}'`;
}
