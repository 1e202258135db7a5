import { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { NetworkError } from "../../wire/network-stack.ts";
import type { CommandCall, CommandResult } from "../command.ts";
import { has, readSingleDash, type SingleDashOptions, valueOf } from "../single-dash-options.ts";
import { nameLine } from "./certificate.ts";
import { addressOf, connectTo, portOf } from "./connect.ts";
import { Receiver } from "./receiver.ts";
import { joinPipe, joinTerminal } from "./session.ts";
import { cipherName, startTls } from "./tls.ts";

const valued = [
  "connect",
  "host",
  "port",
  "starttls",
  "servername",
  "name",
  "CAfile",
  "CApath",
  "verify",
  "verify_hostname",
  "cipher",
  "alpn",
  "xmpphost",
];
/** The same on every line that OpenSSL's error queue prints. */
const errorPrefix = "40A7C0D5F17F0000:error";

/** openssl s_client (3.0): connects, with STARTTLS where asked, shows certificate and session, then talks. */
export async function secureClient(call: CommandCall): Promise<CommandResult> {
  const options = readSingleDash(call.args, valued);
  const target = /^\[?([^\]]*)\]?:(\w+)$/.exec(valueOf(options, "connect") ?? options.operands[0] ?? "localhost:4433");
  const [host, port] = [target?.[1] ?? "", portOf(target?.[2] ?? "")];
  if (port === undefined || host === "")
    return { stdout: "", stderr: "s_client: -connect argument or target parameter malformed or ambiguous\n", code: 1 };
  const found = await addressOf(call.machine, host);
  if ("failure" in found) {
    const error = `${errorPrefix}:10080002:BIO routines:BIO_lookup_ex:system lib:../crypto/bio/bio_addr.c:758:${found.failure}\n`;
    return { stdout: "", stderr: `${error}connect:errno=0\n`, code: 1 };
  }
  const socket = await connectTo(call.machine, { address: found.address, port }, call.signal);
  if (socket === undefined) return { stdout: "", stderr: "", code: 130 };
  if (socket instanceof NetworkError) return { stdout: "", stderr: connectFailure(socket), code: 1 };
  const output = new Output(call, has(options, "quiet") || has(options, "brief"));
  output.out("CONNECTED(00000003)\n");
  const plain = new Receiver(socket, call.machine.clock, call.signal);
  const starttls = valueOf(options, "starttls");
  const prologue = starttls === undefined ? { offered: true, heard: "" } : await startTlsCommands(plain, starttls);
  if (prologue === undefined) {
    socket.destroy();
    return {
      stdout: "",
      stderr: `s_client: -starttls ${starttls} is not simulated on the embedded engine; smtp, lmtp, imap and pop3 are\n`,
      code: 1,
    };
  }
  if (!prologue.offered) output.err(`Didn't find STARTTLS in server response, trying anyway...\n`);
  plain.detach();
  const serverName = valueOf(options, "servername") ?? (/^[\d.]+$/.test(host) ? undefined : host);
  const secured = prologue.offered
    ? await startTls(socket, serverName === undefined ? {} : { serverName })
    : new Error("wrong version number");
  if (secured instanceof Error) {
    socket.destroy();
    output.err(`${errorPrefix}:0A00010B:SSL routines:ssl3_get_record:wrong version number:../ssl/record/ssl3_record.c:354:\n`);
    output.out(sessionWithoutTls);
    return output.result(1);
  }
  describe(secured, options, output, call.machine.clock.now());
  return talk(call, options, new Receiver(secured, call.machine.clock, call.signal), output, prologue.heard);
}

function connectFailure(error: NetworkError): string {
  const numbers: Readonly<Partial<Record<NetworkError["code"], readonly [errno: number, text: string]>>> = {
    ECONNREFUSED: [111, "Connection refused"],
    ETIMEDOUT: [110, "Connection timed out"],
    EHOSTUNREACH: [113, "No route to host"],
    ENETUNREACH: [101, "Network is unreachable"],
  };
  const [errno, text] = numbers[error.code] ?? [104, "Connection reset by peer"];
  const hex = errno.toString(16).toUpperCase().padStart(8, "0").replace(/^0/, "8");
  return (
    `${errorPrefix}:${hex}:system library:BIO_connect:${text}:../crypto/bio/bio_sock2.c:125:calling connect()\n` +
    `${errorPrefix}:10000067:BIO routines:BIO_connect:connect error:../crypto/bio/bio_sock2.c:127:\nconnect:errno=${errno}\n`
  );
}

/** What is said before the handshake. @returns undefined for a protocol that is not simulated */
async function startTlsCommands(
  link: Receiver,
  protocol: string,
): Promise<{ readonly offered: boolean; readonly heard: string } | undefined> {
  const reply = async (done: RegExp): Promise<string> => {
    let text = "";
    while (!done.test(text)) {
      const line = await link.readLine(60_000);
      if ("ended" in line) break;
      text += line.text;
    }
    return text;
  };
  switch (protocol) {
    case "smtp":
    case "lmtp": {
      await reply(/^\d{3} /m);
      link.send(`${protocol === "smtp" ? "EHLO" : "LHLO"} openssl.client.net\r\n`);
      const offers = await reply(/^\d{3} /m);
      link.send("STARTTLS\r\n");
      await reply(/^\d{3} /m);
      return { offered: /STARTTLS/.test(offers), heard: lastLine(offers) };
    }
    case "imap": {
      await reply(/\n/);
      link.send(". CAPABILITY\r\n");
      const offers = await reply(/^\. /m);
      link.send(". STARTTLS\r\n");
      await reply(/^\. /m);
      return { offered: /STARTTLS/.test(offers), heard: lastLine(offers) };
    }
    case "pop3": {
      await reply(/\n/);
      link.send("STLS\r\n");
      const answer = await reply(/\n/);
      return { offered: answer.startsWith("+OK"), heard: "" };
    }
    default:
      return undefined;
  }
}

