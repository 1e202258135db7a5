import { createHash } from "node:crypto";
import { FileError } from "../../files/file-tree.ts";
import type { Command } from "../command.ts";
import { resolvePath } from "../paths.ts";

/** md5sum and its kind: `digest  name` a line. */
function checksum(name: string, algorithm: string): Command {
  return {
    name,
    run: async ({ args, cwd, machine, stdin }) => {
      const operands = args.filter((arg) => arg === "-" || !arg.startsWith("-"));
      let [stdout, stderr] = ["", ""];
      for (const operand of operands.length === 0 ? ["-"] : operands) {
        try {
          const bytes = operand === "-" ? Buffer.from(stdin) : machine.files.readBytes(resolvePath(cwd, operand));
          if (bytes === undefined) stderr += `${name}: ${operand}: No such file or directory\n`;
          else stdout += `${createHash(algorithm).update(bytes).digest("hex")}  ${operand}\n`;
        } catch (error) {
          if (!(error instanceof FileError)) throw error;
          stderr += `${name}: ${operand}: Is a directory\n`;
        }
      }
      return { stdout, stderr, code: stderr === "" ? 0 : 1 };
    },
  };
}

export const checksums: readonly Command[] = [
  checksum("md5sum", "md5"),
  checksum("sha1sum", "sha1"),
  checksum("sha256sum", "sha256"),
  checksum("sha512sum", "sha512"),
];
