import type { Duplex } from "node:stream";
import { connect, type TLSSocket } from "node:tls";

/** A TLS handshake as a client on an open connection. @returns the secured stream, or what OpenSSL says */
export function startTls(stream: Duplex, options: { readonly serverName?: string } = {}): Promise<TLSSocket | Error> {
  return new Promise((resolve) => {
    // Whom to trust is the caller's business, who shows what it was given.
    const secured = connect({
      socket: stream,
      rejectUnauthorized: false,
      ...(options.serverName === undefined ? {} : { servername: options.serverName }),
    });
    let settled = false;
    const settle = (outcome: TLSSocket | Error): void => {
      if (!settled) resolve(outcome);
      settled = true;
    };
    secured.once("secureConnect", () => settle(secured));
    secured.on("error", (error) => settle(error));
    secured.once("close", () => settle(new Error("unexpected eof while reading")));
  });
}

/** Key length of a cipher suite by its name. */
export function cipherBits(name: string): number {
  if (/256|CHACHA20/.test(name)) return 256;
  return /128/.test(name) ? 128 : /3DES|DES-CBC3/.test(name) ? 168 : 256;
}

/** The name that OpenSSL uses for the suite that was agreed on. */
export function cipherName(secured: TLSSocket): string {
  const { name, standardName } = secured.getCipher();
  return secured.getProtocol() === "TLSv1.3" ? (standardName ?? name) : name;
}

/** A certificate's subject or issuer in OpenSSL's old form: `/C=XX/CN=mx1.meadow.example`. */
export function oneLineName(name: object | undefined): string {
  return Object.entries(name ?? {})
    .flatMap(([key, value]) => (Array.isArray(value) ? value : [value]).map((each) => `/${key}=${String(each)}`))
    .join("");
}
