import type { Graph, GraphEntity } from '../graph.ts';
import type { Mark } from '../marks.ts';
import { moment } from '../units.ts';
import { databaseCard, volumes } from './databases.ts';
import { clusterRow, hostBox } from './hosts.ts';
import { DATA_WIDTH, HOST_WIDTH, type Layout, layoutOf, MARGIN, TOP } from './layout.ts';
import { type Model, modelOf } from './model.ts';
import { shorten, textAt, tip, xml } from './text.ts';
import { glyph, legend, STYLE } from './theme.ts';

/** A picture of an environment as one self-contained SVG that follows the reader's light or dark mode. */
export function environmentSvg(graph: Graph): string {
  const model = modelOf(graph);
  const layout = layoutOf(model);
  const { width, height, dataX, hostX } = layout;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t d">`,
    `<title id="t">kdb environment ${xml(graph.name)}</title><desc id="d">${xml(inWords(model))}</desc>`,
    STYLE,
    `<rect width="${width}" height="${height}" class="paper"/>`,
    header(model, width),
    textAt(dataX, TOP - 14, `DATABASES ${model.databases.length}`, { class: 'h2' }),
    ...hostX.map((x) => textAt(x, TOP - 14, 'HOSTS AND CLUSTERS', { class: 'h2' })),
    ...layout.databases.map((placed) => databaseCard(placed, model)),
    ...links(layout),
    volumes(model, layout),
    ...layout.hosts.map((placed) => hostBox(placed, model)),
    ...layout.rows.map((placed) => clusterRow(placed, model)),
    legend(MARGIN, height - 22),
    '</svg>',
  ].join('\n');
}

const SHOWN: readonly [Mark, string, readonly GraphEntity['kind'][]][] = [
  ['ok', 'clusters running', ['cluster']],
  ['moving', 'on their way', ['cluster', 'volume', 'dataview', 'scaling-group', 'changeset']],
  ['failed', 'failed or stuck', ['cluster', 'volume', 'dataview', 'scaling-group', 'changeset', 'environment']],
  ['behind', 'behind their data', ['cluster', 'dataview']],
  ['unused', 'used by nothing', ['scaling-group', 'volume', 'dataview', 'database']],
];

function counted({ graph, marks, hosts }: Model) {
  const clusters = hosts.flatMap(({ rows }) => rows.map(({ cluster }) => cluster));
  const running = clusters.filter(({ status }) => status === 'RUNNING').length;
  return SHOWN.map(([mark, text, kinds]) => {
    const all = graph.entities.filter(({ id, kind }) => kinds.includes(kind) && marks.get(id)?.mark === mark);
    const count = mark === 'ok' ? `${running}/${clusters.length}` : String(all.length);
    return { mark, text, count, names: all.map(({ id }) => id) };
  });
}

const inWords = (model: Model) =>
  `${model.graph.entities.length} entities: ${counted(model)
    .map(({ text, count }) => `${count} ${text}`)
    .join(', ')}.`;

function header(model: Model, width: number): string {
  const { graph, environment } = model;
  const { network, dns, zones } = environment?.facts ?? {};
  const facts = [
    graph.environmentId,
    environment?.status,
    network === 'SUCCESSFULLY_UPDATED' ? 'private network attached' : 'no private network',
    dns === 'SUCCESSFULLY_UPDATED' ? 'own DNS' : undefined,
    (zones as string[] | undefined)?.join(' '),
  ];
  const mark = model.marks.get(environment?.id ?? '')?.mark ?? 'ok';
  const tiles = counted(model).map(({ mark: of, text, count, names }, index) => {
    const x = MARGIN + index * 176;
    const quiet = count === '0';
    return `<g${quiet ? ' opacity=".55"' : ''}>${tip(...names)}<rect x="${x}" y="96" width="164" height="62" rx="10" class="card${quiet || of === 'ok' ? '' : ` edge-${of}`}"/>${glyph(of, x + 24, 127)}${textAt(x + 44, 127, count, { class: 'big' })}${textAt(x + 44, 147, text, { class: 'small soft' })}</g>`;
  });
  const gaps = graph.gaps.map(({ kind, of, reason }) => `${kind}${of === undefined ? '' : ` ${of}`}: ${reason}`);
  const missing =
    gaps.length === 0
      ? ''
      : `<g>${tip(...gaps)}<rect x="${width - 524}" y="96" width="${492}" height="62" rx="10" class="bg-failed edge-failed"/>${textAt(width - 506, 122, `Incomplete: ${gaps.length} part${gaps.length === 1 ? '' : 's'} could not be read`, { class: 'name failed' })}${textAt(width - 506, 143, shorten(gaps[0], 74), { class: 'small failed' })}</g>`;
  return [
    glyph(mark, MARGIN + 8, 43),
    textAt(MARGIN + 26, 52, shorten(graph.name, 40), { class: 'h1' }),
    textAt(MARGIN, 76, facts.filter(Boolean).join('  ·  '), { class: 'soft' }),
    textAt(width - MARGIN, 52, `as of ${moment(graph.readAt)} UTC`, { class: 'soft', end: true }),
    ...tiles,
    missing,
  ].join('');
}

/** The lines from data to clusters; those to old data last, so that they lie on top. */
function links({ rows, ports, dataX }: Layout): string[] {
  const all = rows.flatMap(({ of, x, y, height }) =>
    of.links.map(({ port, old, writes }) => {
      const from = ports.get(port);
      if (from === undefined) return { old, path: '' };
      const [x1, x2] = x > dataX ? [dataX + DATA_WIDTH, x] : [dataX, x + HOST_WIDTH];
      const to = y + height / 2;
      const bend = (x2 - x1) / 2;
      const kind = old ? 'link-old' : writes ? 'link-writes' : 'link';
      return {
        old,
        path: `<path d="M${x1} ${from}C${x1 + bend} ${from} ${x2 - bend} ${to} ${x2} ${to}" class="${kind}"/><circle cx="${x1}" cy="${from}" r="4" class="${old ? 'behind' : 'bar'}"/>`,
      };
    }),
  );
  return all.toSorted((a, b) => Number(a.old) - Number(b.old)).map(({ path }) => path);
}
