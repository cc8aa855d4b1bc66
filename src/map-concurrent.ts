/** Runs `work` on every item, a bounded number at once. Returns the results in order; rejects with the first failure. */
export async function mapConcurrent<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  maxWorkers = MAX_WORKERS,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  let nextIndex = 0;
  const worker = async () => {
    for (let index = nextIndex++; index < items.length; index = nextIndex++)
      results[index] = await work(items[index] as T);
  };
  await Promise.all(Array.from({ length: Math.min(maxWorkers, items.length) }, worker));
  return results;
}

const MAX_WORKERS = 8;
