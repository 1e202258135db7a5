import type { PasswdEntry } from "../../../../daemons/dovecot/passwd-file.ts";
import { readPasswdFile } from "../../../../daemons/dovecot/passwd-file.ts";
import type { DovecotPolicy } from "../../../../daemons/dovecot/policy.ts";
import { expandVariables } from "../../../../daemons/dovecot/variables.ts";
import type { FileTree } from "../../files/file-tree.ts";

/** What the user database knows of one mailbox user. */
export interface MailUser {
  readonly name: string;
  /** Absent: no user database says so (`Couldn't drop privileges`). */
  readonly uid?: number;
  readonly gid?: number;
  readonly home: string;
  /** Where his mail lies, expanded: `maildir:/srv/vmail/alice/Maildir`. */
  readonly mail: string;
  /** `{quota_rule: "*:storage=1G"}` */
  readonly fields: Readonly<Record<string, string>>;
}

export type LookUp =
  | { readonly found: "user"; readonly user: MailUser }
  | { readonly found: "nobody" }
  /** The auth process could not do its work. */
  | { readonly found: "failure"; readonly words: "Disconnected unexpectedly" | "Auth USER lookup failed" };

/** What the auth process says of a name and a password. */
export interface Login {
  readonly right: boolean;
  /** The name as the user database has it. */
  readonly user: string;
}

/** A line for the log, of the auth process or the master. */
export interface AuthLine {
  readonly process: "auth" | "master";
  readonly level: "info" | "error" | "fatal";
  readonly text: string;
}

/** What the auth process remembers. */
export interface AuthMemory {
  /** When the passwd-file that it read was last changed; undefined before it read one. */
  readonly readAtMs?: number;
  readonly missing?: boolean;
  /** It would not start before this, milliseconds since the Unix epoch. */
  readonly throttledUntilMs?: number;
}

const DRIVERS = new Set(["passwd-file"]);
const REAL_DRIVERS = new Set("bsdauth checkpassword dict imap ldap lua oauth2 pam passwd prefetch shadow sql static vpopmail".split(" "));

/** The auth process: looks users up in the passwd-files that are there now. */
export class Users {
  readonly #files: FileTree;
  readonly #now: () => number;
  readonly #say: (line: AuthLine) => void;
  #memory: AuthMemory;

  constructor(files: FileTree, now: () => number, say: (line: AuthLine) => void, memory: AuthMemory = {}) {
    this.#files = files;
    this.#now = now;
    this.#say = say;
    this.#memory = memory;
  }

  memory(): AuthMemory {
    return this.#memory;
  }

  /** A new auth process: after a reload it starts again at the next look-up. */
  restart(): void {
    this.#memory = {};
  }

  /** @param login a login name, or a recipient's address without its detail */
  lookUp(policy: DovecotPolicy, login: string): LookUp {
    const failure = this.#started(policy);
    if (failure !== undefined) return failure;
    const name = expandVariables(policy.usernameFormat, { user: login });
    const [database] = policy.userDatabases;
    if (database === undefined) {
      const known = this.#entries(policy.passwordDatabases[0]?.args ?? "");
      return known?.some((entry) => entry.user === name) === true ? { found: "user", user: mailUser(policy, name) } : { found: "nobody" };
    }
    const wasMissing = this.#memory.missing === true;
    const entries = this.#entries(database.args);
    if (entries === undefined) return wasMissing ? { found: "failure", words: "Auth USER lookup failed" } : { found: "nobody" };
    const entry = entries.find((each) => each.user === name);
    if (entry !== undefined) return { found: "user", user: mailUser(policy, name, entry) };
    if (policy.authVerbose) this.#say({ process: "auth", level: "info", text: `passwd-file(${name}): unknown user` });
    return { found: "nobody" };
  }

  /** All users, in the file's order. */
  list(policy: DovecotPolicy): readonly string[] {
    return (this.#entries(policy.userDatabases[0]?.args ?? "") ?? []).map((entry) => entry.user);
  }

  /**
   * Whether this is the user's password (schemes PLAIN and CLEARTEXT).
   * @param clientAddress of the client who wants in, for the log; undefined for doveadm
   */
  logIn(policy: DovecotPolicy, login: string, password: string, clientAddress?: string): Login {
    const user = expandVariables(policy.usernameFormat, { user: login });
    const entries = this.#entries(policy.passwordDatabases[0]?.args ?? "");
    const entry = entries?.find((each) => each.user === user);
    const match = /^(?:\{(?:PLAIN|CLEARTEXT)\})?([^{].*|)$/i.exec(entry?.password ?? "");
    const right = entry !== undefined && match?.[1] === password;
    if (!right && entries !== undefined && policy.authVerbose && clientAddress !== undefined) {
      const why = entry === undefined ? "unknown user" : "Password mismatch";
      this.#say({ process: "auth", level: "info", text: `passwd-file(${user},${clientAddress}): ${why}` });
    }
    return { right, user };
  }

  /** Whether the auth process starts with the databases it is given. */
  starts(policy: DovecotPolicy): boolean {
    return this.#started(policy) === undefined;
  }

  /** The first driver that the auth process cannot start with. */
  #started(policy: DovecotPolicy): LookUp | undefined {
    const lookUps = [
      ...policy.passwordDatabases.map((each) => ["passdb", each] as const),
      ...policy.userDatabases.map((each) => ["userdb", each] as const),
    ];
    const bad = lookUps.find(([, { driver }]) => !DRIVERS.has(driver));
    if (bad === undefined) return undefined;
    const now = this.#now();
    if (!REAL_DRIVERS.has(bad[1].driver) && now >= (this.#memory.throttledUntilMs ?? 0)) {
      this.#say({ process: "auth", level: "fatal", text: `Unknown ${bad[0]} driver '${bad[1].driver}'` });
      this.#say({ process: "master", level: "error", text: "service(auth): command startup failed, throttling for 2.000 secs" });
      this.#memory = { ...this.#memory, throttledUntilMs: now + 2000 };
    }
    return { found: "failure", words: "Disconnected unexpectedly" };
  }

  /** Reads the file again when it has changed; what is wrong with it is logged then. */
  #entries(path: string): readonly PasswdEntry[] | undefined {
    const text = this.#files.read(path);
    if (text === undefined) {
      if (this.#memory.missing !== true) {
        const line: AuthLine = {
          process: "auth",
          level: "error",
          text: `passwd-file ${path}:open(${path}) failed: No such file or directory`,
        };
        // Once for the password database, once for the user database.
        this.#say(line);
        this.#say(line);
      }
      this.#memory = { missing: true };
      return undefined;
    }
    const changedAtMs = this.#files.stat(path).modifiedAtMs;
    const { entries, errors } = readPasswdFile(path, text);
    if (this.#memory.readAtMs !== changedAtMs) for (const error of errors) this.#say({ process: "auth", level: "error", text: error });
    this.#memory = { readAtMs: changedAtMs };
    return entries;
  }
}

function mailUser(policy: DovecotPolicy, name: string, entry?: PasswdEntry): MailUser {
  const home = entry?.home ?? "";
  const location = entry?.fields.mail ?? policy.mailLocation;
  const mail = expandVariables(location, { user: name, home }).replace(
    /^([a-z]+:)?~(?=\/|$)/,
    (_, kind: string | undefined) => `${kind ?? ""}${home}`,
  );
  return {
    name,
    home,
    mail,
    fields: entry?.fields ?? {},
    ...(entry === undefined ? {} : { uid: entry.uid, gid: entry.gid }),
  };
}
