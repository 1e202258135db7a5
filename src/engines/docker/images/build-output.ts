import { createInterface } from "node:readline";

/** One report of the engine while it builds, pulls, imports or loads: JSON documents, one a line. */
interface EngineReport {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
}

/**
 * Reads an engine's reports to their end.
 * @param heed is given each line of text as it comes
 * @returns the error that the engine ended with, if it did
 */
export async function readReports(reports: NodeJS.ReadableStream, heed: (line: string) => void = () => {}): Promise<string | undefined> {
  let error: string | undefined;
  let partial = "";
  const take = (text: string): void => {
    const parts = (partial + text.replace(colour, "")).split(/\r?\n|\r/);
    partial = parts.pop() ?? "";
    for (const line of parts) if (line.trim() !== "") heed(line);
  };
  // A stream that breaks is told by its own event; readline swallows it.
  const failure = new Promise<never>((_resolve, reject) => reports.once("error", reject));
  const reading = (async () => {
    for await (const line of createInterface({ input: reports, crlfDelay: Number.POSITIVE_INFINITY })) {
      const report = parseReport(line);
      error ??= report.error;
      if (report.stream !== undefined) take(report.stream);
      if (report.status !== undefined) take(`${report.status}\n`);
    }
  })();
  await Promise.race([reading, failure]);
  take("\n");
  return error;
}

/** The engine paints what a build prints on standard error. */
const colour = /\x1b\[[0-9;]*m/g;

function parseReport(line: string): EngineReport {
  if (line.trim() === "") return {};
  try {
    return JSON.parse(line) as EngineReport;
  } catch {
    return { stream: `${line}\n` };
  }
}
