import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { quoteWord } from "../../src/base/shell-words.ts";
import type { Engine, Range } from "../../src/world/engine.ts";
import type { LogLine } from "../../src/world/event.ts";
import type { World } from "../../src/world/world.ts";
import { type Place, replyTimeoutS } from "../engines/conformance/place.ts";
import { asLines, replyEnds, type Step } from "../engines/conformance/recording.ts";
import { rereadPostfix } from "./clean-office.ts";

/** Silence cannot be waited for: this long nothing came. */
const silenceS = 0.4;
/** The log has come to rest when no line came for so long. */
const quietMs = 250;
/** And at the latest then, unless more is to come. */
const restLimitMs = 15_000;

/** A range of the docker engine as a place. @param prefixes first three numbers of each network: as recorded, and here */
export async function dockerPlace(engine: Engine, world: World, prefixes: readonly (readonly [string, string])[]): Promise<Place> {
  const range = await engine.up(world);
  const mail = followMail(range);
  const here = (text: string): string => translate(text, prefixes);
  const back = prefixes.map(([from, to]) => [to, from] as const);
  const recorded = (text: string): string => translate(text, back);
  return {
    range,
    here,
    recorded,
    rereadPostfix: (host) => rereadPostfix(range, host),
    converse: (steps) => converse(range, steps, here, recorded),
    wait: (seconds) => (seconds === 0 ? Promise.resolve() : mail.rest(() => true, seconds * 1000)),
    rest: (isLongEnough) => mail.rest(isLongEnough, 0),
  };
}

/** Puts one network's addresses in place of another's, also turned round as names of reverse zones and of block lists have them. */
function translate(text: string, prefixes: readonly (readonly [string, string])[]): string {
  const turned = (prefix: string): string => prefix.split(".").reverse().join(".");
  // 198.18.11 is no part of 198.18.113.
  const whole = (prefix: string): RegExp => new RegExp(`(?<!\\d)${prefix.replaceAll(".", "\\.")}(?!\\d)`, "g");
  return prefixes.reduce((translated, [from, to]) => translated.replace(whole(from), to).replace(whole(turned(from)), turned(to)), text);
}

/** What is under way on a range, read from its log. */
function followMail(range: Range): { rest(isLongEnough: () => boolean, leastMs: number): Promise<void> } {
  const underWay = new Set<string>();
  let lastLineAtMs = Date.now();
  const hear = ({ host, path, text }: LogLine): void => {
    if (path !== "/var/log/mail.log") return;
    if (!/postfix\/anvil\[/.test(text)) lastLineAtMs = Date.now();
    const [, id = ""] = /\]: ([0-9A-F]{6,16}): /.exec(text) ?? [];
    if (/\(queue active\)$|: uid=\d+ from=/.test(text)) underWay.add(`${host} ${id}`);
    // A session is over when the server has said so, or has died of it.
    const [, server = "", said = ""] = /postfix\/smtpd\[(\d+)\]: (connect from|disconnect from|fatal:) /.exec(text) ?? [];
    // At a reload servers are ended that still keep a client's connection.
    if (/postfix\/master\[\d+\]: reload --/.test(text))
      for (const each of underWay) if (each.startsWith(`${host} smtpd `)) underWay.delete(each);
    if (said === "connect from") underWay.add(`${host} smtpd ${server}`);
    else if (said !== "") underWay.delete(`${host} smtpd ${server}`);
    if (/: removed$|status=(deferred|SOFTBOUNCE)|milter-reject/.test(text)) underWay.delete(`${host} ${id}`);
  };
  range.follow(hear);
  return {
    async rest(isLongEnough, leastMs) {
      const startMs = Date.now();
      for (;;) {
        const now = Date.now();
        const isQuiet = now - lastLineAtMs >= quietMs;
        if (isQuiet && underWay.size === 0 && isLongEnough() && now - startMs >= Math.min(leastMs, quietMs)) return;
        if (now - startMs >= Math.max(restLimitMs, leastMs)) {
          underWay.clear();
          return;
        }
        await nextLine(range, quietMs);
      }
    },
  };
}

/** Comes back with the next line of the log, or after a while without one. */
async function nextLine(range: Range, limitMs: number): Promise<void> {
  const waiting = new AbortController();
  const leave = range.follow(() => waiting.abort());
  await pause(limitMs, undefined, { signal: waiting.signal }).catch(() => {});
  leave();
}

const program = readFileSync(new URL("dialogue.pl", import.meta.url), "utf8");

type Translation = (text: string) => string;

async function converse(range: Range, steps: readonly Step[], here: Translation, recorded: Translation): Promise<readonly Step[]> {
  const host = steps[0]?.at ?? "sender";
  const input = steps.map((step) => `${orderFor(step, here)}\n`).join("");
  const { stdout, stderr } = await range.run(host, `perl -e ${quoteWord(program)}`, { stdin: input });
  const answers = stdout.split("\n").slice(0, -1);
  if (stderr !== "") throw new Error(`the dialogue from ${host} went wrong: ${stderr}`);
  return steps.map((step): Step => {
    if (step.connect !== undefined) {
      const { error: _, ...rest } = step;
      const [, error] = /^error (.*)$/.exec(answers.shift() ?? "error no answer") ?? [];
      return error === undefined ? rest : { ...rest, error };
    }
    if (step.receive === undefined) return step;
    const [hex = "", state] = (answers.shift() ?? "").split(" ");
    const receive = asLines(recorded(Buffer.from(hex, "hex").toString("utf8")));
    return { ...step, receive, ...(step.closed === undefined ? {} : { closed: state === "closed" }) };
  });
}

function orderFor({ connect, send, sendRepeated, receive, closed, silent, close, wait }: Step, here: Translation): string {
  const hex = (text: string): string => Buffer.from(here(text), "utf8").toString("hex");
  if (connect !== undefined) return `connect ${here(connect).replace(":", " ")}`;
  if (send !== undefined) return `send ${hex(send.join(""))}`;
  if (sendRepeated !== undefined) return `repeat ${hex(sendRepeated.text)} ${sendRepeated.times} ${hex(sendRepeated.then)}`;
  if (silent !== undefined) return `silent ${silenceS}`;
  if (receive !== undefined) return `receive ${replyEnds(receive.join("")).length} ${replyTimeoutS} ${closed === undefined ? 0 : 1}`;
  if (close === true) return "close";
  return `wait ${wait ?? 0}`;
}
