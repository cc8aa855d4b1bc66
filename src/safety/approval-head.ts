import { counted } from '../inventory/units.ts';
import { bySeverity } from '../kinds/losses.ts';
import { NAMES } from '../kinds/names.ts';
import { COLUMNS, label, phrase, typedLabel } from './approval-label.ts';
import { byKind, isDescribed } from './item-text.ts';
import type { Change } from './plan-parts.ts';
import type { VisibleItem } from './visibility.ts';

/** The subject of a plan, for its first line. */
export interface Headline {
  readonly verb: string;
  readonly noun: string;
  readonly name: string;
  /** The parent of the target, if the name alone is not unique. */
  readonly parent?: string | undefined;
  /** The name of the target's environment, or its id if the name is unknown; undefined for an environment. */
  readonly environment?: string | undefined;
  /** The id of that environment, or of the target if it is one. */
  readonly environmentId?: string | undefined;
}

/** Names this short are not cut further, so that the line stays meaningful. */
const MIN_COLUMNS = 8;

/** `DELETE cluster rdb-fx in kdb-prod (m5cn)`: what and where, in 80 columns. */
export function whatLine({ verb, noun, name, parent, environment, environmentId }: Headline): string {
  const room = { name: 30, parent: 20, environment: 20 };
  for (;;) {
    const line = [
      `${verb} ${noun} ${label(name, room.name)}`,
      ...(parent === undefined ? [] : [`of ${label(parent, room.parent)}`]),
      ...(environment === undefined ? [] : [`in ${label(environment, room.environment)}`]),
      ...(environmentId === undefined ? [] : [`(${label(environmentId.slice(0, SHOWN_ID_LENGTH))})`]),
    ].join(' ');
    const longest = (Object.keys(room) as (keyof typeof room)[]).reduce((a, b) => (room[b] > room[a] ? b : a));
    if (line.length <= COLUMNS || room[longest] <= MIN_COLUMNS) return line;
    room[longest] -= 1;
  }
}

const SHOWN_ID_LENGTH = 4;

/** What a person types for a whole environment: a name can be given to another environment, an id cannot. */
export const typedEnvironment = (name: string, environmentId: string): string =>
  name === environmentId ? name : `${name} ${environmentId.slice(0, SHOWN_ID_LENGTH)}`;

/** What a person must type, not cut: wider than 80 columns if the name is. */
export const approveLine = (typed: string): string => `Type ${typedLabel(typed)} to approve.`;

interface Consequences {
  readonly lost: readonly VisibleItem[];
  readonly interrupted: readonly VisibleItem[];
  readonly changes: readonly Change[];
}

/** The worst effect and the number of others, in 80 columns: `Permanent loss: 2 nodes (unsaved data). + 4 more effects below`. */
export function worstLine({ lost, interrupted, changes }: Consequences): string {
  // Settings that the call removes are in `lost`, too; those that the service replaces with nothing are not.
  const countsRemoved = !lost.some(({ kind }) => kind === 'setting');
  const otherChanges = changes.filter(
    ({ before, after }) => before !== after && (after !== undefined || countsRemoved),
  );
  const all = [...worstFirst(lost), ...worstFirst(interrupted)];
  const [worst] = all;
  if (worst === undefined) return otherChanges.length === 0 ? NOTHING : changeLine(otherChanges);
  const more = all.slice(1).reduce((sum, rows) => sum + sizeOf(rows), otherChanges.length);
  const moreText = more === 0 ? '' : ` + ${counted('more effect', more)} below`;
  const title = lost.length > 0 ? 'Permanent loss: ' : 'Interrupts: ';
  return `${title}${groupText(worst, COLUMNS - title.length - moreText.length - 1)}.${moreText}`;
}

const NOTHING = 'Loses and interrupts nothing else, as far as the service shows.';

/** The line about several entities that are deleted together: their number, and the names of those whose loss is worst. */
export function totalLossLine(lost: readonly VisibleItem[]): string {
  const total = `Permanent loss of ${counted('entity', sizeOf(lost))}`;
  const [worst] = worstFirst(lost);
  if (worst === undefined) return `${total}.`;
  const title = sizeOf(worst) === sizeOf(lost) ? `${total}: ` : `${total}, including `;
  return `${title}${groupText(worst, COLUMNS - title.length - '.'.length)}.`;
}

/** The first line, followed by as many counts by kind as fit: `DELETE …: 13 clusters, 4 more`. The environment is not counted. */
export function countedLine(what: string, lost: readonly VisibleItem[]): string {
  const groups = worstFirst(lost).filter(([{ kind }]) => kind !== NAMES['kx-environment'].noun);
  // The second line counts the worst.
  if (groups.length === 1) return what;
  let line = what;
  for (const [at, rows] of groups.entries()) {
    const longer = `${line}${at === 0 ? ':' : ','} ${countText(rows)}`;
    const rest = groups.slice(at + 1).reduce((sum, some) => sum + sizeOf(some), 0);
    if (longer.length + (rest === 0 ? 0 : `, ${rest} more`.length) > COLUMNS)
      return at === 0 ? line : `${line}, ${rest + sizeOf(rows)} more`;
    line = longer;
  }
  return line;
}

/** Items of one kind. */
type Group = readonly [VisibleItem, ...VisibleItem[]];

const worstFirst = (rows: readonly VisibleItem[]): Group[] =>
  byKind(rows).sort(([one], [other]) => bySeverity(one.kind, other.kind));

const sizeOf = (rows: readonly VisibleItem[]) => rows.reduce((sum, { count = 1 }) => sum + count, 0);

/** `13 clusters`. */
export const countText = (rows: Group): string => counted(rows[0].kind, sizeOf(rows));

/** One item with its detail, or several of a kind with as many of their names as fit. */
function groupText(rows: Group, columns: number): string {
  const [{ kind, name, detail = '' }] = rows;
  const size = countText(rows);
  if (sizeOf(rows) > 1) return `${size}${namesText(rows, columns - size.length)}`;
  if (name === undefined) return size;
  // The name of what is deleted is also in the first line: if both do not fit, the detail is kept.
  const detailColumns = detail === '' ? 0 : detail.length + ' ()'.length;
  const nameColumns = Math.max(MIN_COLUMNS, Math.min(30, columns - kind.length - 1 - detailColumns));
  const itemName = isDescribed(kind) ? name : `${kind} ${label(name, nameColumns)}`;
  const room = columns - itemName.length - ' ()'.length;
  return detail === '' || room < MIN_COLUMNS ? itemName : `${itemName} (${phrase(detail, room)})`;
}

function namesText(rows: readonly VisibleItem[], columns: number): string {
  const names = rows.flatMap(({ name }) => (name === undefined ? [] : [label(name, 30)]));
  const fitting = (count: number) => ` (${names.slice(0, count).join(', ')}${count < names.length ? ', …' : ''})`;
  let count = names.length;
  while (count > 0 && fitting(count).length > columns) count -= 1;
  return count === 0 ? '' : fitting(count);
}

function changeLine(changes: readonly Change[]): string {
  const [{ setting, before, after }] = changes as [Change];
  const more = changes.length === 1 ? '' : ` + ${changes.length - 1} more below`;
  const title = `Changes ${label(setting, 24)}: `;
  const room = Math.floor((COLUMNS - title.length - more.length - ' -> .'.length) / 2);
  const shown = (value: string | undefined, otherwise: string) =>
    value === undefined ? otherwise : label(value, room);
  return `${title}${shown(before, 'not set')} -> ${shown(after, 'removed')}.${more}`;
}
