import type { Command } from "./command.ts";
import { checksums } from "./commands/checksums.ts";
import { chgrp, chown } from "./commands/chown.ts";
import { date } from "./commands/date.ts";
import { df } from "./commands/df.ts";
import { diff } from "./commands/diff.ts";
import { dig } from "./commands/dig.ts";
import { editors } from "./commands/editors.ts";
import { env } from "./commands/env.ts";
import { find } from "./commands/find.ts";
import { free } from "./commands/free.ts";
import { getent } from "./commands/getent.ts";
import { head } from "./commands/head.ts";
import { host } from "./commands/host.ts";
import { hostname } from "./commands/hostname.ts";
import { id } from "./commands/id.ts";
import { ip } from "./commands/ip.ts";
import { jobControl } from "./commands/job-control.ts";
import { journalctl } from "./commands/journalctl.ts";
import { kill } from "./commands/kill.ts";
import { killall } from "./commands/killall.ts";
import { less, more, zless } from "./commands/less.ts";
import { ls } from "./commands/ls.ts";
import { man } from "./commands/man.ts";
import { mktemp } from "./commands/mktemp.ts";
import { nc, netcat } from "./commands/nc.ts";
import { nohup } from "./commands/nohup.ts";
import { nslookup } from "./commands/nslookup.ts";
import { openssl } from "./commands/openssl.ts";
import { pgrep } from "./commands/pgrep.ts";
import { ping } from "./commands/ping.ts";
import { pkill } from "./commands/pkill.ts";
import { printenv } from "./commands/printenv.ts";
import { ps } from "./commands/ps.ts";
import { realpath } from "./commands/realpath.ts";
import { service } from "./commands/service.ts";
import { sleep } from "./commands/sleep.ts";
import { ss } from "./commands/ss.ts";
import { stat } from "./commands/stat.ts";
import { sudo } from "./commands/sudo.ts";
import { swaks } from "./commands/swaks.ts";
import { systemctl } from "./commands/systemctl.ts";
import { tail } from "./commands/tail.ts";
import { telnet } from "./commands/telnet.ts";
import { timeout } from "./commands/timeout.ts";
import { touch } from "./commands/touch.ts";
import { uname } from "./commands/uname.ts";
import { uptime } from "./commands/uptime.ts";
import { watch } from "./commands/watch.ts";
import { whoami } from "./commands/whoami.ts";
import { xargs } from "./commands/xargs.ts";

/** The commands that every host's shell has. Daemons bring their own (postqueue, rndc, doveadm). */
export const shellCommands: readonly Command[] = [
  ...checksums,
  ...editors,
  ...jobControl,
  ...[
    chgrp,
    chown,
    date,
    df,
    dig,
    diff,
    env,
    find,
    free,
    getent,
    head,
    host,
    hostname,
    id,
    ip,
    journalctl,
    kill,
    killall,
    less,
    ls,
    man,
    mktemp,
  ],
  ...[
    more,
    nc,
    netcat,
    nohup,
    nslookup,
    openssl,
    pgrep,
    ping,
    pkill,
    printenv,
    ps,
    realpath,
    service,
    sleep,
    ss,
    stat,
    sudo,
    swaks,
    systemctl,
    tail,
  ],
  ...[telnet, timeout, touch, uname, uptime, watch, whoami, xargs, zless],
];
