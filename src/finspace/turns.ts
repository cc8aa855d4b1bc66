/** Items that wait, in a fair order. */
export interface Turns<T> {
  readonly size: number;
  add(item: T): void;
  take(): T | undefined;
}

/** Takes items in turn by the first key, those with the same first key in turn by the second, and so on; else oldest first. */
export function inTurn<T>([keyOf, ...others]: readonly ((item: T) => unknown)[]): Turns<T> {
  if (keyOf === undefined) return oldestFirst();
  const lanes = new Map<unknown, Turns<T>>();
  let size = 0;
  return {
    get size() {
      return size;
    },
    add(item) {
      const key = keyOf(item);
      const lane = lanes.get(key) ?? inTurn(others);
      lanes.set(key, lane);
      lane.add(item);
      size += 1;
    },
    take() {
      for (const [key, lane] of lanes) {
        const item = lane.take();
        // The lane that was served goes to the end.
        lanes.delete(key);
        if (lane.size > 0) lanes.set(key, lane);
        size -= 1;
        return item;
      }
      return undefined;
    },
  };
}

function oldestFirst<T>(): Turns<T> {
  const items: T[] = [];
  return {
    get size() {
      return items.length;
    },
    add: (item) => void items.push(item),
    take: () => items.shift(),
  };
}
