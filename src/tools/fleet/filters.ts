import * as z from 'zod';
import { namesOf } from '../../inventory/dependents.ts';
import { type Graph, type GraphEntity, gapOwner, type Kind } from '../../inventory/graph-types.ts';
import { getterOf, hidesDependents, statusClass } from '../../inventory/kinds.ts';
import type { OperationName } from '../../operations/index.ts';
import { quoteUntrusted } from '../../untrusted.ts';
import { KeyValue, ListItem, NonEmpty, Scalar, Words } from '../lenient.ts';
import { isLike } from './environment-lookup.ts';
import {
  comparedValuesOf,
  declares,
  type FactValue,
  FINDABLE_KINDS,
  isFactNamed,
  isListed,
  readsNeededFor,
  searchedValuesOf,
} from './fact-values.ts';
import { isDate, isMoment, momentOf } from './moments.ts';
import { changedAt } from './orders.ts';
import { compareQuantities, isQuantity } from './quantities.ts';
import { Unanswerable } from './unanswerable.ts';

/** An entity in its environment, with what was found out about it. */
export interface Candidate {
  readonly graph: Graph;
  readonly entity: GraphEntity;
  readonly tags?: Readonly<Record<string, string>>;
  readonly environmentTags?: Readonly<Record<string, string>>;
  /** The settings that matched, as `name=value`. */
  readonly matched?: readonly string[];
}

const words = (description: string) => z.array(ListItem(80)).min(1).max(20).optional().describe(description);
const moment = (description: string) =>
  z
    .string()
    .max(40)
    .refine(isMoment, 'expects a date, or a span such as 90m, 12h, 30d or 2w')
    .optional()
    .describe(description);

const COMPARISONS = ['equals', 'not', 'contains', 'lacks', 'above', 'below', 'set', 'unset'] as const;

const isOrder = (is: (typeof COMPARISONS)[number]) => is === 'above' || is === 'below';

const tagCondition = () =>
  KeyValue(
    z.strictObject({
      key: NonEmpty(128),
      value: NonEmpty(256),
      absent: z.boolean().optional().describe('true: entities without such a tag'),
      of: z.enum(['environment']).optional().describe('environment: tags of the environment that contains the entity'),
    }),
  );

const settingCondition = () =>
  z
    .strictObject({
      setting: z.string().min(1).max(100).describe('As in answers or in the API, such as nodeCount or databaseName'),
      is: Words(COMPARISONS).describe(
        'contains, lacks: part of the value; above, below: numbers or dates; set, unset: omit value',
      ),
      value: Scalar(200)
        .optional()
        .describe('A number can have a unit, such as 20 GiB; without one, it is in the unit of the setting'),
    })
    .refine(({ is, value }) => value !== undefined || is === 'set' || is === 'unset', 'expects a value')
    .refine(
      ({ is, value }) => value === undefined || !isOrder(is) || isQuantity(value) || isDate(value),
      'expects a number as value, such as 3 or 20 GiB, or a date; for an age such as 30d, use createdBefore or createdAfter',
    );

/** The arguments that select entities; all must hold. */
export const filters = () => ({
  name: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe(
      "Part of the entity's name, or of the database or cluster that contains it; case is ignored. A pattern with * (any text) must match the whole name.",
    ),
  status: words(
    'Any of these statuses or groups of them: failed, underway (a change is in progress), settled (neither)',
  ),
  notStatus: words('None of these'),
  type: words('Any of these types of cluster, disk, node or host, such as RDB, SSD_1000 or kx.sg.4xlarge'),
  tags: z
    .array(tagCondition())
    .min(1)
    .max(20)
    .optional()
    .describe(
      'Conditions with the same key are alternatives, except with absent; all others must hold. One without key and value means any tag.',
    ),
  text: z
    .string()
    .min(2)
    .max(200)
    .optional()
    .describe('Text in any setting or failure reason (names are not settings), such as a path, role, subnet or volume'),
  where: z.array(settingCondition()).min(1).max(20).optional().describe('Conditions on settings; all must hold'),
  createdBefore: moment('A date, or a span before now such as 90m, 12h, 30d or 2w'),
  createdAfter: moment('Date or span'),
  changedBefore: moment('Date or span, compared with the last change or, if there was none, with the creation'),
  changedAfter: moment(
    'Like changedBefore. Does not find deleted entities or tag changes; their times are not recorded.',
  ),
});

type Schemas = ReturnType<typeof filters>;
export type Filters = { readonly [F in keyof Schemas]?: z.output<Schemas[F]> };
export type TagCondition = NonNullable<Filters['tags']>[number];
type SettingCondition = NonNullable<Filters['where']>[number];

