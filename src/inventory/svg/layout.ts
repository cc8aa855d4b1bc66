import type { ClusterRow, DatabaseCard, HostBox, Model } from './model.ts';

export const DATA_WIDTH = 408;
export const HOST_WIDTH = 728;
export const MARGIN = 32;
export const TOP = 212;

const LINES = 240;
const PORT = 24;
const CARD_HEAD = 58;
const HOST_HEAD = 50;
const GAP = 18;
const EMPTY_HOST = 62;
/** With more clusters than this the hosts stand on both sides of the data. */
const ONE_SIDE = 24;

export interface Placed<T> {
  readonly of: T;
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

/** Where things stand: data, and clusters in the boxes of their hosts beside it, with room for lines between them. */
export interface Layout {
  /** Left edges: of the data, and of each column of hosts. */
  readonly dataX: number;
  readonly hostX: readonly number[];
  readonly databases: readonly Placed<DatabaseCard>[];
  readonly hosts: readonly Placed<HostBox>[];
  readonly rows: readonly Placed<ClusterRow>[];
  /** The height at which the lines of a port start, by its key. */
  readonly ports: ReadonlyMap<string, number>;
  /** Where the volumes and users stand: below the shortest column. */
  readonly volumes: { readonly x: number; readonly y: number; readonly perRow: number };
  readonly width: number;
  readonly height: number;
}

/** A row is taller where something has to be said about it. */
export const isTall = (row: ClusterRow, { marks }: Model) => {
  const mark = marks.get(row.cluster.id)?.mark;
  return mark === 'failed' || mark === 'behind';
};

export const VOLUME = { width: 198, height: 46, step: 54, gap: 12 } as const;

export function layoutOf(model: Model): Layout {
  const clusters = model.hosts.reduce((sum, { rows }) => sum + rows.length, 0);
  const dataX = clusters > ONE_SIDE ? MARGIN + HOST_WIDTH + LINES : MARGIN;
  const beyond = dataX + DATA_WIDTH + LINES;
  const hostX = clusters > ONE_SIDE ? [MARGIN, beyond] : [beyond];
  const { hosts, rows, ends } = placeHosts(model, hostX, clusters > ONE_SIDE ? 28 : 34);
  const { databases, ports, end } = placeDatabases(model, dataX, rows);
  const columns = [{ x: dataX, end, perRow: 2 }, ...hostX.map((x, at) => ({ x, end: ends[at] ?? TOP, perRow: 3 }))];
  const shortest = clusters > ONE_SIDE ? columns.toSorted((a, b) => a.end - b.end)[0] : columns[0];
  const { x, end: above, perRow } = shortest ?? { x: dataX, end, perRow: 2 };
  const volumes = { x, y: above + 22, perRow };
  const below = volumes.y + Math.ceil(model.volumes.length / perRow) * VOLUME.step + 60;
  const height = Math.max(below, end, ...ends, TOP + 120) + 56;
  return { dataX, hostX, databases, hosts, rows, ports, volumes, width: beyond + HOST_WIDTH + MARGIN, height };
}

/** Each host goes to the column that is shortest so far; the hosts come largest first. */
function placeHosts(model: Model, columns: readonly number[], pitch: number) {
  const ends = columns.map(() => TOP);
  const rows: Placed<ClusterRow>[] = [];
  const hosts = model.hosts.map((of): Placed<HostBox> => {
    const column = ends.indexOf(Math.min(...ends));
    const x = columns[column] ?? 0;
    const start = ends[column] ?? TOP;
    let y = start + HOST_HEAD;
    for (const row of of.rows) {
      const height = pitch + (isTall(row, model) ? 16 : 0);
      rows.push({ of: row, x, y, height });
      y += height;
    }
    y = of.rows.length === 0 ? start + EMPTY_HOST : y + 10;
    ends[column] = y + GAP;
    return { of, x, y: start, height: y - start };
  });
  return { hosts, rows, ends };
}

function placeDatabases(model: Model, x: number, rows: readonly Placed<ClusterRow>[]) {
  const reach = heightsOf(rows);
  const ports = new Map<string, number>();
  let y = TOP;
  const databases = model.databases
    .toSorted((a, b) => reach(a) - reach(b))
    .map((of): Placed<DatabaseCard> => {
      const start = y;
      ports.set(of.database.id, y + 24);
      y += CARD_HEAD + (of.failedIngest === undefined ? 0 : PORT);
      for (const { key } of of.ports) {
        ports.set(key, y + PORT / 2);
        y += PORT;
      }
      y += 8;
      const placed = { of, x, y: start, height: y - start };
      y += GAP;
      return placed;
    });
  return { databases, ports, end: y };
}

/** The mean height of the clusters that hang on a database, so that lines cross as little as can be. */
function heightsOf(rows: readonly Placed<ClusterRow>[]) {
  return ({ database, ports }: DatabaseCard): number => {
    const keys = new Set([database.id, ...ports.map(({ key }) => key)]);
    const hanging = rows.filter(({ of }) => of.links.some(({ port }) => keys.has(port)));
    return hanging.length === 0 ? Infinity : hanging.reduce((sum, { y }) => sum + y, 0) / hanging.length;
  };
}

export { CARD_HEAD, PORT };
