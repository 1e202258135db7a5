import type { FileTree } from "../files/file-tree.ts";

/** Users and groups of a machine: /etc/passwd and /etc/group where they are, else those of our Debian images. */
export interface Accounts {
  userId(name: string): number;
  groupId(name: string): number;
  user(name: string): { readonly uid: number; readonly gid: number; readonly line: string } | undefined;
  groupName(gid: number): string;
  /** Lines of /etc/passwd, of /etc/group. */
  readonly passwd: readonly string[];
  readonly group: readonly string[];
}

const imagePasswd = `root:x:0:0:root:/root:/bin/bash
daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin
bin:x:2:2:bin:/bin:/usr/sbin/nologin
sys:x:3:3:sys:/dev:/usr/sbin/nologin
mail:x:8:8:mail:/var/mail:/usr/sbin/nologin
www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin
nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin
vmail:x:5000:5000::/var/mail/vhosts:/usr/sbin/nologin
postfix:x:100:102::/var/spool/postfix:/usr/sbin/nologin
bind:x:101:104::/var/cache/bind:/usr/sbin/nologin
dovecot:x:103:105:Dovecot mail server,,,:/usr/lib/dovecot:/usr/sbin/nologin
dovenull:x:104:106:Dovecot login user,,,:/nonexistent:/usr/sbin/nologin
_rspamd:x:105:107:rspamd spam filtering system:/var/lib/rspamd:/usr/sbin/nologin
Debian-exim:x:106:108::/var/spool/exim4:/usr/sbin/nologin
`;
const imageGroup = `root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
adm:x:4:
mail:x:8:
www-data:x:33:
utmp:x:43:
nogroup:x:65534:
vmail:x:5000:
postfix:x:102:
postdrop:x:103:
bind:x:104:
dovecot:x:105:
dovenull:x:106:
_rspamd:x:107:
Debian-exim:x:108:
`;

export function accountsOf(files: FileTree): Accounts {
  const passwd = lines(files.read("/etc/passwd") ?? imagePasswd);
  const group = lines(files.read("/etc/group") ?? imageGroup);
  const field = (list: readonly string[], name: string, index: number): string | undefined =>
    list.find((line) => line.startsWith(`${name}:`))?.split(":")[index];
  return {
    passwd,
    group,
    userId: (name) => Number(field(passwd, name, 2) ?? (/^\d+$/.test(name) ? name : 65534)),
    groupId: (name) => Number(field(group, name, 2) ?? (/^\d+$/.test(name) ? name : 65534)),
    user: (name) => {
      const line = passwd.find((candidate) => candidate.startsWith(`${name}:`) || candidate.split(":")[2] === name);
      return line === undefined ? undefined : { uid: Number(line.split(":")[2]), gid: Number(line.split(":")[3]), line };
    },
    groupName: (gid) => group.find((line) => line.split(":")[2] === String(gid))?.split(":")[0] ?? String(gid),
  };
}

function lines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}
