/** Runs work; work with the same key runs one after another, in the order of arrival. */
export type Turns = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export function turns(): Turns {
  const last = new Map<string, Promise<void>>();
  return (key, work) => {
    const turn = (last.get(key) ?? Promise.resolve()).then(work);
    const end = () => {
      if (last.get(key) === ended) last.delete(key);
    };
    const ended = turn.then(end, end);
    last.set(key, ended);
    return turn;
  };
}
