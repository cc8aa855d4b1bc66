import * as z from 'zod';
import type { Graph, GraphEntity, Kind } from '../../inventory/graph.ts';
import { statusKind } from '../../inventory/trouble.ts';
import { KeyValue, Listed, Scalar, Words } from '../lenient.ts';
import { isMoment, momentOf } from './moments.ts';
import { compared, isQuantity } from './quantities.ts';
import { isLike } from './scene.ts';
import { declares, means, type Setting, settingsOf, valuesOf } from './settings.ts';

/** An entity in its environment, with what was found out about it. */
export interface Candidate {
  readonly graph: Graph;
  readonly entity: GraphEntity;
  readonly tags?: Readonly<Record<string, string>>;
  readonly environmentTags?: Readonly<Record<string, string>>;
  /** The settings that matched, as `name=value`. */
  readonly matched?: readonly string[];
}

const text = (most: number, description?: string) => {
  const schema = z.string().min(1).max(most).optional();
  return description === undefined ? schema : schema.describe(description);
};
const words = (description: string) => z.array(Listed(80)).min(1).max(20).optional().describe(description);
const moment = (description: string) =>
  z
    .string()
    .max(40)
    .refine(isMoment, 'expects a date, or a span such as 90m, 12h, 30d or 2w')
    .optional()
    .describe(description);

/** How the value of a setting is compared. */
const COMPARISONS = ['equals', 'not', 'contains', 'lacks', 'above', 'below', 'set', 'unset'] as const;

const TagFilter = () =>
  KeyValue(
    z.strictObject({
      key: text(128),
      value: text(256),
      absent: z.boolean().optional().describe('true: entities without such a tag'),
      of: z.enum(['environment']).optional().describe('environment: tags of the environment that contains the entity'),
    }),
  );

const SettingFilter = () =>
  z
    .strictObject({
      setting: z.string().min(1).max(100).describe('As in answers or in the API, such as nodeCount or databaseName'),
      is: Words(COMPARISONS).describe(
        'contains, lacks: part of the value; above, below: numbers; set, unset: no value',
      ),
      value: Scalar(200).optional().describe('A number can have a unit, such as 20 GiB; default: that of the setting'),
    })
    .refine(({ is, value }) => value !== undefined || is === 'set' || is === 'unset', 'expects a value')
    .refine(
      ({ is, value }) => value === undefined || (is !== 'above' && is !== 'below') || isQuantity(value),
      'expects a number as value, such as 3 or 20 GiB',
    );

/** The arguments that select entities; all must hold. */
export const filters = () => ({
  name: text(100, 'Part of the name or of its database, in any case; with * for any text, the whole name'),
  status: words('Any of these statuses; also failed, moving (in progress) or settled'),
  notStatus: words('None of these'),
  type: words('Any of these types of cluster, disk, node or host, such as RDB, SSD_1000 or kx.sg.4xlarge'),
  tags: z
    .array(TagFilter())
    .min(1)
    .max(20)
    .optional()
    .describe('All must hold; of several values for one key, any. Without key and value: any tag.'),
  text: z.string().min(2).max(200).optional().describe('Text in any setting, such as a path, role, subnet or volume'),
  where: z.array(SettingFilter()).min(1).max(20).optional().describe('Conditions on settings; all must hold'),
  createdBefore: moment('A date, or a span before now such as 90m, 12h, 30d or 2w'),
  createdAfter: moment('Date or span'),
  changedBefore: moment('Date or span, of the last change or creation'),
  changedAfter: moment('The same. Cannot show deletions, and changes of tags have no times.'),
});

type Schemas = ReturnType<typeof filters>;
/** Which entities to find. */
export type Filters = { readonly [F in keyof Schemas]?: z.output<Schemas[F]> };
export type TagCondition = NonNullable<Filters['tags']>[number];
type SettingCondition = NonNullable<Filters['where']>[number];

/** Whether an entity meets the conditions on its name, status, type and times. */
export function matches(entity: GraphEntity, filters: Filters, now: string): boolean {
  const { name, status, notStatus, type, createdBefore, createdAfter, changedBefore, changedAfter } = filters;
  const created = Date.parse(entity.created ?? '');
  const changed = Math.max(created, Date.parse(entity.modified ?? entity.created ?? ''));
  return (
    (name === undefined || [entity.name, entity.database ?? ''].some((own) => isNamed(own, name))) &&
    (status === undefined || status.some((word) => hasStatus(entity.status, word))) &&
    (notStatus === undefined ||
      (entity.status !== undefined && !notStatus.some((word) => hasStatus(entity.status, word)))) &&
    (type === undefined || type.some((word) => typesOf(entity).includes(word.toLowerCase()))) &&
    (createdBefore === undefined || created < momentOf(createdBefore, now)) &&
    (createdAfter === undefined || created > momentOf(createdAfter, now)) &&
    (changedBefore === undefined || changed < momentOf(changedBefore, now)) &&
    (changedAfter === undefined || changed > momentOf(changedAfter, now))
  );
}

