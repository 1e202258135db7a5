import { X509Certificate } from "node:crypto";
import { FileError } from "../../files/file-tree.ts";
import type { Command, CommandCall, CommandResult } from "../command.ts";
import { describeX509 } from "../net/certificate.ts";
import { secureClient } from "../net/secure-client.ts";
import { resolvePath } from "../paths.ts";
import { has, readSingleDash, valueOf } from "../single-dash-options.ts";

/** openssl: s_client, x509 (to look at a certificate) and version. */
export const openssl: Command = {
  name: "openssl",
  run: async (call) => {
    const [command, ...args] = call.args;
    switch (command) {
      case "s_client":
        return secureClient({ ...call, args });
      case "x509":
        return x509(call, args);
      case "version":
        return { stdout: "OpenSSL 3.0.17 1 Jul 2025 (Library: OpenSSL 3.0.17 1 Jul 2025)\n", stderr: "", code: 0 };
      default:
        return command === undefined || /^[a-z]/.test(command)
          ? {
              stdout: "",
              stderr: `openssl: ${command ?? "its own prompt"} is not simulated on the embedded engine; s_client, x509 and version are\n`,
              code: 1,
            }
          : { stdout: "", stderr: `Invalid command '${command}'; type "help" for a list.\n`, code: 1 };
    }
  },
};

function x509(call: CommandCall, args: readonly string[]): CommandResult {
  const options = readSingleDash(args, ["in", "inform", "outform", "out", "checkend", "checkhost", "nameopt", "certopt", "ext"]);
  const file = valueOf(options, "in");
  const missing = (name: string): CommandResult => ({
    stdout: "",
    stderr: `Could not open file or uri for loading certificate from ${name}\n`,
    code: 1,
  });
  try {
    const text = file === undefined ? call.stdin : call.machine.files.read(resolvePath(call.cwd, file));
    if (text === undefined) return missing(file ?? "<stdin>");
    const certificate = new X509Certificate(text.slice(Math.max(0, text.indexOf("-----BEGIN CERTIFICATE-----"))));
    const checkEnd = valueOf(options, "checkend");
    if (checkEnd !== undefined) {
      const ends = Date.parse(certificate.validTo) - call.machine.clock.now() <= Number(checkEnd) * 1000;
      return { stdout: ends ? "Certificate will expire\n" : "Certificate will not expire\n", stderr: "", code: ends ? 1 : 0 };
    }
    const asked = options.given.map(({ name }) => name);
    const unsimulated = has(options, "text")
      ? "openssl: x509 -text is not simulated on the embedded engine; -subject -issuer -dates -ext subjectAltName are\n"
      : "";
    return { stdout: describeX509(certificate, asked, valueOf(options, "ext")), stderr: unsimulated, code: 0 };
  } catch (error) {
    if (error instanceof FileError) return missing(file ?? "<stdin>");
    return { stdout: "", stderr: `Could not read certificate from ${file ?? "<stdin>"}\nUnable to load certificate\n`, code: 1 };
  }
}
