import { parameterDefaults } from "../../../../../daemons/postfix/parameter-defaults.ts";
import { isSimulated } from "../../../../../daemons/postfix/parameters.ts";
import { postconf as runPostconf } from "../../../../../daemons/postfix/postconf/postconf.ts";
import type { Command } from "../../../shell/command.ts";
import { resolvePath } from "../../../shell/paths.ts";

/** postconf: shows and edits main.cf and master.cf. A value for a parameter that is not simulated is said so once (law 1). */
export const postconf: Command = {
  name: "postconf",
  run: async ({ machine, args, cwd }) => {
    const answer = runPostconf({
      args,
      read: (path) => machine.files.read(resolvePath(cwd, path)),
      hostName: (machine.files.read("/etc/hostname") ?? machine.name).trim(),
      pid: machine.newPid(),
      interfaces: interfacesOf(machine.net.addresses),
    });
    for (const [path, text] of answer.writes) machine.files.write(resolvePath(cwd, path), text);
    for (const name of answer.changed) {
      if (Object.hasOwn(parameterDefaults, name) && !isSimulated(name)) machine.notSimulated(`the parameter ${name}`);
    }
    if (answer.unsimulated !== undefined) machine.notSimulated(`the option ${answer.unsimulated} of postconf`);
    return { stdout: answer.stdout, stderr: answer.stderr, code: answer.code };
  },
};

/** Networks of a world are /26; the loopback network is what it is everywhere. */
function interfacesOf(addresses: readonly string[]): readonly string[] {
  const own = addresses.filter((address) => !address.startsWith("127."));
  return ["127.0.0.1/8", ...own.map((address) => `${address}/26`)];
}
