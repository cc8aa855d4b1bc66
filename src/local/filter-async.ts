export async function filterAsync<T>(
  items: readonly T[],
  predicate: (item: T, index: number) => boolean | Promise<boolean>,
): Promise<T[]> {
  const verdicts = await Promise.all(items.map(predicate));
  return items.filter((_, index) => verdicts[index]);
}
