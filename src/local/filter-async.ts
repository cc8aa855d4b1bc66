/** `Array.filter` with an asynchronous condition. */
export async function filterAsync<T>(
  items: readonly T[],
  holds: (item: T, index: number) => boolean | Promise<boolean>,
): Promise<T[]> {
  const verdicts = await Promise.all(items.map(holds));
  return items.filter((_, index) => verdicts[index]);
}
