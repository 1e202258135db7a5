/** What `doveadm` prints about its commands: group and command, or a command alone, and its arguments. */
const COMMANDS = `
altmove      [-u <user>|-A] [-S <socket_path>] [-r] <search query>
auth         cache|login|lookup|test
backup       [-fPRU] [-l <secs>] [-r <rawlog path>] [-m <mailbox>] [-g <mailbox guid>] [-n <namespace> | -N] [-x <exclude>] [-a <all mailbox>] [-s <state>] [-T <secs>] [-t <start date>] [-e <end date>] [-O <sync flag>] [-I <max size>] -d|<dest>
batch        <sep> <cmd1> [<sep> <cmd2> [..]]
config       [doveconf parameters]
copy         [-u <user>|-A] [-S <socket_path>] <destination> [user <source user>] <search query>
deduplicate  [-u <user>|-A] [-S <socket_path>] [-m] <search query>
dict         get|inc|iter|set|unset
director     add|down|dump|flush|kick|map|move|remove|ring|status|up|update
dsync-server [-E] [-r <rawlog path>] [-T <timeout secs>] [-U]
dump         [-t <type>] <path> [<type-specific args>]
exec         <binary> [binary parameters]
expunge      [-u <user>|-A] [-S <socket_path>] [-m] <search query>
fetch        [-u <user>|-A] [-S <socket_path>] <fields> <search query>
flags        add|remove|replace
force-resync [-u <user>|-A] [-S <socket_path>] [-f] <mailbox mask>
fs           copy|delete|get|iter|iter-dirs|metadata|put|stat
help         [<cmd>]
import       [-u <user>|-A] [-S <socket_path>] [-U source-user] [-s] <source mail location> <dest parent mailbox> <search query>
index        [-u <user>|-A] [-S <socket_path>] [-q] [-n <max recent>] <mailbox mask>
instance     list|remove
kick         [-a <anvil socket path>] <user mask>[|]<ip/bits>
log          errors|find|reopen|test
mailbox      cache|cache|create|delete|list|metadata|mutf7|path|rename|status|subscribe|unsubscribe|update
move         [-u <user>|-A] [-S <socket_path>] <destination> [user <source user>] <search query>
oldstats     dump|reset|top
penalty      [-a <anvil socket path>] [<ip/bits>]
process      status
proxy        kick|list
purge        [-u <user>|-A] [-S <socket_path>] 
pw           [-l] [-p plaintext] [-r rounds] [-s scheme] [-t hash] [-u user] [-V]
quota        get|recalc
rebuild      attachments
reload       
replicator   add|dsync-status|remove|replicate|status
save         [-u <user>|-A] [-S <socket_path>] [-m mailbox]
search       [-u <user>|-A] [-S <socket_path>] <search query>
service      status|stop
sieve        activate|deactivate|delete|get|list|put|rename
sis          deduplicate|find
stats        add|dump|remove
stop         
sync         [-1fPRU] [-l <secs>] [-r <rawlog path>] [-m <mailbox>] [-g <mailbox guid>] [-n <namespace> | -N] [-x <exclude>] [-a <all mailbox>] [-s <state>] [-T <secs>] [-t <start date>] [-e <end date>] [-O <sync flag>] [-I <max size>] -d|<dest>
user         [-a <userdb socket path>] [-x <auth info>] [-f field] [-e <value>] [-u] <user mask> [<user mask> [...]]
who          [-a <anvil socket path>] [-1] [<user mask>] [<ip/bits>]
zlibconnect  <host> [<port>]
`;

const lines = COMMANDS.trim().split("\n");

/** `doveadm` without a command, or with one that it does not know. */
export const DOVEADM_USAGE = `usage: doveadm [-Dv] [-f <formatter>] <command> [<args>]
               
${lines.map((line) => `  ${line}\n`).join("")}`;

/** What a group of commands prints when no command, or an unknown one, follows its name. */
const GROUPS: Readonly<Record<string, string>> = {
  mailbox: `
cache        decision|purge|remove
create       [-u <user>|-A] [-S <socket_path>] [-s] [-g <guid>] <mailbox> [...]
delete       [-u <user>|-A] [-S <socket_path>] [-e] [-r] [-s] [-Z] <mailbox> [...]
list         [-u <user>|-A] [-S <socket_path>] [-7|-8] [-s] [<mailbox mask> [...]]
metadata     get|list|set|unset
mutf7        [-7|-8] <name> [...]
path         [-u <user>|-A] [-S <socket_path>] [-t <type>] <mailbox>
rename       [-u <user>|-A] [-S <socket_path>] [-s] <old name> <new name>
status       [-u <user>|-A] [-S <socket_path>] <fields> <mailbox> [...]
subscribe    [-u <user>|-A] [-S <socket_path>] <mailbox> [...]
unsubscribe  [-u <user>|-A] [-S <socket_path>] <mailbox> [...]
update       [-u <user>|-A] [-S <socket_path>] [--mailbox-guid guid] [--uid-validity uid] [--min-next-uid uid] [--min-first-recent-uid uid] [--min-highest-modseq seq] [--min-highest-pvt-modseq seq] <mailbox>`,
  quota: `
get          
recalc       `,
  log: `
errors       [-s <min_timestamp>]
find         [<dir>]
reopen       
test         `,
  auth: `
cache        flush
login        [-a <auth-login socket path>] [-m <auth-master socket path>] [-x <auth info>] [-M <master user>] <user> [<password>]
lookup       [-a <userdb socket path>] [-x <auth info>] [-f field] <user> [<user> [...]]
test         [-a <auth socket path>] [-x <auth info>] [-M <master user>] <user> [<password>]`,
  flags: `
add          [-u <user>|-A] [-S <socket_path>] <flags> <search query>
remove       [-u <user>|-A] [-S <socket_path>] <flags> <search query>
replace      [-u <user>|-A] [-S <socket_path>] <flags> <search query>`,
  service: `
status       [<service> [...]]
stop         <service> [<service> [...]]`,
  process: `
status       [<service> [...]]`,
};

/** The usage of a group: `doveadm mailbox`; undefined when it is none that is known here. */
export function groupUsage(group: string): string | undefined {
  const commands = GROUPS[group];
  if (commands === undefined) return undefined;
  return `usage: doveadm [-Dv] [-f <formatter>] ${group} <command> [<args>]${commands.replaceAll("\n", "\n  ")}\n`;
}

/** The usage of one command: `mailbox status`, `fetch`. */
export function commandUsage(command: string): string {
  const [word = "", second] = command.split(" ");
  const list = second === undefined ? lines : (GROUPS[word]?.split("\n") ?? []);
  const line = list.find((each) => each.split(" ")[0] === (second ?? word)) ?? "";
  return `doveadm ${command} ${line.slice(13)}\n`;
}

/** Every command's first word. */
export const DOVEADM_WORDS: ReadonlySet<string> = new Set(lines.map((line) => line.split(" ")[0] ?? ""));
