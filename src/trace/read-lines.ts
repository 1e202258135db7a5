import type { LogDialect, LogReader } from "../daemons/daemon.ts";
import type { LogLine } from "../world/event.ts";
import { createTracer, type Tracer } from "./tracer.ts";

/**
 * Reads a range's log lines into a tracer, each with the dialect of its daemon. The host is the one whose log it is:
 * two hosts of different organisations may well call themselves `mail` in their stamps.
 */
export function traceLines(lines: readonly LogLine[], dialects: readonly LogDialect[]): Tracer {
  const tracer = createTracer();
  const readers = new Map<string, LogReader | undefined>();
  for (const line of lines) {
    const key = `${line.host} ${line.path}`;
    let reader = readers.get(key);
    if (reader === undefined && !readers.has(key)) {
      const dialect = dialects.find(({ daemon }) => daemon === line.daemon);
      reader = dialect?.reader({ year: new Date(line.atMs).getUTCFullYear(), host: line.host });
      readers.set(key, reader);
    }
    const event = reader?.read(line.text);
    if (event === undefined) tracer.skip(line.text);
    else tracer.add({ ...event, host: line.host }, line);
  }
  return tracer;
}
