/** Items that wait, in a fair order. */
export interface FairQueue<T> {
  readonly isEmpty: boolean;
  add(item: T): void;
  /** Removes an item that no longer waits. */
  remove(item: T): void;
  take(): T | undefined;
}

/** Takes items in turn by the first key, those with the same first key in turn by the second, and so on; else oldest first. */
export function fairQueue<T>([keyOf, ...others]: readonly ((item: T) => unknown)[]): FairQueue<T> {
  if (keyOf === undefined) return oldestFirst();
  /** None of them is empty. */
  const lanes = new Map<unknown, FairQueue<T>>();
  return {
    get isEmpty() {
      return lanes.size === 0;
    },
    add(item) {
      const key = keyOf(item);
      const lane = lanes.get(key) ?? fairQueue(others);
      lanes.set(key, lane);
      lane.add(item);
    },
    remove(item) {
      const key = keyOf(item);
      const lane = lanes.get(key);
      lane?.remove(item);
      if (lane?.isEmpty) lanes.delete(key);
    },
    take() {
      for (const [key, lane] of lanes) {
        const item = lane.take();
        // The lane that was served goes to the end.
        lanes.delete(key);
        if (!lane.isEmpty) lanes.set(key, lane);
        return item;
      }
      return undefined;
    },
  };
}

function oldestFirst<T>(): FairQueue<T> {
  const items = new Set<T>();
  return {
    get isEmpty() {
      return items.size === 0;
    },
    add: (item) => void items.add(item),
    remove: (item) => void items.delete(item),
    take() {
      const [oldest] = items;
      if (oldest !== undefined) items.delete(oldest);
      return oldest;
    },
  };
}
