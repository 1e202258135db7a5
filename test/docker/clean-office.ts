import type { Range } from "../../src/world/engine.ts";
import { hearing } from "./hearing.ts";

/** Where each host keeps what a case may change. */
const kept = "/etc/postfix /etc/bind /etc/dovecot /etc/rspamd /etc/aliases /etc/aliases.db /etc/mailname";

/** Brings hosts of a range back to their first state between cases, so that one range does for many of them. */
export interface CleanOffice {
  /** @param restarted true where Postfix has to be started anew: after a crash its master waits a minute before it tries again */
  restore(hosts: Iterable<string>, restarted: boolean): Promise<void>;
}

/** Notes the state of a range that has just come up. */
export async function cleanOffice(range: Range): Promise<CleanOffice> {
  const demand = async (host: string, line: string): Promise<void> => {
    const { code, stderr } = await range.run(host, line);
    if (code !== 0) throw new Error(`${host}: ${line}: ${stderr}`);
  };
  await Promise.all(
    range.world.hosts.map(({ key, daemons }) => {
      const lines = [`mkdir /root/.first`, `for f in ${kept}; do [ ! -e $f ] || cp -a $f /root/.first/; done`];
      // The images' spool lacks the queue `hold` until Postfix's own check has been there, and postsuper wants all of them.
      if (daemons.some(({ kind }) => kind === "postfix")) lines.push("postfix check");
      return demand(key, lines.join("\n"));
    }),
  );
  return {
    async restore(hosts, restarted) {
      const changed = new Set(hosts);
      const restored = range.world.hosts.filter(({ key }) => changed.has(key));
      await Promise.all(
        restored.map(async ({ key, daemons }) => {
          const kinds = daemons.map(({ kind }) => kind);
          const lines = [
            "diff -rq /etc/dovecot /root/.first/dovecot >/dev/null 2>&1; changed=$?",
            `rm -rf ${kept}; cp -a /root/.first/* /etc/`,
            ...kinds.map((kind) => restoringLine(kind, restarted)),
            "true",
          ];
          const said = kinds.includes("postfix") ? hearing(range, key, /postfix\/master\[\d+\]: (reload|daemon started) --/) : undefined;
          await demand(key, lines.join("\n"));
          await said;
        }),
      );
    },
  };
}

/** Has a host's Postfix read its files and forget what it knows of destinations and clients. @returns when it has said so */
export async function rereadPostfix(range: Range, host: string): Promise<void> {
  const said = hearing(range, host, /postfix\/master\[\d+\]: reload --/);
  await range.run(host, hangUp);
  await said;
}

/**
 * Postfix's own script would take a second of a processor. A mail that comes before the new pickup is there would lie for a minute; a
 * trivial-rewrite that has not yet ended would say in the next case that its tables have changed. Dovecot has an anvil too.
 */
const hangUp = [
  "master=$(cat /var/spool/postfix/pid/master.pid)",
  'own() { pgrep -P $master -x "$1"; }',
  "old=$(own 'pickup|qmgr|trivial-rewrite')",
  "kill -HUP $master",
  "pkill -P $master -x 'smtpd|anvil'",
  "for i in $(seq 100); do",
  "  own pickup >/dev/null && own qmgr >/dev/null && ! own 'pickup|qmgr|trivial-rewrite' | grep -qxF \"$old\" && break",
  "  sleep 0.05",
  "done",
].join("\n");

/** Has a daemon forget what a case has taught it, and run with its first files. */
function restoringLine(kind: string, restarted: boolean): string {
  switch (kind) {
    case "postfix":
      return [
        "postsuper -d ALL 2>/dev/null",
        "rm -rf /var/mail/vhosts/*/* /srv/vmail/*/Maildir",
        ...(restarted ? ["postfix stop 2>/dev/null"] : []),
        `if systemctl is-active -q postfix; then\n${hangUp}\nelse systemctl start postfix; fi`,
      ].join("\n");
    case "bind":
      // A zone file is read again when it is younger than what was read.
      return "touch /etc/bind/db.*\nif systemctl is-active -q named; then rndc reload; rndc flush; else systemctl start named; fi";
    case "dovecot":
      return "if systemctl is-active -q dovecot; then [ $changed = 0 ] || doveadm reload; else systemctl start dovecot; fi";
    default:
      return "systemctl is-active -q rspamd || systemctl start rspamd";
  }
}
