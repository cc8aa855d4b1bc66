import { byteSize } from '../kinds/amounts.ts';

export { counted, plural } from '../kinds/amounts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `3 d`, `9 h`, `12 min`: time since a moment, in the largest unit of which it has at least two, or in minutes. */
export function age(since: string | undefined, now: string): string | undefined {
  const ms = Date.parse(now) - Date.parse(since ?? '');
  if (Number.isNaN(ms)) return undefined;
  if (ms >= 2 * DAY) return `${Math.floor(ms / DAY)} d`;
  if (ms >= 2 * HOUR) return `${Math.floor(ms / HOUR)} h`;
  return `${Math.max(0, Math.floor(ms / MINUTE))} min`;
}

/** `2026-03-17 09:00`, in UTC. */
export function utcMinute(iso: string | undefined): string {
  const date = new Date(iso ?? '');
  return Number.isNaN(date.getTime()) ? '' : date.toISOString().slice(0, 16).replace('T', ' ');
}

/** `1.3 GB`, in decimal units, as for storage. */
export const bytes = (count: unknown): string => (Number.isFinite(Number(count)) ? byteSize(count) : '');

/** `64 GiB` for 65536, in binary units, as for memory. */
export function memory(mib: unknown): string {
  const value = Number(mib);
  if (!Number.isFinite(value)) return '';
  return value < 1024 ? `${value} MiB` : `${Number((value / 1024).toFixed(value < 10_240 ? 1 : 0))} GiB`;
}

/** Memory where rounding would hide a difference: `6000 MiB`, not `5.9 GiB`. */
export function exactMemory(mib: unknown): string {
  const text = memory(mib);
  return text === '' || Number.parseFloat(text) * 1024 === mib ? text : `${mib} MiB`;
}

/** The text or, if it is longer than `maxLength` characters, that many of them and an ellipsis. */
export const truncate = (text: string, maxLength: number) =>
  text.length > maxLength ? `${text.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '')}…` : text;

/** `2026-03-17 00:10:30`, in UTC. */
export const utcSecond = (iso: string) => iso.slice(0, 19).replace('T', ' ');

/** `2026-03-17T00:10Z`, without seconds. */
export const isoMinute = (iso: string | undefined) => iso?.replace(/:\d\d(?:\.\d+)?Z$/, 'Z');
