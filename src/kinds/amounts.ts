/** `1.3 GB`, in decimal units, as for storage. The bounds are those of the rounded values. */
export function byteSize(bytes: unknown): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = Number(bytes) || 0;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${value < 9.95 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `1 changeset`, `7 changesets`. */
export const count = (number: unknown, noun: string) =>
  `${Number(number) || 0} ${noun}${Number(number) === 1 ? '' : 's'}`;
