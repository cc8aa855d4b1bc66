/** Runs work with the same key in sequence, first come, first served; other work runs beside it. */
export function sequencePerKey(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return <T>(key: string, work: () => Promise<T>) => {
    const run = (last.get(key) ?? Promise.resolve()).then(work);
    const settled: Promise<unknown> = run
      .catch(() => {})
      .then(() => {
        if (last.get(key) === settled) last.delete(key);
      });
    last.set(key, settled);
    return run;
  };
}
