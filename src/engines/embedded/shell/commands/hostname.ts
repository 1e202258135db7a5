import type { Command } from "../command.ts";

/** hostname: the host's names and addresses; its name is not to be changed. */
export const hostname: Command = {
  name: "hostname",
  run: async ({ args, machine }) => {
    const name = (machine.files.read("/etc/hostname") ?? machine.name).trim();
    const [option] = args;
    const answer = (text: string): { stdout: string; stderr: string; code: number } => ({ stdout: `${text}\n`, stderr: "", code: 0 });
    switch (option) {
      case undefined:
        return answer(name);
      case "-f":
      case "--fqdn":
      case "--long":
        return answer(machine.name);
      case "-s":
      case "--short":
        return answer(name.split(".")[0] ?? name);
      case "-d":
      case "--domain":
        return answer(machine.name.split(".").slice(1).join("."));
      case "-i":
      case "--ip-address":
        return answer(machine.net.addresses.filter((address) => !address.startsWith("127.")).join(" "));
      case "-I":
      case "--all-ip-addresses":
        return answer(`${machine.net.addresses.filter((address) => !address.startsWith("127.")).join(" ")} `);
      default:
        return option.startsWith("-")
          ? { stdout: "", stderr: `hostname: invalid option -- '${option.slice(1)}'\n`, code: 255 }
          : { stdout: "", stderr: "hostname: you must be root to change the host name\n", code: 1 };
    }
  },
};
