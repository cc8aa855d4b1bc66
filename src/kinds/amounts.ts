/** `1.3 GB`, in decimal units, as for storage. */
export function byteSize(bytes: unknown): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = Number(bytes) || 0;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `1 changeset`, `7 changesets`. */
export const count = (number: unknown, noun: string) =>
  `${Number(number) || 0} ${noun}${Number(number) === 1 ? '' : 's'}`;
