import type { DaemonDefinition } from "../daemon.ts";
import { postfixDialect } from "./dialect.ts";
import { type PostfixPolicy, readPolicy } from "./policy.ts";
import { renderPostfix } from "./render.ts";
import { type PostfixSettings, postfixSettings } from "./settings.ts";

/** Postfix 3.7 as Debian 12 ships it. */
export const postfix: DaemonDefinition<PostfixSettings, PostfixPolicy> = {
  id: "postfix",
  summary: "Postfix: relays, receives and sends mail.",
  settings: postfixSettings,
  render: renderPostfix,
  read: (files) => {
    const policy = readPolicy(files);
    return { policy, problems: policy.problems };
  },
  log: postfixDialect,
};
