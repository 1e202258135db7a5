import { Buffer } from "node:buffer";
import type { AppliedEffect } from "../../../src/world/engine.ts";
import type { Place } from "./place.ts";
import { asLines, type Outcome, type RecordedFile, type Recording, type Step } from "./recording.ts";

/** Logs that are compared. The filter's and the name servers' own logs are held against recordings beside their simulations. */
const comparedLogs: ReadonlySet<string> = new Set(["/var/log/mail.log", "/var/log/dovecot.log"]);

/** What a recording says, as far as it is compared. */
export function recordedOutcome({ steps, logs, files = [], chance }: Recording): Outcome {
  const kept = Object.entries(logs).map(([host, own]) => {
    const compared = Object.entries(own).filter(([path]) => comparedLogs.has(path));
    return [host, Object.fromEntries(compared.map(([path, lines]) => [path, lines.filter((line) => isCompared(line, chance))]))] as const;
  });
  return { steps, logs: Object.fromEntries(kept), files };
}

/** Lines that come or not by chance, or that the suite itself has caused. */
const incidental: readonly RegExp[] = [
  // Statistics come minutes after what they count.
  /postfix\/(?:anvil|scache)\[\d+\]: statistics: /,
  // Of Postfix's last words when it stops some are lost, now these, now those; how long it takes hangs on the machine.
  /: (?:stopping the Postfix mail system|waiting for the Postfix mail system to terminate)$/,
  // A busy machine's file system is behind its clock.
  /: warning: (?:file system clock is|resetting file time stamps)/,
  // The docker engine ends idle servers at a reload, and so does the suite.
  /postfix\/master\[\d+\]: warning: process \S+ pid \d+ killed by signal 15$/,
];

function isCompared(line: string, chance: readonly string[] = []): boolean {
  return !incidental.some((kind) => kind.test(line.trimEnd())) && !chance.some((text) => line.includes(text));
}

/** Plays the steps of a case whose changes are made, and says what came of it: the same logs and files as the recording has. */
export async function play(place: Place, recording: Recording): Promise<Outcome> {
  const wanted = recordedOutcome(recording);
  const before = new Set(place.range.lines());
  const filesBefore = await filesIn(place, wanted.files ?? []);
  const linesOf = (host: string, path: string): readonly string[] =>
    place.range
      .lines()
      .filter((line) => line.host === host && line.path === path && !before.has(line) && isCompared(line.text, recording.chance))
      .map(({ text }) => `${place.recorded(text)}\n`);
  const logs = (): Outcome["logs"] => mapLogs(wanted.logs, (_, host, path) => linesOf(host, path));
  const applied: AppliedEffect[] = [];
  const steps = await playSteps(place, recording.steps, applied);
  await place.rest(() => {
    const now = logs();
    return Object.entries(wanted.logs).every(([host, own]) =>
      Object.entries(own).every(([path, lines]) => (now[host]?.[path]?.length ?? 0) >= lines.length),
    );
  });
  const files = (await filesIn(place, wanted.files ?? [])).filter(
    ({ host, path }) => !filesBefore.some((file) => file.host === host && file.path === path),
  );
  const outcome = { steps, logs: logs(), files };
  for (const effect of applied.reverse()) await effect.revert();
  return outcome;
}

function mapLogs(logs: Outcome["logs"], map: (lines: readonly string[], host: string, path: string) => readonly string[]): Outcome["logs"] {
  return Object.fromEntries(
    Object.entries(logs).map(([host, own]) => [
      host,
      Object.fromEntries(Object.entries(own).map(([path, lines]) => [path, map(lines, host, path)])),
    ]),
  );
}

async function playSteps(place: Place, steps: readonly Step[], applied: AppliedEffect[]): Promise<readonly Step[]> {
  const played: Step[] = [];
  for (let at = 0; at < steps.length; ) {
    const step = steps[at] as Step;
    const dialogue = dialogueAt(steps, at);
    if (dialogue.length > 0) {
      played.push(...(await place.converse(dialogue)));
      at += dialogue.length;
      continue;
    }
    if (step.run !== undefined) {
      played.push({ ...step, ...(await run(place, step)) });
      await place.wait(0);
    } else {
      if (step.apply !== undefined) applied.push(await place.range.apply(effectHere(place, step.apply)));
      else if (step.revert !== undefined) await applied.pop()?.revert();
      else if (step.wait !== undefined) await place.wait(step.wait);
      else throw new Error(`a step of no known kind: ${JSON.stringify(step)}`);
      played.push(step);
    }
    at++;
  }
  return played;
}

/** The steps from here to where the last connection is closed; none where no connection is opened here. */
function dialogueAt(steps: readonly Step[], start: number): readonly Step[] {
  let open = 0;
  for (let at = start; at < steps.length; at++) {
    const { connect, close, run, apply, revert } = steps[at] as Step;
    if (run !== undefined || apply !== undefined || revert !== undefined) return steps.slice(start, at);
    if (connect !== undefined) open++;
    else if (open === 0) return steps.slice(start, at);
    else if (close === true && --open === 0) return steps.slice(start, at + 1);
  }
  return steps.slice(start);
}

/** An effect whose addresses are this range's. */
function effectHere(place: Place, effect: NonNullable<Step["apply"]>): NonNullable<Step["apply"]> {
  return JSON.parse(place.here(JSON.stringify(effect))) as NonNullable<Step["apply"]>;
}

async function run(place: Place, { at = "", run: commandLine = "", stdin }: Step): Promise<Pick<Step, "stdout" | "stderr" | "exit">> {
  const input = stdin === undefined ? {} : { stdin: place.here(stdin.join("")) };
  const { stdout, stderr, code } = await place.range.run(at, place.here(commandLine), input);
  return { stdout: asLines(place.recorded(stdout)), stderr: asLines(place.recorded(stderr)), exit: code };
}

/** Files beside the recorded ones: deliveries have names that nobody can foretell. */
async function filesIn(place: Place, wanted: readonly RecordedFile[]): Promise<readonly RecordedFile[]> {
  const folders = new Map(wanted.map(({ host, path }) => [`${host}:${path.slice(0, path.lastIndexOf("/"))}`, { host, path }]));
  const found: RecordedFile[] = [];
  for (const { host, path } of folders.values()) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    const { stdout } = await place.range.run(host, `ls -1 ${folder} 2>/dev/null`);
    for (const name of stdout.split("\n").filter((each) => each !== "")) {
      const content = (await place.range.run(host, `cat ${folder}/${name}`)).stdout;
      found.push({ host, path: `${folder}/${name}`, content: asLines(place.recorded(Buffer.from(content).toString())) });
    }
  }
  return found;
}
