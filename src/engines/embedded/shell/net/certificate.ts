import type { X509Certificate } from "node:crypto";

/** A subject or issuer on one line, as OpenSSL 3 prints it: `CN = mx1.meadow.example`. @param name lines `CN=mx1.meadow.example` */
export function nameLine(name: string): string {
  return name
    .split("\n")
    .map((part) => part.replace(/^([^=]+)=/, "$1 = "))
    .join(", ");
}

/** What `openssl x509` prints for the parts asked for; the certificate itself unless -noout. */
export function describeX509(certificate: X509Certificate, asked: readonly string[], extension: string | undefined): string {
  const parts: string[] = [];
  for (const name of asked) {
    if (name === "subject") parts.push(`subject=${nameLine(certificate.subject)}`);
    else if (name === "issuer") parts.push(`issuer=${nameLine(certificate.issuer)}`);
    else if (name === "serial") parts.push(`serial=${certificate.serialNumber}`);
    else if (name === "fingerprint")
      parts.push(
        asked.includes("sha256") ? `sha256 Fingerprint=${certificate.fingerprint256}` : `SHA1 Fingerprint=${certificate.fingerprint}`,
      );
    else if (name === "startdate") parts.push(`notBefore=${certificate.validFrom}`);
    else if (name === "enddate") parts.push(`notAfter=${certificate.validTo}`);
    else if (name === "dates") parts.push(`notBefore=${certificate.validFrom}`, `notAfter=${certificate.validTo}`);
    else if (name === "ext" && extension?.includes("subjectAltName") === true) {
      const names = certificate.subjectAltName;
      parts.push(names === undefined ? "No extensions matched" : `X509v3 Subject Alternative Name: \n    ${names}`);
    }
  }
  const text = parts.map((part) => `${part}\n`).join("");
  return asked.includes("noout") ? text : `${text}${certificate.toString()}`;
}
