/** One figure of a benchmark. Lower is better; `budget` is what it must not exceed on a quiet core. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: "ms" | "KB" | "MiB" | "ratio" | "per s" | "per key";
  readonly budget?: number;
  /** For times: the figure over the calibration loop of the same run, which a slow or busy machine stretches alike. */
  readonly ratio?: number;
}

export interface Benchmark {
  readonly name: string;
  run(): Promise<readonly Measurement[]>;
}

/** CPU time that the work takes in this process, milliseconds. */
export async function cpuMs(work: () => Promise<unknown> | unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const used = process.cpuUsage(before);
  return (used.user + used.system) / 1000;
}

/** The median of several runs of the work. */
export async function medianCpuMs(runs: number, work: () => Promise<unknown> | unknown): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await cpuMs(work));
  times.sort((left, right) => left - right);
  return times[Math.floor(times.length / 2)] as number;
}

/** What the calibration loop takes on a quiet core: the absolute budgets are meant for such a one. */
const quietCalibrationMs = 20;

/** Whether a figure is over its budget; times are first brought to a quiet core by the calibration loop of the same run. */
export function exceeds({ value, ratio, budget }: Measurement): boolean {
  if (budget === undefined) return false;
  return ratio === undefined ? value > budget : ratio * quietCalibrationMs > budget;
}

/** A fixed piece of work (hashing numbers into a table): about 20 ms on a core of 2024. The unit of all ratios. */
export function calibrate(): Promise<number> {
  return medianCpuMs(9, () => {
    const table = new Map<number, number>();
    let value = 1;
    for (let index = 0; index < 400_000; index++) {
      value = (Math.imul(value, 1_664_525) + 1_013_904_223) | 0;
      table.set(value & 0xffff, index);
    }
    return table.size;
  });
}

/** A measurement of time with its ratio to the calibration loop. */
export function timed(name: string, ms: number, calibrationMs: number, budget?: number): Measurement {
  const rounded = Math.round(ms * 100) / 100;
  return {
    name,
    value: rounded,
    unit: "ms",
    ratio: Math.round((ms / calibrationMs) * 100) / 100,
    ...(budget === undefined ? {} : { budget }),
  };
}

/** The garbage collector on demand, so that what is counted is what is held. */
export async function collector(): Promise<() => void> {
  const { setFlagsFromString } = await import("node:v8");
  const { runInNewContext } = await import("node:vm");
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}
