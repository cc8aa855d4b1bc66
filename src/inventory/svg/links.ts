import { DATA_WIDTH, DATA_X, HOST_X, type Layout, VOLUME } from './layout.ts';
import type { Model } from './model.ts';

const DATA_EDGE = DATA_X + DATA_WIDTH;
/** Lines to a cluster from data and from volumes end side by side. */
const LINE_OFFSET = 7;
const LANES = { first: 8, step: 6, room: 18 };

/** The lines from data to clusters; those to old data come last, so that they are on top. */
export function dataLinks({ rows, portYs }: Layout): string[] {
  const all = rows.flatMap(({ item, y, height }) =>
    item.links.flatMap(({ port, old, writes }) => {
      const portY = portYs.get(port);
      if (portY === undefined) return [];
      return [{ old, path: curve(lineStyle(old, writes), portY, y + height / 2 - LINE_OFFSET, { writes }) }];
    }),
  );
  return all.toSorted((a, b) => Number(a.old) - Number(b.old)).map(({ path }) => path);
}

function lineStyle(isOld: boolean, writes: boolean): string {
  if (isOld) return 'link-old';
  return writes ? 'link-writes' : 'link';
}

/** The lines from volumes to the clusters that use them, and in the gutter to the dataviews that are cached on them. */
export function volumeLinks({ rows, portYs, volumes }: Layout, { graph }: Model): string[] {
  const clusterYs = new Map(rows.map(({ item, y, height }) => [item.cluster.id, y + height / 2 + LINE_OFFSET]));
  const cached = volumes.filter(({ item }) => graph.edges.some(({ to, from }) => to === item.id && portYs.has(from)));
  const step = Math.min(LANES.step, LANES.room / Math.max(1, cached.length - 1));
  return volumes.flatMap((volume) => {
    const middle = volume.y + VOLUME.height / 2;
    const dependents = new Set(graph.edges.filter(({ to }) => to === volume.item.id).map(({ from }) => from));
    const lane = DATA_X - LANES.first - cached.indexOf(volume) * step;
    return [...dependents].flatMap((id) => {
      const clusterY = clusterYs.get(id);
      if (clusterY !== undefined) return [curve('link-volume', middle, clusterY, { writes: true })];
      const dataviewY = portYs.get(id);
      if (dataviewY === undefined) return [];
      return [
        `<path d="M${DATA_X} ${middle}H${lane}V${dataviewY}H${DATA_X - 1}" class="link-volume"/>${head('link-volume', DATA_X, dataviewY, 1)}`,
      ];
    });
  });
}

/** A curve between a cluster and its data or a volume. The arrowhead is at the cluster or, if the cluster writes, at the other end. */
function curve(kind: string, dataY: number, clusterY: number, { writes }: { readonly writes: boolean }): string {
  const bend = (HOST_X - DATA_EDGE) / 2;
  const [x1, x2] = [DATA_EDGE + (writes ? 6 : 0), HOST_X - (writes ? 0 : 6)];
  const path = `<path d="M${x1} ${dataY}C${x1 + bend} ${dataY} ${x2 - bend} ${clusterY} ${x2} ${clusterY}" class="${kind}"/>`;
  return path + (writes ? head(kind, DATA_EDGE, dataY, -1) : head(kind, HOST_X, clusterY, 1));
}

/** An arrowhead whose tip is at a point, to the right or to the left. */
const head = (kind: string, x: number, y: number, direction: 1 | -1) =>
  `<path d="M${x} ${y}l${-8 * direction} -4v8z" class="head ${kind}"/>`;
