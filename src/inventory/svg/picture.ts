import type { Graph, GraphEntity } from '../graph-types.ts';
import type { Health } from '../health.ts';
import { omittedText } from '../render-within.ts';
import { counted, utcMinute } from '../units.ts';
import { box, cardClasses, group } from './boxes.ts';
import { databaseCard, volumesAndUsers } from './databases.ts';
import { clusterRow, hostBox } from './hosts.ts';
import { DATA_X, HOST_X, layoutOf, MARGIN, WIDTH } from './layout.ts';
import { dataLinks, volumeLinks } from './links.ts';
import { type Model, modelOf } from './model.ts';
import { textAt, tip, xml } from './text.ts';
import { glyph, legend, STYLE } from './theme.ts';

const TILES = { y: 90, width: 152, height: 56, step: 164 };
const WARNING = { height: 44, step: 56 };

/**
 * A picture of an environment as one self-contained SVG that follows the reader's light or dark mode. `whole` is the graph of which
 * this is a part.
 */
export function environmentSvg(graph: Graph, whole: Graph = graph): string {
  const model = modelOf(graph, whole);
  const warnings = warningsOf(graph);
  const tilesEnd = TILES.y + TILES.height;
  const layout = layoutOf(model, tilesEnd + warnings.length * WARNING.step + 44);
  const { height, top } = layout;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="t d">`,
    `<title id="t">kdb environment ${xml(graph.name)}</title><desc id="d">${xml(inWords(model))}</desc>`,
    STYLE,
    `<rect width="${WIDTH}" height="${height}" class="paper"/>`,
    header(model),
    ...warnings.map((warning, at) => warningBox(warning, tilesEnd + 12 + at * WARNING.step)),
    textAt(DATA_X, top - 12, `DATABASES ${model.databases.length}`, { class: 'h2' }),
    textAt(HOST_X, top - 12, 'HOSTS AND CLUSTERS', { class: 'h2' }),
    ...volumeLinks(layout, model),
    ...layout.databases.map((placed) => databaseCard(placed, model)),
    volumesAndUsers(model, layout),
    ...layout.hosts.map((placed) => hostBox(placed, model)),
    ...layout.rows.map((placed) => clusterRow(placed, model)),
    ...dataLinks(layout),
    legend(MARGIN, height - 20),
    '</svg>',
  ].join('\n');
}

const TILES_SHOWN: readonly [Health, string, readonly GraphEntity['kind'][]][] = [
  ['ok', 'clusters running', ['cluster']],
  ['underway', 'in progress', ['cluster', 'volume', 'dataview', 'scaling-group', 'changeset']],
  ['failed', 'failed or stuck', ['cluster', 'volume', 'dataview', 'scaling-group', 'changeset', 'environment']],
  ['behind', 'behind', ['cluster', 'dataview']],
  ['unused', 'unused', ['scaling-group', 'volume', 'dataview', 'database']],
];

function tilesOf({ whole, healthById }: Model) {
  const clusters = whole.entities.filter(({ kind }) => kind === 'cluster');
  const running = clusters.filter(({ status }) => status === 'RUNNING').length;
  return TILES_SHOWN.map(([health, text, kinds]) => {
    const all = whole.entities.filter(
      ({ id, kind }) => kinds.includes(kind) && healthById.get(id)?.states.includes(health),
    );
    const count = health === 'ok' ? `${running}/${clusters.length}` : String(all.length);
    return { health, text, count, names: all.slice(0, MAX_NAMED).map(({ id }) => id) };
  });
}

const MAX_NAMED = 30;

/** Whether an entity is one of those in the environment; of the changesets, only some are read. */
const isCounted = ({ kind }: GraphEntity) => kind !== 'environment' && kind !== 'changeset';

const inWords = (model: Model) =>
  `${model.whole.entities.filter(isCounted).length} entities: ${tilesOf(model)
    .map(({ text, count }) => `${count} ${text}`)
    .join(', ')}.`;

function header(model: Model): string {
  const { graph, environment } = model;
  const { network, dns, zones } = environment?.facts ?? {};
  const facts = [
    graph.environmentId,
    environment?.status,
    networkText(network),
    dns === 'SUCCESSFULLY_UPDATED' ? 'custom DNS' : undefined,
    (zones as string[] | undefined)?.join(' '),
  ];
  const health = model.healthById.get(environment?.id ?? '')?.health ?? 'ok';
  return [
    glyph(health, MARGIN + 8, 39),
    textAt(MARGIN + 24, 47, graph.name, { class: 'h1', width: 560, letter: 15 }),
    textAt(MARGIN, 72, facts.filter(Boolean).join('  ·  '), { class: 'soft', width: WIDTH - 2 * MARGIN, letter: 6.5 }),
    textAt(WIDTH - MARGIN, 47, `as of ${utcMinute(graph.readAt)} UTC`, { class: 'soft', alignEnd: true }),
    ...tilesOf(model).map((tile, index) => tileBox(tile, MARGIN + index * TILES.step)),
  ].join('');
}

function tileBox({ health, text, count, names }: ReturnType<typeof tilesOf>[number], x: number): string {
  const { y, width, height } = TILES;
  const isQuiet = count === '0';
  return [
    `<g${isQuiet ? ' opacity=".55"' : ''}>`,
    tip(...names),
    box({ x, y, width, height, rx: 10 }, cardClasses(isQuiet ? 'ok' : health)),
    glyph(health, x + 22, y + 28),
    textAt(x + 42, y + 28, count, { class: 'big' }),
    textAt(x + 42, y + 46, text, { class: 'small soft' }),
    '</g>',
  ].join('');
}

function networkText(status: unknown): string | undefined {
  if (status === undefined) return undefined;
  if (status === 'NONE') return 'no private network';
  return `private network ${status === 'SUCCESSFULLY_UPDATED' ? 'attached' : status}`;
}

/** What the picture omits: a headline, its explanation, and the full list as a tooltip. */
type Warning = readonly [headline: string, text: string, tip: string];

function warningsOf(graph: Graph): Warning[] {
  const gaps = graph.gaps.map(({ kind, of, reason }) => `${kind}${of === undefined ? '' : ` ${of}`}: ${reason}`);
  const unread = `Incomplete: ${counted('part', gaps.length)} could not be read`;
  const omitted = omittedText(graph);
  return [
    ...(gaps[0] === undefined ? [] : [[unread, gaps[0], gaps.join(', ')] as const]),
    ...(omitted === undefined ? [] : [['Too large for one picture', omitted, omitted] as const]),
  ];
}

function warningBox([headline, text, whole]: Warning, y: number): string {
  const width = WIDTH - 2 * MARGIN;
  return group(
    tip(whole),
    box({ x: MARGIN, y, width, height: WARNING.height, rx: 10 }, 'bg-failed edge-failed'),
    textAt(MARGIN + 18, y + 18, headline, { class: 'name failed' }),
    textAt(MARGIN + 18, y + 35, text, { class: 'small failed', width: width - 36, letter: 6.5 }),
  );
}
