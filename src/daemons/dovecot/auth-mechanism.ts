/** A way to log in that the auth process offers. */
export interface AuthMechanism {
  readonly name: string;
  /** What it is open to and what it gives, as the auth process tells its clients: `plaintext`. */
  readonly properties: readonly string[];
}

/** The mechanisms that the simulated Dovecot follows, with the properties that the real one announces. */
export const authMechanisms: readonly AuthMechanism[] = [
  { name: "PLAIN", properties: ["plaintext"] },
  { name: "LOGIN", properties: ["plaintext"] },
];

/** What a client has said so far, and what becomes of it. */
export type AuthStep =
  /** One more answer is wanted. `challenge` is not encoded. */
  | { readonly step: "more"; readonly challenge: string }
  | { readonly step: "judge"; readonly user: string; readonly password: string }
  /** What was said makes no sense in this mechanism. */
  | { readonly step: "fail" };

/** @param answers what the client has said, decoded, first answers first */
export function authStep(mechanism: string, answers: readonly string[]): AuthStep {
  const [first, second] = answers;
  if (mechanism === "PLAIN") {
    if (first === undefined) return { step: "more", challenge: "" };
    // authorization identity, authentication identity, password (RFC 4616)
    const [, user, password, ...more] = first.split("\0");
    return user === undefined || password === undefined || more.length > 0 ? { step: "fail" } : { step: "judge", user, password };
  }
  if (first === undefined) return { step: "more", challenge: "Username:" };
  return second === undefined ? { step: "more", challenge: "Password:" } : { step: "judge", user: first, password: second };
}