/** Whether an entity meets the conditions on its name, status, type and times. */
export function matches(entity: GraphEntity, graph: Graph, filters: Filters): boolean {
  const { name, status, notStatus, type, createdBefore, createdAfter, changedBefore, changedAfter } = filters;
  const { readAt: now } = graph;
  const created = Date.parse(entity.created ?? '');
  const changed = Date.parse(changedAt(entity));
  return (
    (name === undefined || isNamedIn(graph, entity, name)) &&
    (status === undefined || status.some((word) => hasStatus(entity.status, word))) &&
    (notStatus === undefined ||
      (entity.status !== undefined && !notStatus.some((word) => hasStatus(entity.status, word)))) &&
    (type === undefined || type.some((word) => hasType(entity, word))) &&
    (createdBefore === undefined || created < momentOf(createdBefore, now)) &&
    (createdAfter === undefined || created > momentOf(createdAfter, now)) &&
    (changedBefore === undefined || changed < momentOf(changedBefore, now)) &&
    (changedAfter === undefined || changed > momentOf(changedAfter, now))
  );
}

const isNamedIn = (graph: Graph, entity: GraphEntity, wanted: string) =>
  [entity.name, containerOf(entity)].some((own) => nameMatches(own, wanted)) ||
  namesOf(graph, entity).some((own) => own.toLowerCase() === wanted.toLowerCase());

/** The name of the database or cluster that contains an entity; empty for one directly in an environment. */
const containerOf = ({ kind, database = '', facts }: GraphEntity) =>
  kind === 'node' ? String(facts['cluster']) : database;

/** Whether a name contains a text or, if the text has a `*`, matches it; all word separators are equal. */
export function nameMatches(name: string, wanted: string): boolean {
  const [ownName, pattern] = [name, wanted].map((each) => each.toLowerCase().replaceAll(/[_\s]/g, '-')) as [
    string,
    string,
  ];
  return pattern.includes('*') ? isLike(ownName, pattern) : ownName.includes(pattern);
}

/** Whether a status is the one that a word names, or of the class that it names. */
export const hasStatus = (status: string | undefined, word: string): boolean =>
  status !== undefined && [status, statusClass(status).toUpperCase()].includes(statusWord(word));

export const STATUS_CLASSES = ['FAILED', 'UNDERWAY', 'SETTLED'];
/** A status or a class as this server spells it; `moving` was the word for `underway`. */
export const statusWord = (word: string) =>
  word
    .trim()
    .toUpperCase()
    .replaceAll(/[\s-]/g, '_')
    .replace(/^MOVING$/, 'UNDERWAY');

const hasType = ({ facts }: GraphEntity, word: string) =>
  [facts['type'], facts['hostType'], facts['nodeType'], facts['volumeType']].some(
    (own) => own !== undefined && String(own).toLowerCase() === word.toLowerCase(),
  );

const MAX_MATCHED = 6;

/** The candidates that have a text in a setting and meet all conditions on settings; `all` are all entities of the kinds. */
export function withMatchingSettings(
  candidates: readonly Candidate[],
  all: readonly Candidate[],
  { text, where = [] }: Filters,
): Candidate[] {
  const wanted = text?.toLowerCase();
  const withText = ({ entity, graph }: Candidate) =>
    wanted === undefined
      ? []
      : searchedValuesOf(entity, graph, wanted).filter(({ value }) => value.toLowerCase().includes(wanted));
  const kindsHaving = where.map(({ setting }) => kindsWith(candidates, all, setting));
  const selected = candidates.flatMap((candidate) => {
    const found = withText(candidate);
    const met = where.map((condition, at) =>
      kindsHaving[at]?.has(candidate.entity.kind) ? valuesMeeting(candidate, condition) : undefined,
    );
    if ((wanted !== undefined && found.length === 0) || met.includes(undefined)) return [];
    const lines = [...found, ...met.flatMap((each) => each ?? [])].map(({ path, value }) => `${path}=${value}`);
    return lines.length === 0 ? candidate : { ...candidate, matched: [...new Set(lines)].slice(0, MAX_MATCHED) };
  });
  if (selected.length === 0) for (const condition of where) requireComparable(candidates, condition);
  return selected;
}

/** Throws Unanswerable if a condition compares the order of values, and its setting has only values that cannot be compared so. */
function requireComparable(candidates: readonly Candidate[], { setting, is, value = '' }: SettingCondition): void {
  const [first, ...others] = isOrder(is) ? candidates.flatMap((each) => valuesOfSetting(each, setting)) : [];
  if (
    first === undefined ||
    [first, ...others].some((own) => compareQuantities(own.path, own.value, value) !== undefined)
  )
    return;
  const forAge = TIMES.has(first.path) ? ` For an age, use ${first.path}Before or ${first.path}After.` : '';
  throw new Unanswerable(
    `${quoteUntrusted(setting)} cannot be compared with ${quoteUntrusted(value)}: it has values such as ${quoteUntrusted(first.value)}. Numbers are compared with numbers, days with days and times with days or times.${forAge}`,
  );
}

