import type { LogDialect, LogReader } from "../daemons/daemon.ts";
import type { Event, LogLine } from "../world/event.ts";
import { createTracer, type Tracer } from "./tracer.ts";

/** A line, and the event that its daemon's dialect reads in it; undefined where it reads none. */
export interface ReadLine {
  readonly line: LogLine;
  readonly event: Event | undefined;
}

/**
 * Reads a range's log lines as they come, each with the dialect of its daemon; each log has a reader of its own. The event's host is
 * the one whose log it is: two hosts of different organisations may well call themselves `mail` in their stamps.
 */
export function createLineReader(dialects: readonly LogDialect[]): (line: LogLine) => ReadLine {
  const readers = new Map<string, LogReader | undefined>();
  return (line) => {
    const key = `${line.host} ${line.path}`;
    if (!readers.has(key)) {
      const dialect = dialects.find(({ daemon }) => daemon === line.daemon);
      readers.set(key, dialect?.reader({ year: new Date(line.atMs).getUTCFullYear(), host: line.host }));
    }
    const event = readers.get(key)?.read(line.text);
    return { line, event: event === undefined ? undefined : { ...event, host: line.host } };
  };
}

/** Reads a range's log lines, in their order. */
export function readLines(lines: readonly LogLine[], dialects: readonly LogDialect[]): ReadLine[] {
  return lines.map(createLineReader(dialects));
}

/** Reads a range's log lines into a tracer. */
export function traceLines(lines: readonly LogLine[], dialects: readonly LogDialect[]): Tracer {
  return traceRead(readLines(lines, dialects));
}

/** Gives lines that are read already to a tracer. */
export function traceRead(read: readonly ReadLine[]): Tracer {
  const tracer = createTracer();
  for (const each of read) give(tracer, each);
  return tracer;
}

/** A tracer that is given lines as they come. */
export function createLineTracer(dialects: readonly LogDialect[]): { readonly tracer: Tracer; readonly add: (line: LogLine) => void } {
  const tracer = createTracer();
  const read = createLineReader(dialects);
  return { tracer, add: (line) => give(tracer, read(line)) };
}

function give(tracer: Tracer, { line, event }: ReadLine): void {
  if (event === undefined) tracer.skip(line.text);
  else tracer.add(event, line);
}