/** Whether a name contains a text or, if the text has a `*`, is like it; word separators are equal. */
export function isNamed(name: string, wanted: string): boolean {
  const [own, asked] = [name, wanted].map((each) => each.toLowerCase().replaceAll(/[_\s]/g, '-')) as [string, string];
  return asked.includes('*') ? isLike(own, asked) : own.includes(asked);
}

/** Whether a status is the one that a word names, or of the class that it names. */
export const hasStatus = (status: string | undefined, word: string): boolean =>
  status !== undefined && [status, statusKind(status).toUpperCase()].includes(statusWord(word));

/** The words for classes of statuses. */
export const STATUS_CLASSES = ['FAILED', 'MOVING', 'SETTLED'];
/** A status as the API spells it. */
export const statusWord = (word: string) => word.trim().toUpperCase().replaceAll(/[\s-]/g, '_');

const typesOf = ({ facts }: GraphEntity) =>
  [facts['type'], facts['hostType'], facts['nodeType'], facts['volumeType']].map((each) => String(each).toLowerCase());

const MOST_MATCHED = 6;

/** The candidates with a text in a setting that meet all conditions on settings, each with what matched. */
export function withSettings(candidates: readonly Candidate[], { text, where = [] }: Filters): Candidate[] {
  const wanted = text?.toLowerCase();
  const within = ({ entity, graph }: Candidate) =>
    settingsOf(entity, graph).filter(({ value }) => wanted !== undefined && value.toLowerCase().includes(wanted));
  const having = where.map(({ setting }) => kindsWith(candidates, setting));
  return candidates.flatMap((candidate) => {
    const found = within(candidate);
    const met = where.map((condition, at) => having[at]?.has(candidate.entity.kind) && metBy(candidate, condition));
    if ((wanted !== undefined && found.length === 0) || met.some((each) => !each)) return [];
    const lines = [...found, ...met.flatMap((each) => each || [])].map(({ path, value }) => `${path}=${value}`);
    return lines.length === 0 ? candidate : { ...candidate, matched: [...new Set(lines)].slice(0, MOST_MATCHED) };
  });
}

/** The kinds that have a setting: only their entities can be without it. */
function kindsWith(candidates: readonly Candidate[], setting: string): ReadonlySet<Kind> {
  const having = candidates.filter((each) => settingIn(each, setting).length > 0).map(({ entity }) => entity.kind);
  const all = new Set(candidates.map(({ entity }) => entity.kind));
  return new Set([...having, ...[...all].filter((kind) => declares(kind, setting))]);
}

const settingIn = ({ entity, graph }: Candidate, setting: string) =>
  valuesOf(entity, graph).filter(({ path }) => means(entity.kind, setting, path));

type Compare = (setting: Setting, wanted: string) => boolean;
const equals: Compare = ({ path, value }, wanted) =>
  value.toLowerCase() === wanted.toLowerCase() || compared(path, value, wanted) === 0;
const contains: Compare = ({ value }, wanted) => value.toLowerCase().includes(wanted.toLowerCase());
const above: Compare = ({ path, value }, wanted) => (compared(path, value, wanted) ?? 0) > 0;
const below: Compare = ({ path, value }, wanted) => (compared(path, value, wanted) ?? 0) < 0;
const always: Compare = () => true;

/** How one value is compared, and whether no value may match. */
const TESTS: Readonly<Record<SettingCondition['is'], { readonly fits: Compare; readonly isNot?: true }>> = {
  equals: { fits: equals },
  not: { fits: equals, isNot: true },
  contains: { fits: contains },
  lacks: { fits: contains, isNot: true },
  above: { fits: above },
  below: { fits: below },
  set: { fits: always },
  unset: { fits: always, isNot: true },
};

/** The values that meet a condition; undefined if it is not met. */
function metBy(candidate: Candidate, { setting, is, value = '' }: SettingCondition): Setting[] | undefined {
  const { fits, isNot = false } = TESTS[is];
  const found = settingIn(candidate, setting).filter((each) => fits(each, value));
  if (isNot) return found.length === 0 ? [] : undefined;
  return found.length === 0 ? undefined : found;
}
