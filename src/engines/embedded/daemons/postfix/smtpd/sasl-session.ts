import type { PostfixPolicy } from "../../../../../daemons/postfix/policy.ts";
import type { SaslLogin } from "./client-session.ts";
import type { OfferedMechanism } from "./dovecot-auth.ts";

/** A session in which clients can log in. */
export interface SaslSession {
  /** As EHLO offers them. */
  readonly mechanisms: readonly string[];
  /** Named by the auth process last, kept for the log. */
  user?: string | undefined;
  /** Who has logged in, and how. */
  login?: SaslLogin;
}

/** Whether clients of this service may log in without TLS. */
export function wantsSasl(policy: PostfixPolicy): boolean {
  return policy.bool("smtpd_sasl_auth_enable") && !policy.bool("smtpd_tls_auth_only");
}

/** The properties of a mechanism that `smtpd_sasl_security_options` forbids, by the option's name. */
const forbidden: Readonly<Record<string, string>> = {
  noplaintext: "plaintext",
  noanonymous: "anonymous",
  nodictionary: "dictionary",
  noactive: "active",
};

/** The mechanisms that are safe enough. */
export function offered(mechanisms: readonly OfferedMechanism[], policy: PostfixPolicy): readonly string[] {
  const options = policy.list("smtpd_sasl_security_options").map((option) => option.toLowerCase());
  const banned = options.flatMap((option) => forbidden[option] ?? []);
  const wanted = options.includes("mutual_auth") ? ["mutual-auth"] : options.includes("forward_secrecy") ? ["forward-secrecy"] : [];
  return mechanisms
    .filter(({ properties }) => !properties.some((property) => banned.includes(property)))
    .filter(({ properties }) => wanted.every((property) => properties.includes(property)))
    .map(({ name }) => name);
}
