/** One timer of a virtual clock. `live` turns false when it has fired or was cleared. */
export interface VirtualTimer {
  readonly atMs: number;
  readonly sequence: number;
  readonly callback: () => void;
  live: boolean;
}

/**
 * Timers in the order (time, sequence): what fires first stands on top. Cleared timers stay in place until they surface
 * or outnumber the live ones, so that clearing costs nothing (most timeouts are cleared, few fire).
 */
export interface TimerHeap {
  /** Timers that will still fire. */
  readonly size: number;
  add(timer: VirtualTimer): void;
  clear(timer: VirtualTimer): void;
  /** The next live timer, left in place. */
  peek(): VirtualTimer | undefined;
  /** Takes the next live timer out; it is no longer live. */
  take(): VirtualTimer | undefined;
}

/** Below this many entries a sweep is not worth its trouble. */
const SWEEP_FROM = 64;

export function createTimerHeap(): TimerHeap {
  let entries: VirtualTimer[] = [];
  let live = 0;

  const dropCleared = (): void => {
    while (entries.length > 0 && !(entries[0] as VirtualTimer).live) removeTop(entries);
  };

  return {
    get size() {
      return live;
    },
    add(timer) {
      live++;
      entries.push(timer);
      siftUp(entries, entries.length - 1);
    },
    clear(timer) {
      if (!timer.live) return;
      timer.live = false;
      live--;
      if (entries.length < SWEEP_FROM || live * 2 > entries.length) return;
      // A sorted array is a heap.
      entries = entries.filter((entry) => entry.live).sort((left, right) => (before(left, right) ? -1 : 1));
    },
    peek() {
      dropCleared();
      return entries[0];
    },
    take() {
      dropCleared();
      const timer = entries[0];
      if (timer === undefined) return undefined;
      removeTop(entries);
      timer.live = false;
      live--;
      return timer;
    },
  };
}

function before(left: VirtualTimer, right: VirtualTimer): boolean {
  return left.atMs < right.atMs || (left.atMs === right.atMs && left.sequence < right.sequence);
}

function removeTop(entries: VirtualTimer[]): void {
  const last = entries.pop() as VirtualTimer;
  if (entries.length === 0) return;
  entries[0] = last;
  siftDown(entries, 0);
}

function siftUp(entries: VirtualTimer[], from: number): void {
  const timer = entries[from] as VirtualTimer;
  let index = from;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = entries[parent] as VirtualTimer;
    if (!before(timer, above)) break;
    entries[index] = above;
    index = parent;
  }
  entries[index] = timer;
}

function siftDown(entries: VirtualTimer[], from: number): void {
  const timer = entries[from] as VirtualTimer;
  let index = from;
  for (;;) {
    const left = 2 * index + 1;
    if (left >= entries.length) break;
    const right = left + 1;
    const child = right < entries.length && before(entries[right] as VirtualTimer, entries[left] as VirtualTimer) ? right : left;
    const below = entries[child] as VirtualTimer;
    if (!before(below, timer)) break;
    entries[index] = below;
    index = child;
  }
  entries[index] = timer;
}
