import { bytes, moment } from '../units.ts';
import { CARD_HEAD, DATA_WIDTH, type Layout, type Placed, PORT, VOLUME } from './layout.ts';
import type { DatabaseCard, Model, Port } from './model.ts';
import { shorten, textAt, tip } from './text.ts';
import { glyph } from './theme.ts';

/** A database with its newest and its mounted changesets, and its dataviews with their versions. */
export function databaseCard({ of, x, y, height }: Placed<DatabaseCard>, { marks }: Model): string {
  const { database, failedIngest, ports } = of;
  const edge = x + DATA_WIDTH;
  const mark = failedIngest === undefined ? (marks.get(database.id)?.mark ?? 'ok') : 'failed';
  const { bytes: size, changesets, files, description } = database.facts;
  const newest = ports.find(({ label }) => label === 'newest changeset');
  let at = y + CARD_HEAD;
  const failure =
    failedIngest === undefined
      ? ''
      : `<g>${tip(failedIngest.name, failedIngest.statusReason)}<rect x="${x + 12}" y="${at - 2}" width="${DATA_WIDTH - 24}" height="20" rx="5" class="bg-failed"/>${glyph('failed', x + 26, at + 8)}${textAt(x + 40, at + 12, 'newest ingest failed', { class: 'small failed' })}${textAt(edge - 20, at + 12, moment(failedIngest.created), { class: 'small failed', end: true })}</g>`;
  if (failedIngest !== undefined) at += PORT;
  const lines = ports.map((port) => {
    const drawn = portLine(port, x, at, marks.get(port.view?.id ?? '')?.mark ?? 'ok');
    at += PORT;
    return drawn;
  });
  return [
    `<g>${tip(database.name, description, `${changesets ?? '?'} changesets, ${files ?? '?'} files`)}`,
    `<rect x="${x}" y="${y}" width="${DATA_WIDTH}" height="${height}" rx="10" class="card${mark === 'ok' ? '' : ` edge-${mark}`}"/>`,
    glyph(mark, x + 20, y + 24),
    textAt(x + 36, y + 28, shorten(database.name, 30), { class: 'name' }),
    textAt(edge - 16, y + 28, bytes(size), { class: 'soft', end: true }),
    textAt(
      x + 36,
      y + 45,
      newest === undefined
        ? 'no data yet'
        : `data of ${newest.detail} · ${changesets ?? '?'} changeset${changesets === 1 ? '' : 's'}`,
      {
        class: 'small soft',
      },
    ),
    failure,
    ...lines,
    '</g>',
  ].join('');
}

function portLine(
  { label, detail, old, view, volume = 'dataview' }: Port,
  x: number,
  y: number,
  mark: Parameters<typeof glyph>[0],
): string {
  const middle = y + PORT / 2;
  const edge = x + DATA_WIDTH;
  if (view !== undefined) {
    const tag = `${shorten(volume, 20)} · ${detail}`;
    return `<g>${tip(view.name, view.facts['description'])}<path d="M${x + 12} ${y + 1}H${edge - 12}" stroke="var(--line)"/>${glyph(mark, x + 24, middle + 1)}${textAt(x + 38, middle + 5, shorten(view.name, 30))}${textAt(edge - 20, middle + 5, tag, { class: 'small soft', end: true })}</g>`;
  }
  const tone = old ? 'small behind' : 'small';
  return `${textAt(x + 52, middle + 4, label, { class: tone })}${textAt(edge - 20, middle + 4, detail, { class: old ? 'small behind' : 'small soft', end: true })}`;
}

/** The volumes, two in a row, with what uses each; below them the users. */
export function volumes({ volumes: all, users, marks, graph }: Model, { volumes: place }: Layout): string {
  const { perRow } = place;
  const width = VOLUME.width;
  const cards = all.map((volume, index) => {
    const x = place.x + (index % perRow) * (width + 12);
    const y = place.y + 12 + Math.floor(index / perRow) * VOLUME.step;
    const mark = marks.get(volume.id)?.mark ?? 'ok';
    const uses = graph.edges.filter(({ to }) => to === volume.id);
    const why = uses.map(({ from, facts }) => `${from}${facts['for'] === undefined ? '' : ` (${facts['for']})`}`);
    const { type, sizeGB } = volume.facts;
    const users = new Set(uses.map(({ from }) => from)).size;
    const inUse = users === 0 ? 'unused' : `${users} use${users === 1 ? 's' : ''} it`;
    const use = volume.status === 'ACTIVE' ? inUse : volume.status;
    return `<g>${tip(volume.name, volume.facts['description'], ...why)}<rect x="${x}" y="${y}" width="${width}" height="${VOLUME.height}" rx="8" class="card${mark === 'ok' ? '' : ` edge-${mark}`}"/>${glyph(mark, x + 16, y + 17)}${textAt(x + 29, y + 21, shorten(volume.name, 22), { class: 'name' })}${textAt(x + 29, y + 37, `${type ?? ''} ${bytes(Number(sizeGB) * 1e9)} · ${use}`, { class: `small ${mark === 'ok' ? 'soft' : mark}` })}</g>`;
  });
  const below = place.y + Math.ceil(all.length / perRow) * VOLUME.step + 34;
  return [
    all.length === 0 ? '' : textAt(place.x, place.y, `VOLUMES ${all.length}`, { class: 'h2' }),
    ...cards,
    users.length === 0
      ? ''
      : `<g>${tip(...users.map(({ name, facts }) => `${name}  ${facts['iamRole'] ?? ''}`))}${textAt(place.x, below, `USERS ${users.length}`, { class: 'h2' })}${textAt(place.x, below + 18, few(users.map(({ name }) => name)), { class: 'small soft' })}</g>`,
  ].join('');
}

/** As many names as fit on a line, and how many more there are. */
function few(names: readonly string[]): string {
  const short = names.map((name) => shorten(name, 24));
  const fitting = short.filter((_, index) => short.slice(0, index + 1).join(', ').length <= 54);
  const more = names.length - fitting.length;
  return `${fitting.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}