function lastLine(text: string): string {
  return `${text.trimEnd().split("\n").at(-1) ?? ""}\n`;
}

const sessionWithoutTls = `---
no peer certificate available
---
No client certificate CA names sent
---
SSL handshake has read 5 bytes and written 297 bytes
Verification: OK
---
New, (NONE), Cipher is (NONE)
Secure Renegotiation IS NOT supported
Compression: NONE
Expansion: NONE
No ALPN negotiated
Early data was not sent
Verify return code: 0 (ok)
---
`;

/** Why a certificate is not trusted: OpenSSL's number and words. */
function verification(secured: TLSSocket, nowMs: number): { readonly number: number; readonly text: string } {
  const certificate = secured.getPeerCertificate();
  if (Date.parse(certificate.valid_to) < nowMs) return { number: 10, text: "certificate has expired" };
  if (Date.parse(certificate.valid_from) > nowMs) return { number: 9, text: "certificate is not yet valid" };
  const selfSigned = JSON.stringify(certificate.subject) === JSON.stringify(certificate.issuer);
  return selfSigned ? { number: 18, text: "self-signed certificate" } : { number: 20, text: "unable to get local issuer certificate" };
}

function describe(secured: TLSSocket, options: SingleDashOptions, output: Output, nowMs: number): void {
  const { raw } = secured.getPeerCertificate();
  const certificate = new X509Certificate(raw);
  const [subject, issuer] = [nameLine(certificate.subject), nameLine(certificate.issuer)];
  const verdict = verification(secured, nowMs);
  const cipher = cipherName(secured);
  output.err(`depth=0 ${subject}\nverify error:num=${verdict.number}:${verdict.text}\nverify return:1\n`);
  if (verdict.number === 10) output.err(`notAfter=${certificate.validTo}\nverify return:1\n`);
  else output.err(`depth=0 ${subject}\nverify return:1\n`);
  if (has(options, "brief")) {
    output.err(
      `CONNECTION ESTABLISHED\nProtocol version: ${secured.getProtocol()}\nCiphersuite: ${cipher}\nPeer certificate: ${subject}\n`,
    );
    output.err(`Verification error: ${verdict.text}\n`);
    return;
  }
  const bits = certificate.publicKey.asymmetricKeyDetails?.modulusLength ?? 256;
  output.out(
    `---\nCertificate chain\n 0 s:${subject}\n   i:${issuer}\n   v:NotBefore: ${certificate.validFrom}; NotAfter: ${certificate.validTo}\n` +
      `---\nServer certificate\n${certificate.toString()}subject=${subject}\nissuer=${issuer}\n---\nNo client certificate CA names sent\n` +
      `---\nVerification error: ${verdict.text}\n---\nNew, ${secured.getProtocol()}, Cipher is ${cipher}\nServer public key is ${bits} bit\n` +
      `Secure Renegotiation IS NOT supported\nCompression: NONE\nExpansion: NONE\nNo ALPN negotiated\nEarly data was not sent\n` +
      `Verify return code: ${verdict.number} (${verdict.text})\n---\n`,
  );
}

async function talk(call: CommandCall, options: SingleDashOptions, link: Receiver, output: Output, heard: string): Promise<CommandResult> {
  const rules = { lineEnd: has(options, "crlf") ? "\r\n" : "\n" } as const;
  if (heard !== "") output.out(heard.replace("\r", ""));
  if (call.console !== undefined) {
    // A line that begins with Q ends it, one with R would renegotiate: well known and often cursed.
    const onLine = async (line: string): Promise<boolean | undefined> => {
      if (has(options, "quiet")) return undefined;
      if (line.startsWith("Q")) return true;
      if (!line.startsWith("R")) return undefined;
      call.console?.write("RENEGOTIATING\n");
      return false;
    };
    const end = await joinTerminal(call, call.console, link, { ...rules, onLine });
    output.out(end === "remote" ? "closed\n" : "DONE\n");
  } else {
    output.out(await joinPipe(call, link, rules, has(options, "ign_eof") || has(options, "quiet") ? 10_000 : 0));
    output.err("DONE\n");
  }
  link.stream.end();
  return output.result(0);
}

/** Two streams, or the terminal as it comes. */
class Output {
  readonly #call: CommandCall;
  readonly #quiet: boolean;
  #stdout = "";
  #stderr = "";

  constructor(call: CommandCall, quiet: boolean) {
    this.#call = call;
    this.#quiet = quiet;
  }

  out(text: string): void {
    if (this.#quiet && /^(CONNECTED|---)/.test(text)) return;
    if (this.#call.console === undefined) this.#stdout += text;
    else this.#call.console.write(text);
  }

  err(text: string): void {
    if (this.#call.console === undefined) this.#stderr += text;
    else this.#call.console.write(text);
  }

  result(code: number): CommandResult {
    return { stdout: this.#stdout, stderr: this.#stderr, code };
  }
}
