import { statusClass } from '../../kinds/statuses.ts';
import type { GraphEntity } from '../graph-types.ts';
import { age, counted, memory } from '../units.ts';
import { box, cardClasses, group } from './boxes.ts';
import { HOST_WIDTH, ISSUE_LINE_HEIGHT, type Placed } from './layout.ts';
import type { ClusterRow, HostBox, Model } from './model.ts';
import { textAt, tip } from './text.ts';
import { glyph } from './theme.ts';

const BAR_WIDTH = 130;
const INSET = 34;
const PADDING = 14;

/** The box of a host with its name, machine and memory; it contains the host's clusters. */
export function hostBox(
  { item: { group: host, rows }, x, y, height }: Placed<HostBox>,
  { healthById, graph }: Model,
): string {
  const health = healthById.get(host?.id ?? '')?.health ?? 'ok';
  const rightEdge = x + HOST_WIDTH - PADDING;
  const card = box({ x, y, width: HOST_WIDTH, height, rx: 10 }, cardClasses(health));
  if (host === undefined)
    return group(
      card,
      textAt(x + 16, y + 26, 'Dedicated nodes', { class: 'name' }),
      textAt(rightEdge, y + 26, counted('cluster', rows.length), { class: 'small soft', alignEnd: true }),
    );
  const { hostType, zone } = host.facts;
  const use = memoryUse(host);
  const isUnused = health === 'unused';
  const created = age(host.created, graph.readAt);
  const subtitle = isUnused
    ? ['unused', ...(created === undefined ? [] : [`created ${created} ago`])].join(' · ')
    : use;
  const type = [hostType, host.status === 'ACTIVE' ? undefined : host.status].filter(Boolean).join(' · ');
  return group(
    tip(host.name, [hostType, zone].filter(Boolean).join(' in '), use, host.statusReason),
    card,
    glyph(health, x + 19, y + 22),
    textAt(x + INSET, y + 26, host.name, { class: 'name', width: 150, letter: 8 }),
    textAt(rightEdge, y + 26, type, { class: 'soft', alignEnd: true, width: 174 }),
    subtitle === undefined
      ? ''
      : textAt(x + INSET, y + 45, subtitle, { class: `small ${isUnused ? 'unused' : 'soft'}` }),
    memoryBar(host, rightEdge - BAR_WIDTH, y + 35),
  );
}

/** `40 GiB of 64 GiB reserved`; undefined if the memory of the machine is unknown. */
function memoryUse({ facts: { memoryMiB, reservedMiB } }: GraphEntity): string | undefined {
  if (memoryMiB === undefined) return undefined;
  if (reservedMiB === undefined) return `${memory(memoryMiB)}; some clusters on it could not be read`;
  return `${reservedMiB === 0 ? 'none' : memory(reservedMiB)} of ${memory(memoryMiB)} reserved`;
}

/** The share of the memory that is reserved; empty if either is unknown. */
function memoryBar({ facts: { memoryMiB, reservedMiB } }: GraphEntity, x: number, y: number): string {
  if (memoryMiB === undefined || reservedMiB === undefined) return '';
  const share = Math.min(1, Number(reservedMiB) / Number(memoryMiB));
  const bar = (width: number, classes: string) => box({ x, y, width, height: 12, rx: 6 }, classes);
  const reserved =
    share === 0 ? '' : bar(Math.max(12, Math.round(BAR_WIDTH * share)), share > 0.9 ? 'full-bar' : 'bar');
  return bar(BAR_WIDTH, 'track') + reserved;
}

/** One cluster: name, status, type, nodes and size, and below them its problems. */
export function clusterRow({ item: row, x, y, height }: Placed<ClusterRow>, model: Model): string {
  const { cluster, size, issueLines } = row;
  const { health } = model.healthById.get(cluster.id) ?? { health: 'ok' };
  const rightEdge = x + HOST_WIDTH - PADDING;
  const { type, description } = cluster.facts;
  const since = age(cluster.modified ?? cluster.created, model.graph.readAt);
  const duration = statusClass(cluster.status) === 'failed' ? `${since} ago` : `for ${since}`;
  const state = [cluster.status, since === undefined ? undefined : duration].filter(Boolean).join(' ');
  const width = HOST_WIDTH - INSET - PADDING;
  return group(
    tip(cluster.name, description, cluster.status, cluster.statusReason, issueLines.join(' ')),
    health === 'ok'
      ? ''
      : box({ x: x + 6, y: y + 1, width: HOST_WIDTH - 12, height: height - 2, rx: 7 }, `bg-${health}`),
    glyph(health, x + 21, y + 14),
    textAt(x + INSET, y + 18, cluster.name, { class: 'name', width: 168, letter: 8 }),
    cluster.status === 'RUNNING'
      ? ''
      : textAt(rightEdge, y + 18, state, {
          class: `small ${health === 'ok' ? 'soft' : health}`,
          alignEnd: true,
          width: 156,
          letter: 6,
        }),
    textAt(x + INSET, y + 34, type, { class: 'tag', width: 96 }),
    nodes(cluster.facts, x + INSET + 102, y + 30),
    textAt(rightEdge, y + 34, size, { class: 'small soft', alignEnd: true, width: 130, letter: 6 }),
    ...issueLines.map((line, at) =>
      textAt(x + INSET, y + 49 + at * ISSUE_LINE_HEIGHT, line, { class: `small ${health}`, width, letter: 5.8 }),
    ),
  );
}

const MAX_NODES = 6;

/** A square for each node, hollow while the node is being provisioned. */
function nodes({ nodesRunning = 0, nodesProvisioning = 0 }: Readonly<Record<string, unknown>>, x: number, y: number) {
  const all = [...Array(Number(nodesRunning)).fill(true), ...Array(Number(nodesProvisioning)).fill(false)];
  const shown = all
    .slice(-MAX_NODES)
    .map((isRunning, index) =>
      isRunning
        ? box({ x: x + index * 13, y: y - 4.5, width: 9, height: 9, rx: 2 }, 'ok')
        : box({ x: x + index * 13 + 0.5, y: y - 4, width: 8, height: 8, rx: 2 }, 'hole underway'),
    );
  const more =
    all.length > MAX_NODES
      ? textAt(x + MAX_NODES * 13, y + 4, `+${all.length - MAX_NODES}`, { class: 'small soft' })
      : '';
  return shown.join('') + more;
}
