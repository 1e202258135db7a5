/** One user of a passwd-file: `alice:{PLAIN}wheatear:5000:5000::/srv/vmail/alice::userdb_quota_rule=*:storage=1G` */
export interface PasswdEntry {
  readonly user: string;
  /** With its scheme: `{PLAIN}wheatear`. */
  readonly password: string;
  readonly uid: number;
  readonly gid: number;
  /** "" where there is none. */
  readonly home: string;
  /** Extra fields for the user database, without their `userdb_`: `{quota_rule: "*:storage=1G"}`. */
  readonly fields: Readonly<Record<string, string>>;
}

/** What a passwd-file says; lines that do not fit are left out. */
export interface PasswdFile {
  readonly entries: readonly PasswdEntry[];
  /** What the auth process logs about the others: `passwd-file /etc/dovecot/users:User bob is missing userdb info` */
  readonly errors: readonly string[];
}

/** Reads a passwd-file. @param path as the settings name it, for the messages */
export function readPasswdFile(path: string, text: string): PasswdFile {
  const entries: PasswdEntry[] = [];
  const errors: string[] = [];
  for (const line of text.split("\n")) {
    if (line === "" || line.startsWith("#") || line.startsWith(":")) continue;
    const parts = line.split(":");
    const [user = "", password = "", uid, gid] = parts;
    if (uid === undefined || gid === undefined) {
      errors.push(`passwd-file ${path}:User ${user} is missing userdb info`);
      continue;
    }
    const complaint = numberComplaint("UID", uid) ?? numberComplaint("GID", gid);
    if (complaint !== undefined) {
      const [name, value, known] = complaint;
      if (!known) errors.push(`Invalid ${name} value '${value}'`);
      errors.push(`passwd-file ${path}:User ${user} has invalid ${name} '${value}'`);
      continue;
    }
    // The extra fields may hold colons, as a quota rule does.
    const fields = extraFields(parts.slice(7).join(":"));
    entries.push({ user, password, uid: Number(uid), gid: Number(gid), home: parts[5] ?? "", fields });
  }
  return { entries, errors };
}

/** The file that holds these users. */
export function writePasswdFile(entries: readonly PasswdEntry[]): string {
  return entries
    .map(({ user, password, uid, gid, home, fields }) => {
      const extra = Object.entries(fields).map(([name, value]) => `userdb_${name}=${value}`);
      return `${user}:${password}:${uid}:${gid}::${home}::${extra.join(" ")}\n`;
    })
    .join("");
}

function numberComplaint(name: "UID" | "GID", value: string): readonly [string, string, boolean] | undefined {
  if (!/^\d+$/.test(value)) return [name, value, false];
  return Number(value) === 0 ? [name, value, true] : undefined;
}

function extraFields(text: string): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const word of text.split(/\s+/)) {
    const field = /^userdb_([^=]+)=(.*)$/.exec(word);
    if (field !== null) fields[field[1] as string] = field[2] as string;
  }
  return fields;
}
