import { bindLog, remarkEvent } from "../../../../daemons/bind/log.ts";
import { channelsOf, type LogChannel, type LogPolicy, lets } from "../../../../daemons/bind/log-policy.ts";
import type { LoadMessage } from "../../../../daemons/bind/zone-reading.ts";
import type { Event, LookedUp, Origin } from "../../../../world/event.ts";
import type { Machine } from "../../machine.ts";

type WithoutOrigin<T> = Omit<T, keyof Origin>;

/** Writes what named says into the files that its logging statement names. */
export interface NamedLog {
  say(category: string, severity: string, text: string): void;
  general(text: string): void;
  load(messages: readonly LoadMessage[]): void;
  query(query: WithoutOrigin<LookedUp>): void;
}

/** @param policy what is in force; before the configuration is read, nothing is written to files */
export function createNamedLog(machine: Machine, pid: number, policy: () => LogPolicy): NamedLog {
  const origin = (): Origin => ({ atMs: machine.clock.now(), host: machine.key, daemon: "bind", process: "named", pid });
  const write = (category: string, severity: string, event: Event): void => {
    for (const channel of channelsOf(policy(), category)) {
      if (lets(channel, severity)) machine.log("bind", channel.path, shaped(bindLog.format(event), channel));
    }
  };
  const say: NamedLog["say"] = (category, severity, text) => write(category, severity, remarkEvent(origin(), category, severity, text));
  return {
    say,
    general: (text) => say("general", "info", text),
    load(messages) {
      for (const { category, severity, text } of messages) say(category, severity, text);
    },
    query: (query) => write("queries", "info", { ...origin(), ...query }),
  };
}

/** Leaves out what the channel does not print. */
function shaped(line: string, channel: LogChannel): string {
  const match = /^(\S+ \S+ )(\S+: )(\S+: )(.*)$/s.exec(line);
  if (match === null) return line;
  const [, time = "", category = "", severity = "", text = ""] = match;
  return `${channel.printTime ? time : ""}${channel.printCategory ? category : ""}${channel.printSeverity ? severity : ""}${text}`;
}
