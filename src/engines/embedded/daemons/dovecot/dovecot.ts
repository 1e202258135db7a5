import type { Machine } from "../../machine.ts";
import type { SimulatedDaemon } from "../../simulated-daemon.ts";
import { doveadm } from "./commands/doveadm.ts";
import { doveconf } from "./commands/doveconf.ts";
import { dovecotCommand } from "./commands/dovecot.ts";
import { MAIL_UID, makeMailDirectory, ownerName } from "./mail-directory.ts";
import { DovecotMaster } from "./master.ts";

/** Dovecot 2.3.19.1, as far as mail comes in: LMTP, Maildir, quota, and the administrator's commands. */
export const simulatedDovecot: SimulatedDaemon = {
  kind: "dovecot",
  start(machine, memory) {
    layOut(machine);
    return new DovecotMaster(machine, memory as ConstructorParameters<typeof DovecotMaster>[1]);
  },
  commands: [doveadm, doveconf, dovecotCommand],
};

/** What our Debian image brings along: the mail user's directory. */
function layOut({ files }: Machine): void {
  if (files.exists("/srv/vmail")) return;
  makeMailDirectory(files, "/srv/vmail", ownerName(files, MAIL_UID));
  files.chmod("/srv/vmail", 0o755);
}
