import { isWithin } from "./path.ts";

/** File systems with a limit, by mount point; a path that none covers has room. */
export interface Disks {
  freeBytes(path: string): number;
  /** `undefined` takes the limit away. */
  limit(mountPoint: string, freeBytes: number | undefined): void;
  /** Takes bytes (gives them back when negative). False when there are not that many. */
  take(path: string, bytes: number): boolean;
  all(): readonly { readonly mountPoint: string; readonly freeBytes: number }[];
  clone(): Disks;
}

export function createDisks(limits: ReadonlyMap<string, number> = new Map()): Disks {
  const free = new Map(limits);
  const mountPointOf = (path: string): string | undefined => {
    let found: string | undefined;
    for (const point of free.keys()) {
      if (isWithin(path, point) && (found === undefined || point.length > found.length)) found = point;
    }
    return found;
  };
  return {
    freeBytes(path) {
      const point = mountPointOf(path);
      return point === undefined ? Number.POSITIVE_INFINITY : (free.get(point) as number);
    },
    limit(point, freeBytes) {
      if (freeBytes === undefined) free.delete(point);
      else free.set(point, freeBytes);
    },
    take(path, bytes) {
      if (free.size === 0 || bytes === 0) return true;
      const point = mountPointOf(path);
      if (point === undefined) return true;
      const left = (free.get(point) as number) - bytes;
      if (bytes > 0 && left < 0) return false;
      free.set(point, left);
      return true;
    },
    all: () => [...free].map(([mountPoint, freeBytes]) => ({ mountPoint, freeBytes })),
    clone: () => createDisks(free),
  };
}
