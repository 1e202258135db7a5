import { openEmbeddedEngine } from "../src/engines/embedded/standard.ts";
import { catalogue } from "../src/scenario/catalogue.ts";
import { loadLibrary, readScenarioFiles } from "../src/scenario/load-library.ts";
import { compileFor } from "../src/scenario/stage.ts";
import { foldSession, learnerMachine } from "../src/session/learner-machine.ts";
import { viewOf } from "../src/session/session-view.ts";
import { layoutOf, openingModel, type PlayModel } from "../src/tui/play/model.ts";
import { PlayScreen } from "../src/tui/play/play-screen.tsx";
import { createShells } from "../src/tui/play/shells.ts";
import { openSurface } from "../src/tui/surface.ts";
import { type Benchmark, calibrate, cpuMs, type Measurement, timed } from "./benchmark.ts";

const keys = 400;

/** What a key costs from the shell's echo to the terminal, and what a change of the session costs through Ink. */
export const screenBenchmarks: readonly Benchmark[] = [
  {
    name: "screen",
    run: async () => {
      const calibrationMs = await calibrate();
      const sizes = [
        { columns: 80, rows: 24 },
        { columns: 120, rows: 40 },
        { columns: 200, rows: 60 },
      ];
      const figures: Measurement[] = [];
      for (const size of sizes) figures.push(...(await measure(size, calibrationMs)));
      return figures;
    },
  },
];

async function measure(size: PlayModel["size"], calibrationMs: number): Promise<readonly Measurement[]> {
  const [scenario] = loadLibrary(readScenarioFiles("."), catalogue).scenarios;
  if (scenario === undefined) throw new Error("there is no scenario to show");
  const compiled = await compileFor(openEmbeddedEngine(), scenario, 0, catalogue);
  const view = viewOf(foldSession(learnerMachine(true), [{ type: "begin" }]), compiled);
  let bytes = 0;
  const surface = openSurface({
    output: { ...size, write: (text) => (bytes += text.length) >= 0, onDrain: () => () => {}, onResize: () => () => {} },
    keyboard: { open: () => () => {} },
    capabilities: { colour: true, unicode: true },
    // Each key is drawn for itself: none waits for the next frame.
    clock: { now: () => 0, setTimeout: (callback) => callback(), clearTimeout: () => {} },
    signal: new AbortController().signal,
    foreground: { atEnd: () => () => {}, onStop: () => () => {}, stop: () => {} },
  });
  const model = openingModel({ view, engine: "embedded", size, host: "desk", time: "08:14" });
  const { shell } = layoutOf(size, false);
  const shells = createShells(shell);
  const show = (time: string): void => surface.show(PlayScreen({ model: { ...model, time } }), (grid) => shells.draw("desk", grid, shell));
  let drawn = (): void => {};
  shells.onChange({
    changed: () => {
      surface.refresh();
      drawn();
    },
    answer: () => {},
    ended: () => {},
  });
  const hear = (output: string): Promise<void> =>
    new Promise((resolve) => {
      drawn = resolve;
      shells.hear("desk", output);
    });
  show("08:14");
  // A screenful of log, as where one types.
  await hear("Nov 30 08:12:00 mx2 postfix/smtpd[886]: lost connection after EHLO\r\n".repeat(size.rows));
  const type = async (): Promise<void> => {
    for (let key = 0; key < keys; key++) await hear("abcdefghij "[key % 11] as string);
  };
  await type();
  bytes = 0;
  const keyMs = (await cpuMs(type)) / keys;
  const bytesPerKey = bytes / keys;
  const rerender = (): void => {
    for (let turn = 0; turn < 20; turn++) show(`08:${10 + turn}`);
  };
  rerender();
  const renderMs = (await cpuMs(rerender)) / 20;
  surface.close();
  shells.close();
  const name = `screen ${size.columns}x${size.rows}`;
  return [
    timed(`${name}: a key, from echo to terminal`, keyMs, calibrationMs, 1),
    { name: `${name}: characters written for a key`, value: Math.round(bytesPerKey), unit: "per key", budget: 80 },
    timed(`${name}: a change of the session, through Ink`, renderMs, calibrationMs),
  ];
}
