import type { Command } from "../command.ts";
import { systemctl } from "./systemctl.ts";

/** service NAME VERB is systemctl VERB NAME. */
export const service: Command = {
  name: "service",
  run: async (call) => {
    const [name, verb] = call.args;
    if (name === undefined || verb === undefined) {
      return { stdout: "", stderr: "Usage: service <service> start|stop|restart|reload|status\n", code: 1 };
    }
    return systemctl.run({ ...call, args: [verb, name] });
  },
};
