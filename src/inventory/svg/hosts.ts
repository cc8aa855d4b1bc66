import type { Finding } from '../graph.ts';
import type { Marked } from '../marks.ts';
import { statusKind } from '../trouble.ts';
import { age, memory } from '../units.ts';
import { HOST_WIDTH, isTall, type Placed } from './layout.ts';
import type { ClusterRow, HostBox, Model } from './model.ts';
import { shorten, textAt, tip } from './text.ts';
import { glyph } from './theme.ts';

const BAR = 150;

/** The box of a host: its name, machine and memory; its clusters stand in it. */
export function hostBox({ of: { group, rows }, x, y, height }: Placed<HostBox>, { marks, graph }: Model): string {
  const mark = marks.get(group?.id ?? '')?.mark ?? 'ok';
  const edge = x + HOST_WIDTH;
  const box = `<rect x="${x}" y="${y}" width="${HOST_WIDTH}" height="${height}" rx="10" class="card${mark === 'ok' ? '' : ` edge-${mark}`}"/>`;
  if (group === undefined)
    return `<g>${box}${textAt(x + 18, y + 29, 'Dedicated nodes', { class: 'name' })}${textAt(edge - 18, y + 29, `${rows.length} clusters`, { class: 'small soft', end: true })}</g>`;
  const { hostType, memoryMiB, reservedMiB, zone } = group.facts;
  const share = Number(memoryMiB) > 0 ? Math.min(1, Number(reservedMiB) / Number(memoryMiB)) : 0;
  const bar = `<rect x="${edge - 18 - BAR}" y="${y + 19}" width="${BAR}" height="12" rx="6" class="track"/>${share === 0 ? '' : `<rect x="${edge - 18 - BAR}" y="${y + 19}" width="${Math.max(12, Math.round(BAR * share))}" height="12" rx="6" class="${share > 0.9 ? 'moving' : 'bar'}"/>`}`;
  const use = `${Number(reservedMiB) === 0 ? 'none' : memory(reservedMiB)} of ${memory(memoryMiB)} reserved`;
  const created = age(group.created, graph.readAt);
  return [
    `<g>${tip(group.name, [hostType, zone].filter(Boolean).join(' in '), use, group.statusReason)}${box}`,
    glyph(mark, x + 20, y + 25),
    textAt(x + 36, y + 29, shorten(group.name, 22), { class: 'name' }),
    textAt(x + 222, y + 29, `${hostType ?? ''}${group.status === 'ACTIVE' ? '' : ` · ${group.status}`}`, {
      class: 'soft',
    }),
    memoryMiB === undefined ? '' : textAt(edge - 30 - BAR, y + 29, use, { class: 'small soft', end: true }),
    memoryMiB === undefined ? '' : bar,
    mark === 'unused'
      ? textAt(x + 36, y + 47, `no cluster runs on it · ${created} old`, { class: 'small unused' })
      : '',
    '</g>',
  ].join('');
}

/** One cluster: state, name, type, nodes, size, and below it what is wrong. */
export function clusterRow(placed: Placed<ClusterRow>, model: Model): string {
  const { of: row, x, y, height } = placed;
  const edge = x + HOST_WIDTH;
  const { cluster, size } = row;
  const marked = model.marks.get(cluster.id) ?? { mark: 'ok', findings: [] };
  const { mark } = marked;
  const middle = y + (isTall(row, model) ? height - 16 : height) / 2;
  const { type, description } = cluster.facts;
  const since = age(cluster.modified ?? cluster.created, model.graph.readAt);
  const state =
    statusKind(cluster.status) === 'failed' ? `${cluster.status} ${since} ago` : `${cluster.status} for ${since}`;
  return [
    `<g>${tip(cluster.name, description, cluster.status, cluster.statusReason)}`,
    mark === 'ok'
      ? ''
      : `<rect x="${x + 8}" y="${y + 2}" width="${HOST_WIDTH - 16}" height="${height - 4}" rx="7" class="bg-${mark}"/>`,
    glyph(mark, x + 24, middle),
    textAt(x + 40, middle + 4.5, shorten(cluster.name, 22), { class: 'name' }),
    textAt(x + 232, middle + 4, type, { class: 'tag' }),
    nodes(cluster.facts, x + 326, middle),
    textAt(x + 432, middle + 4, size, { class: 'soft' }),
    cluster.status === 'RUNNING'
      ? ''
      : textAt(edge - 20, middle + 4, state, { class: `small ${mark === 'ok' ? 'soft' : mark}`, end: true }),
    isTall(row, model)
      ? textAt(x + 40, y + height - 9, complaint(marked, cluster.statusReason, model.graph.readAt), {
          class: `small ${mark}`,
        })
      : '',
    '</g>',
  ].join('');
}

/** What is wrong with a cluster, in one line. */
function complaint({ findings }: Marked, reason: string | undefined, now: string): string {
  const place = ({ condition }: Finding) => (condition === 'old version' ? 1 : 0);
  const inOrder = findings.toSorted((a, b) => place(a) - place(b));
  const told = inOrder.map((finding) => {
    const { condition, facts, why, since } = finding;
    if (condition === 'failed') return reason ?? why;
    if (condition === 'old changeset')
      return `${facts['behindBy'] ?? '?'} changeset${facts['behindBy'] === 1 ? '' : 's'} behind ${facts['database']}`;
    if (condition === 'old version') return `on an older version of ${String(facts['dataview']).split('/')[1]}`;
    if (condition === 'stuck') return 'stuck: this takes far longer than usual';
    return condition === 'stuck nodes' ? `${why} for ${age(since, now)}` : why;
  });
  return shorten(told.join(', '), 108);
}

const MOST_NODES = 6;

/** A square for each node, hollow while it is being provisioned. */
function nodes({ nodesRunning = 0, nodesProvisioning = 0 }: Readonly<Record<string, unknown>>, x: number, y: number) {
  const all = [...Array(Number(nodesRunning)).fill(true), ...Array(Number(nodesProvisioning)).fill(false)];
  const shown = all
    .slice(-MOST_NODES)
    .map((isRunning, index) =>
      isRunning
        ? `<rect x="${x + index * 13}" y="${y - 4.5}" width="9" height="9" rx="2" class="ok"/>`
        : `<rect x="${x + index * 13 + 0.5}" y="${y - 4}" width="8" height="8" rx="2" class="hole moving"/>`,
    );
  const more =
    all.length > MOST_NODES
      ? textAt(x + MOST_NODES * 13, y + 4, `+${all.length - MOST_NODES}`, { class: 'small soft' })
      : '';
  return shown.join('') + more;
}
