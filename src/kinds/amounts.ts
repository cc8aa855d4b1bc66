/** `1.3 GB`, in decimal units, as for storage. The unit follows from the rounded value: 999,500 is `1.0 MB`, not `1000 kB`. */
export function byteSize(bytes: unknown): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let value = Number(bytes) || 0;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit += 1) value /= 1000;
  return `${value < 9.95 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** `1200 GB of SSD_1000`; undefined if the size is unknown. */
export const diskText = ({ size, type }: Disk = {}): string | undefined =>
  size === undefined ? undefined : `${size} GB${type === undefined ? '' : ` of ${type}`}`;

interface Disk {
  readonly size?: number | undefined;
  readonly type?: string | undefined;
}

/** `3 databases`, with the right plural; `? databases` if the number is unknown. */
export const counted = (kind: string, size: unknown): string => `${size ?? '?'} ${size === 1 ? kind : plural(kind)}`;

/** `databases` for `database`. */
export function plural(kind: string): string {
  if (kind.endsWith('y')) return `${kind.slice(0, -1)}ies`;
  return kind.endsWith('s') ? kind : `${kind}s`;
}
