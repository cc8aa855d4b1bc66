import type { GraphEntity } from '../graph-types.ts';
import type { Health } from '../health.ts';
import { readyIn } from '../kinds.ts';
import { bytes, counted, utcMinute } from '../units.ts';
import { box, cardClasses, group } from './boxes.ts';
import { CARD_HEAD_HEIGHT, DATA_WIDTH, DATA_X, type Layout, type Placed, PORT_HEIGHT, VOLUME } from './layout.ts';
import type { DatabaseCard, Model, Port } from './model.ts';
import { shorten, textAt, tip } from './text.ts';
import { glyph } from './theme.ts';

const RIGHT_EDGE = DATA_X + DATA_WIDTH - 14;

/** A database with its newest and its mounted changesets, and its dataviews with their versions. */
export function databaseCard({ item, x, y, height }: Placed<DatabaseCard>, { healthById }: Model): string {
  const { database, failedLoad, ports } = item;
  const health = failedLoad === undefined ? (healthById.get(database.id)?.health ?? 'ok') : 'failed';
  const { bytes: size, changesets, files, description } = database.facts;
  const newest = ports.find(({ label }) => label === 'newest changeset');
  const first = y + CARD_HEAD_HEIGHT;
  const firstPort = failedLoad === undefined ? first : first + PORT_HEIGHT;
  const lines = ports.map((port, index) =>
    portLine(port, x, firstPort + index * PORT_HEIGHT, healthById.get(port.dataview?.id ?? '')?.health ?? 'ok'),
  );
  const data = `data of ${newest?.detail} · ${counted('changeset', changesets)}`;
  return group(
    tip(database.name, description, `${counted('changeset', changesets)}, ${counted('file', files)}`),
    box({ x, y, width: DATA_WIDTH, height, rx: 10 }, cardClasses(health)),
    glyph(health, x + 19, y + 22),
    textAt(x + 34, y + 26, database.name, { class: 'name', width: 190, letter: 8 }),
    textAt(RIGHT_EDGE, y + 26, bytes(size), { class: 'soft', alignEnd: true }),
    textAt(x + 34, y + 43, newest === undefined ? 'no data yet' : data, { class: 'small soft' }),
    failedLoad === undefined ? '' : failureLine(failedLoad, x, first),
    ...lines,
  );
}

const failureLine = ({ name, statusReason, created }: GraphEntity, x: number, y: number): string =>
  group(
    tip(name, statusReason),
    box({ x: x + 10, y: y - 2, width: DATA_WIDTH - 20, height: 20, rx: 5 }, 'bg-failed'),
    glyph('failed', x + 24, y + 8),
    textAt(x + 37, y + 12, 'newest load failed', { class: 'small failed' }),
    textAt(RIGHT_EDGE, y + 12, utcMinute(created), { class: 'small failed', alignEnd: true }),
  );

function portLine({ label, detail, old, dataview }: Port, x: number, y: number, health: Health): string {
  const middle = y + PORT_HEIGHT / 2;
  if (dataview === undefined) {
    const options = { class: old ? 'small behind' : 'small soft', alignEnd: true, width: 140 };
    return (
      textAt(x + 48, middle + 4, label, { class: old ? 'small behind' : 'small' }) +
      textAt(RIGHT_EDGE, middle + 4, detail, options)
    );
  }
  return group(
    tip(dataview.name, dataview.facts['description']),
    `<path d="M${x + 10} ${y + 1}H${RIGHT_EDGE + 4}" stroke="var(--line)"/>`,
    glyph(health, x + 22, middle + 1),
    textAt(x + 36, middle + 5, dataview.name, { width: 154 }),
    textAt(RIGHT_EDGE, middle + 5, detail, { class: 'small soft', alignEnd: true, width: 104, letter: 6.2 }),
  );
}

/** The volumes, with the number of dependents by kind; below them the users of the environment. */
export function volumesAndUsers(model: Model, { volumes, usersY }: Layout): string {
  const [first] = volumes;
  return [
    first === undefined ? '' : textAt(DATA_X, first.y - 12, `VOLUMES ${volumes.length}`, { class: 'h2' }),
    ...volumes.map((placed) => volumeCard(placed, model)),
    model.users.length === 0 ? '' : userList(model.users, usersY),
  ].join('');
}

function volumeCard({ item: volume, x, y }: Placed<GraphEntity>, { healthById, whole }: Model): string {
  const health = healthById.get(volume.id)?.health ?? 'ok';
  const uses = whole.edges.filter(({ to }) => to === volume.id);
  const useTexts = uses.map(({ from, facts }) => `${from}${facts['for'] === undefined ? '' : ` (${facts['for']})`}`);
  const { type, sizeGB, description } = volume.facts;
  const isReady = readyIn('volume').includes(String(volume.status));
  const use = isReady ? dependentsText(uses.map(({ from }) => from)) : volume.status;
  const options = { class: `small ${health === 'ok' ? 'soft' : health}`, width: 130, letter: 6 };
  return group(
    tip(volume.name, description, ...useTexts),
    box({ x, y, width: DATA_WIDTH, height: VOLUME.height, rx: 8 }, cardClasses(health)),
    glyph(health, x + 19, y + 20),
    textAt(x + 34, y + 17, volume.name, { class: 'name', width: 190, letter: 8 }),
    textAt(x + 34, y + 33, `${type ?? ''} ${bytes(Number(sizeGB) * 1e9)}`, options),
    textAt(RIGHT_EDGE, y + 33, use, { ...options, alignEnd: true }),
  );
}

const userList = (users: readonly GraphEntity[], y: number): string =>
  group(
    tip(...users.map(({ name, facts }) => `${name}  ${facts['iamRole'] ?? ''}`)),
    textAt(DATA_X, y, `USERS ${users.length}`, { class: 'h2' }),
    textAt(DATA_X, y + 18, namesText(users.map(({ name }) => name)), {
      class: 'small soft',
      width: DATA_WIDTH,
      letter: 6,
    }),
  );

/** `2 clusters, 1 dataview`. */
function dependentsText(ids: readonly string[]): string {
  const kinds = [...new Set(ids)].map((id) => id.split(':')[0] as string);
  const counts = [...new Set(kinds)].map((kind) => counted(kind, kinds.filter((each) => each === kind).length));
  return counts.length === 0 ? 'unused' : counts.join(', ');
}

/** As many names as fit on a line, and the number of others. */
function namesText(names: readonly string[]): string {
  const short = names.map((name) => shorten(name, 16));
  const fitting = short.filter((_, index) => short.slice(0, index + 1).join(', ').length <= 36);
  const more = names.length - fitting.length;
  return `${fitting.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}
