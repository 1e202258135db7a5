import type { Command } from "../../../shell/command.ts";
import { configToStart, formatConfig } from "./conf-text.ts";

/** doveconf(1): what Dovecot makes of its files as they are now. */
export const doveconf: Command = {
  name: "doveconf",
  run: async ({ machine, args }) => {
    const { policy, stderr, code } = configToStart(machine);
    return { stdout: formatConfig(policy, machine, args), stderr, code };
  },
};
