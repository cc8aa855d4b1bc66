import type { Health } from '../health.ts';
import { readyIn } from '../kinds.ts';
import { bytes, counted, moment } from '../units.ts';
import { CARD_HEAD, DATA_WIDTH, DATA_X, type Layout, type Placed, PORT, VOLUME } from './layout.ts';
import type { DatabaseCard, Model, Port } from './model.ts';
import { shorten, textAt, tip } from './text.ts';
import { glyph } from './theme.ts';

const EDGE = DATA_X + DATA_WIDTH - 14;

/** A database with its newest and its mounted changesets, and its dataviews with their versions. */
export function databaseCard({ item, x, y, height }: Placed<DatabaseCard>, { healthById }: Model): string {
  const { database, failedIngest, ports } = item;
  const health = failedIngest === undefined ? (healthById.get(database.id)?.health ?? 'ok') : 'failed';
  const { bytes: size, changesets, files, description } = database.facts;
  const newest = ports.find(({ label }) => label === 'newest changeset');
  let at = y + CARD_HEAD;
  const failure =
    failedIngest === undefined
      ? ''
      : `<g>${tip(failedIngest.name, failedIngest.statusReason)}<rect x="${x + 10}" y="${at - 2}" width="${DATA_WIDTH - 20}" height="20" rx="5" class="bg-failed"/>${glyph('failed', x + 24, at + 8)}${textAt(x + 37, at + 12, 'newest load failed', { class: 'small failed' })}${textAt(EDGE, at + 12, moment(failedIngest.created), { class: 'small failed', end: true })}</g>`;
  if (failedIngest !== undefined) at += PORT;
  const lines = ports.map((port, index) =>
    portLine(port, x, at + index * PORT, healthById.get(port.view?.id ?? '')?.health ?? 'ok'),
  );
  const data = `data of ${newest?.detail} · ${changesets ?? '?'} changeset${changesets === 1 ? '' : 's'}`;
  return [
    `<g>${tip(database.name, description, `${changesets ?? '?'} changesets, ${files ?? '?'} files`)}`,
    `<rect x="${x}" y="${y}" width="${DATA_WIDTH}" height="${height}" rx="10" class="card${health === 'ok' ? '' : ` edge-${health}`}"/>`,
    glyph(health, x + 19, y + 22),
    textAt(x + 34, y + 26, database.name, { class: 'name', width: 190, letter: 8 }),
    textAt(EDGE, y + 26, bytes(size), { class: 'soft', end: true }),
    textAt(x + 34, y + 43, newest === undefined ? 'no data yet' : data, { class: 'small soft' }),
    failure,
    ...lines,
    '</g>',
  ].join('');
}

function portLine({ label, detail, old, view }: Port, x: number, y: number, health: Health): string {
  const middle = y + PORT / 2;
  if (view !== undefined)
    return `<g>${tip(view.name, view.facts['description'])}<path d="M${x + 10} ${y + 1}H${EDGE + 4}" stroke="var(--line)"/>${glyph(health, x + 22, middle + 1)}${textAt(x + 36, middle + 5, view.name, { width: 154 })}${textAt(EDGE, middle + 5, detail, { class: 'small soft', end: true, width: 104, letter: 6.2 })}</g>`;
  return `${textAt(x + 48, middle + 4, label, { class: old ? 'small behind' : 'small' })}${textAt(EDGE, middle + 4, detail, { class: old ? 'small behind' : 'small soft', end: true, width: 140 })}`;
}

/** The volumes, with the number of dependents by kind; below them the users of the environment. */
export function volumesAndUsers({ users, healthById, whole }: Model, { volumes, users: y }: Layout): string {
  const cards = volumes.map(({ item: volume, x, y: top }) => {
    const health = healthById.get(volume.id)?.health ?? 'ok';
    const uses = whole.edges.filter(({ to }) => to === volume.id);
    const why = uses.map(({ from, facts }) => `${from}${facts['for'] === undefined ? '' : ` (${facts['for']})`}`);
    const { type, sizeGB, description } = volume.facts;
    const isReady = readyIn('volume').includes(String(volume.status));
    const use = isReady ? dependentsText(uses.map(({ from }) => from)) : volume.status;
    const look = { class: `small ${health === 'ok' ? 'soft' : health}` };
    return `<g>${tip(volume.name, description, ...why)}<rect x="${x}" y="${top}" width="${DATA_WIDTH}" height="${VOLUME.height}" rx="8" class="card${health === 'ok' ? '' : ` edge-${health}`}"/>${glyph(health, x + 19, top + 20)}${textAt(x + 34, top + 17, volume.name, { class: 'name', width: 190, letter: 8 })}${textAt(x + 34, top + 33, `${type ?? ''} ${bytes(Number(sizeGB) * 1e9)}`, { ...look, width: 130, letter: 6 })}${textAt(EDGE, top + 33, use, { ...look, end: true, width: 130, letter: 6 })}</g>`;
  });
  const names = users.map(({ name }) => name);
  return [
    volumes[0] === undefined ? '' : textAt(DATA_X, volumes[0].y - 12, `VOLUMES ${volumes.length}`, { class: 'h2' }),
    ...cards,
    users.length === 0
      ? ''
      : `<g>${tip(...users.map(({ name, facts }) => `${name}  ${facts['iamRole'] ?? ''}`))}${textAt(DATA_X, y, `USERS ${users.length}`, { class: 'h2' })}${textAt(DATA_X, y + 18, few(names), { class: 'small soft', width: DATA_WIDTH, letter: 6 })}</g>`,
  ].join('');
}

/** `2 clusters, 1 dataview`. */
function dependentsText(ids: readonly string[]): string {
  const kinds = [...new Set(ids)].map((id) => id.split(':')[0] as string);
  const counts = [...new Set(kinds)].map((kind) => counted(kind, kinds.filter((each) => each === kind).length));
  return counts.length === 0 ? 'unused' : counts.join(', ');
}

/** As many names as fit on a line, and the number of others. */
function few(names: readonly string[]): string {
  const short = names.map((name) => shorten(name, 16));
  const fitting = short.filter((_, index) => short.slice(0, index + 1).join(', ').length <= 36);
  const more = names.length - fitting.length;
  return `${fitting.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}
