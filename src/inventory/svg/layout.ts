import type { ClusterRow, DatabaseCard, HostBox, Model } from './model.ts';

/** The width at which a README shows pictures, so that text appears at its drawn size: 11 pixels at least. */
export const WIDTH = 840;
export const MARGIN = 16;
/** Space to the left of the data for the lines from volumes to dataviews. */
const GUTTER = 28;
export const DATA_X = MARGIN + GUTTER;
export const DATA_WIDTH = 312;
export const HOST_WIDTH = 376;
export const HOST_X = WIDTH - MARGIN - HOST_WIDTH;

export const PORT_HEIGHT = 23;
export const CARD_HEAD_HEIGHT = 54;
const HOST_HEAD_HEIGHT = 60;
const ROW_HEIGHT = 42;
export const ISSUE_LINE_HEIGHT = 15;
const GAP = 16;
export const VOLUME = { height: 40, step: 46 } as const;
const LEGEND_HEIGHT = 76;

export interface Placed<T> {
  readonly item: T;
  readonly x: number;
  readonly y: number;
  readonly height: number;
}

export type Layout = ReturnType<typeof layoutOf>;

/** Positions below `top`: data and volumes on the left, clusters in the boxes of their hosts on the right, with space for lines. */
export function layoutOf(model: Model, top: number) {
  const { hosts, rows, end: hostsEnd } = placeHosts(model, top);
  const { databases, portYs, end } = placeDatabases(model, top, rows);
  const first = end + (model.volumes.length === 0 ? 0 : 34);
  const volumes = model.volumes.map((item, at) => ({
    item,
    x: DATA_X,
    y: first + at * VOLUME.step,
    height: VOLUME.height,
  }));
  const usersY = first + volumes.length * VOLUME.step + 22;
  const height = Math.max(usersY + (model.users.length === 0 ? 0 : 30), hostsEnd, top + 120) + LEGEND_HEIGHT;
  return { top, databases, volumes, hosts, rows, portYs, usersY, height };
}

function placeHosts(model: Model, top: number) {
  const rows: Placed<ClusterRow>[] = [];
  let y = top;
  const hosts = model.hosts.map((item): Placed<HostBox> => {
    const start = y;
    y += item.group === undefined ? HOST_HEAD_HEIGHT - 20 : HOST_HEAD_HEIGHT;
    for (const row of item.rows) {
      const height = ROW_HEIGHT + row.issueLines.length * ISSUE_LINE_HEIGHT;
      rows.push({ item: row, x: HOST_X, y, height });
      y += height;
    }
    y += item.rows.length === 0 ? 0 : 8;
    const placed = { item, x: HOST_X, y: start, height: y - start };
    y += GAP;
    return placed;
  });
  return { hosts, rows, end: y };
}

function placeDatabases(model: Model, top: number, rows: readonly Placed<ClusterRow>[]) {
  const meanY = meanRowY(rows);
  /** The `y` at which the lines of a port start, by its key. */
  const portYs = new Map<string, number>();
  let y = top;
  const databases = model.databases
    .toSorted((a, b) => meanY(a) - meanY(b))
    .map((item): Placed<DatabaseCard> => {
      const start = y;
      portYs.set(item.database.id, y + 22);
      y += CARD_HEAD_HEIGHT + (item.failedLoad === undefined ? 0 : PORT_HEIGHT);
      for (const { key } of item.ports) {
        portYs.set(key, y + PORT_HEIGHT / 2);
        y += PORT_HEIGHT;
      }
      y += 6;
      const placed = { item, x: DATA_X, y: start, height: y - start };
      y += GAP;
      return placed;
    });
  return { databases, portYs, end: y };
}

/** The mean `y` of the clusters that are connected to a database. If databases are in the order of their means, few of the lines cross. */
function meanRowY(rows: readonly Placed<ClusterRow>[]) {
  return ({ database, ports }: DatabaseCard): number => {
    const keys = new Set([database.id, ...ports.map(({ key }) => key)]);
    const connected = rows.filter(({ item }) => item.links.some(({ port }) => keys.has(port)));
    return connected.length === 0 ? Infinity : connected.reduce((sum, { y }) => sum + y, 0) / connected.length;
  };
}
