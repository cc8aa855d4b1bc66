import { readFileSync } from 'node:fs';

/** Median of a sample. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** The ratio of our figure to the other's, run by run, so that what slows down both at once does not count. */
export const pairRatios = (ours: readonly number[], others: readonly number[]): number[] =>
  ours.map((value, at) => value / (others[at] as number));

/** The items in random order, so that no contestant of a bench always comes first. */
export function shuffled<T>(items: readonly T[]): T[] {
  return items
    .map((item) => ({ item, place: Math.random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}

/** `median (lowest to highest)` with a unit. */
export function spread(values: readonly number[], unit: string): string {
  const digits = (value: number) => value.toFixed(value < 10 ? 2 : 0);
  return `${digits(median(values))} ${unit} (${digits(Math.min(...values))} to ${digits(Math.max(...values))})`;
}

/** A line with the figure, the aim, and whether the aim was met. */
export function verdict(what: string, figure: number, aim: number, better: 'at most' | 'at least'): string {
  const met = better === 'at most' ? figure <= aim : figure >= aim;
  return `${met ? 'ok  ' : 'MISS'} ${what}: ${figure.toFixed(2)} (aim: ${better} ${aim})`;
}

/** How many times per second this many concurrent workers complete the work, measured for `ms` milliseconds. */
export async function rate(workers: number, ms: number, work: (worker: number) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  let done = 0;
  const worker = async (at: number) => {
    for (; performance.now() - start < ms; done += 1) await work(at);
  };
  await Promise.all(Array.from({ length: workers }, (_, at) => worker(at)));
  return Math.round((done * 1_000) / (performance.now() - start));
}

/** The memory of a process in MB: the current value or the peak; NaN if /proc does not show it. */
export function megabytesOf(pid: number | undefined, which: 'VmRSS' | 'VmHWM'): number {
  try {
    return Number(new RegExp(`${which}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

/** The CPU time of a process so far, in seconds; NaN if /proc does not show it. */
export function cpuSeconds(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

/** The value of `--name=VALUE` on the command line. */
export const optionOf = (name: string): string | undefined =>
  process.argv.find((word) => word.startsWith(`--${name}=`))?.slice(`--${name}=`.length);