const TIMES: ReadonlySet<string> = new Set(['created', 'changed']);

/** Of the kinds of the candidates, those that have a setting or can have it: `unset`, for example, matches only their entities. */
function kindsWith(candidates: readonly Candidate[], all: readonly Candidate[], setting: string): ReadonlySet<Kind> {
  const kinds = new Set(candidates.map(({ entity }) => entity.kind));
  const hasIt = (kind: Kind) =>
    all.some((each) => each.entity.kind === kind && valuesOfSetting(each, setting).length > 0);
  return new Set([...kinds].filter((kind) => declares(kind, setting) || hasIt(kind)));
}

export const valuesOfSetting = ({ entity, graph }: Candidate, setting: string) =>
  comparedValuesOf(entity, graph).filter(({ path }) => isFactNamed(entity.kind, setting, path));

/** The conditions that exclude a value that no candidate has, or may have where a read failed: the value may be misspelt. */
export const conditionsExcludingNothing = (
  candidates: readonly Candidate[],
  { where = [] }: Filters,
): SettingCondition[] =>
  where.filter(({ setting, is, value }) => {
    const { fits, isNegated = false } = TESTS[is];
    const isIn = (each: Candidate) =>
      isUnread(each, setting) || valuesOfSetting(each, setting).some((own) => fits(own, value ?? ''));
    return isNegated && value !== undefined && !candidates.some(isIn);
  });

/** Whether values of a setting of an entity may be missing because a read failed: then they do not count as absent. */
export function isUnread({ graph: { gaps }, entity }: Candidate, setting: string): boolean {
  if (gaps.length === 0) return false;
  const { kind } = entity;
  const owner = gapOwner(entity);
  const needs = readsNeededFor(setting, [kind]);
  const needed: readonly OperationName[] = [
    ...(isListed(setting, [kind]) ? [] : [getterOf(kind === 'node' ? 'cluster' : kind)]),
    ...(needs.has('nodes') ? (['ListKxClusterNodes'] as const) : []),
    ...(needs.has('database') ? (['GetKxDatabase'] as const) : []),
  ];
  return gaps.some(
    (gap) =>
      (needed.includes(gap.operation) && (gap.of ?? owner) === owner) ||
      (needs.has('dependents') && hidesDependents(gap, kind)),
  );
}

type Compare = (setting: FactValue, wanted: string) => boolean;
const equals: Compare = ({ path, value }, wanted) => {
  const [own, text] = [value.toLowerCase(), wanted.toLowerCase()];
  const isEnd = PATH.test(own) && own.endsWith(`/${text}`);
  return isEnd || [text, text.replace(KIND, '')].includes(own) || compareQuantities(path, value, wanted) === 0;
};
/** A value that people call by its end, such as the name of a role or of a file. */
const PATH = /^(?:arn:|s3:\/\/)/;
/** How answers begin the id of an entity, such as `cluster:hdb-fx`. */
const KIND = new RegExp(`^(?:${FINDABLE_KINDS.join('|')}):`);
const contains: Compare = ({ value }, wanted) => value.toLowerCase().includes(wanted.toLowerCase());
const above: Compare = ({ path, value }, wanted) => (compareQuantities(path, value, wanted) ?? 0) > 0;
const below: Compare = ({ path, value }, wanted) => (compareQuantities(path, value, wanted) ?? 0) < 0;
const always: Compare = () => true;

/** How one value is compared, and whether the condition is met if no value matches. */
const TESTS: Readonly<Record<SettingCondition['is'], { readonly fits: Compare; readonly isNegated?: true }>> = {
  equals: { fits: equals },
  not: { fits: equals, isNegated: true },
  contains: { fits: contains },
  lacks: { fits: contains, isNegated: true },
  above: { fits: above },
  below: { fits: below },
  set: { fits: always },
  unset: { fits: always, isNegated: true },
};

/** The values that meet a condition, none if it is negated; undefined if it is not met. */
function valuesMeeting(candidate: Candidate, { setting, is, value = '' }: SettingCondition): FactValue[] | undefined {
  const { fits, isNegated = false } = TESTS[is];
  if (isNegated && isUnread(candidate, setting)) return undefined;
  const found = valuesOfSetting(candidate, setting).filter((each) => fits(each, value));
  if (isNegated) return found.length === 0 ? [] : undefined;
  return found.length === 0 ? undefined : found;
}
