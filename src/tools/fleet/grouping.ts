import type { GraphEntity, Kind } from '../../inventory/graph-types.ts';
import { factsOf } from '../../inventory/kinds.ts';
import { usesCapacity } from '../../inventory/sizes.ts';
import { sumByName } from '../../inventory/sum-by-name.ts';
import { connectedNames } from '../../inventory/summary.ts';
import { bytes, exactMemory, truncate } from '../../inventory/units.ts';
import { quoteUnlessPlain, quoteUntrusted } from '../../untrusted.ts';
import { withoutUndefined } from '../../without-undefined.ts';
import { bareNameOf, declares, everythingOf, type FactValue, isFactNamed, valuesOf } from './fact-values.ts';
import { type Candidate, type Filters, isUnread, valuesOfSetting } from './filters.ts';
import { equalsIgnoringCase } from './tagged.ts';
import { Unanswerable } from './unanswerable.ts';

/** Maximum tokens of all groups with their names; with more, each group shows some names or, if there are many groups, none. */
const MAX_TOKENS = 1_500;
const TOKENS_PER_GROUP = 12;
const CHARACTERS_PER_TOKEN = 2.5;
const CHARACTERS_BETWEEN_NAMES = 4;
const SOME_NAMES = 8;
/** With more groups than this, they show no totals by default, and names only if all fit. */
const MANY_GROUPS = 20;
const NONE = '(none)';
const NOT_READ = '(not read)';

/** A setting or tag to group by, such as `environment`, `tag:owner` or `environmentTag:owner`. */
export interface Key {
  readonly name: string;
  readonly of: 'setting' | 'tag' | 'environmentTag';
}

export const keysIn = (groupBy: readonly string[] = []): Key[] =>
  groupBy.map((text) => {
    const [, prefix, tag] = /^(tag|environmentTag)s?:(.+)$/i.exec(text) ?? [];
    if (tag === undefined) return { name: text, of: 'setting' };
    return { name: tag, of: equalsIgnoringCase(prefix ?? '', 'tag') ? 'tag' : 'environmentTag' };
  });

/** Throws Unanswerable for an unknown setting or tag, and names the existing ones. A tag passes if no entity has any tag. */
export function requireKeys(keys: readonly Key[], found: readonly Candidate[]): void {
  for (const key of keys) {
    const isPossible = ({ entity }: Candidate) => key.of === 'setting' && declares(entity.kind, key.name);
    const isPresent = found.length === 0 || found.some((each) => isPossible(each) || valuesIn(each, key)[0] !== NONE);
    const tags = [...new Set(found.flatMap((each) => Object.keys(tagsOf(each, key))))].toSorted();
    if (isPresent || (key.of !== 'setting' && tags.length === 0)) continue;
    if (key.of === 'setting') throw noSetting(key.name, found, 'tag:KEY');
    const existing = tags.map((tag) => quoteUnlessPlain(truncate(tag, 60)));
    throw new Unanswerable(`None of these has the tag ${quoteUntrusted(key.name)}. Available: ${existing.join(', ')}.`);
  }
}

/** Throws Unanswerable for a condition on a setting that no entity has or can have: that nothing matches would look like an answer. */
export function requireSettings(
  where: Filters['where'] = [],
  kinds: readonly Kind[],
  entities: readonly Candidate[],
): void {
  const isPresent = (wanted: string) =>
    kinds.some((kind) => declares(kind, wanted)) ||
    entities.some((each) => isUnread(each, wanted) || valuesOfSetting(each, wanted).length > 0);
  const unknown = where.find(({ setting }) => entities.length > 0 && !isPresent(setting));
  if (unknown !== undefined) throw noSetting(unknown.setting, entities, 'the argument tags');
}

const noSetting = (name: string, found: readonly Candidate[], forTags: string) =>
  new Unanswerable(
    `None of these has the setting ${quoteUntrusted(name)}. Available: ${settingNames(found).join(', ') || 'none'}. For a tag, use ${forTags}.`,
  );

const tagsOf = ({ tags = {}, environmentTags = {} }: Candidate, { of }: Key) =>
  of === 'environmentTag' ? environmentTags : tags;

interface GroupOptions {
  readonly keys: readonly Key[];
  /** Whether the capacity of each result was read. */
  readonly hasSizes: boolean;
  /** Whether totals are shown even for many groups. */
  readonly alwaysTotals: boolean;
  /** The order of the groups; by default, those with the most members first. */
  readonly order?: ((a: readonly Candidate[], b: readonly Candidate[]) => number) | undefined;
}

/** Whether groups show their totals: if these are known, and the groups are few or the call asks for the totals of many. */
export const showsTotals = ({ hasSizes, alwaysTotals }: GroupOptions, groupCount: number): boolean =>
  hasSizes && (alwaysTotals || groupCount <= MANY_GROUPS);

/**
 * One row for each value of a setting or tag, or of a combination of several, with the number of members, their names and their
 * totals.
 */
export function groupRows(found: readonly Candidate[], options: GroupOptions) {
  const { keys, order = mostFirst } = options;
  const groups = new Map<string, Candidate[]>();
  for (const candidate of found)
    for (const value of new Set(combine(keys.map((key) => valuesIn(candidate, key)))))
      groups.set(value, [...(groups.get(value) ?? []), candidate]);
  const isByEnvironment = keys.some(isEnvironment);
  const nameFor = isByEnvironment ? ({ entity }: Candidate) => nameOf(entity) : uniqueNames(found);
  const nameTokens =
    found.reduce((sum, each) => sum + nameFor(each).length + CHARACTERS_BETWEEN_NAMES, 0) / CHARACTERS_PER_TOKEN;
  const isMany = groups.size > MANY_GROUPS;
  const isFitting = nameTokens + groups.size * TOKENS_PER_GROUP <= MAX_TOKENS;
  const someNames = isMany ? 0 : SOME_NAMES;
  const maxNames = isFitting ? found.length : someNames;
  return [...groups]
    .toSorted(([, a], [, b]) => order(a, b))
    .map(([value, members]) => ({
      value,
      count: members.length,
      ...(maxNames === 0 ? {} : { names: members.slice(0, maxNames).map(nameFor) }),
      ...(maxNames > 0 && members.length > maxNames ? { more: members.length - maxNames } : {}),
      ...(groups.size > 1 && showsTotals(options, groups.size) ? totals(members) : {}),
    }));
}

const mostFirst = (a: readonly Candidate[], b: readonly Candidate[]) => b.length - a.length;
const nameOf = ({ name, database }: GraphEntity) => (database ? `${database}/${name}` : name);

/** The name of each candidate, with its environment if the name occurs more than once. */
function uniqueNames(found: readonly Candidate[]): (candidate: Candidate) => string {
  const counts = new Map(Object.entries(sumByName(found.map(({ entity }) => [nameOf(entity), 1]))));
  return ({ entity, graph }) => {
    const name = nameOf(entity);
    return counts.get(name) === 1 ? name : `${name} in ${graph.name}`;
  };
}

/** One text for each combination of one value per key. */
const combine = (values: readonly (readonly string[])[]): string[] =>
  values
    .reduce<string[]>((texts, each) => texts.flatMap((text) => each.map((value) => `${text}, ${value}`)), [''])
    .map((text) => text.slice(2));

export const isEnvironment = ({ name, of }: Key) => of === 'setting' && bareNameOf(name) === 'environment';

function valuesIn(candidate: Candidate, key: Key): string[] {
  const { entity, graph } = candidate;
  const members = () => ({ ...everythingOf(entity, graph), mounts: connectedNames(entity, graph)['mounts'] });
  const values = key.of === 'setting' ? valuesNamed(entity.kind, members(), key.name) : tagValues(candidate, key);
  if (values.length > 0) return values.map((each) => (typeof each === 'object' ? JSON.stringify(each) : String(each)));
  const isMeant = ({ path }: FactValue) => key.of === 'setting' && isFactNamed(entity.kind, key.name, path);
  const inside = valuesOf(entity, graph).filter(isMeant);
  if (inside.length > 0) return inside.map((each) => each.value);
  return [key.of === 'setting' && isUnread(candidate, key.name) ? NOT_READ : NONE];
}

const tagValues = (candidate: Candidate, key: Key) =>
  Object.entries(tagsOf(candidate, key)).flatMap(([name, value]) =>
    equalsIgnoringCase(name, key.name) ? [value] : [],
  );

function valuesNamed(kind: Kind, members: Record<string, unknown>, wanted: string): unknown[] {
  const names = Object.keys(members).filter((name) => members[name] !== undefined);
  const name =
    names.find((each) => equalsIgnoringCase(each, wanted)) ?? names.find((each) => isFactNamed(kind, wanted, each));
  const value = name === undefined ? [] : members[name];
  return Array.isArray(value) ? value : [value];
}

export const settingNames = (found: readonly Candidate[]) =>
  [...new Set(found.flatMap(({ entity }) => Object.keys(entity.facts)))].toSorted();

export function totals(found: readonly Candidate[]) {
  const using = found.map(({ entity }) => entity).filter(usesCapacity);
  const all = [...new Set(using.map(({ kind }) => kind))].flatMap((kind) => {
    const own = using.filter((entity) => entity.kind === kind).map(({ facts }) => facts);
    return Object.entries(factsOf(kind)).flatMap(([name, { unit, totals: wanted = [] }]) =>
      wanted.map((total) => [total.name, totalOf(own, name, total, unit)] as const),
    );
  });
  const shown = withoutUndefined(Object.fromEntries(all));
  return Object.keys(shown).length === 0 ? {} : { totals: shown };
}

type Values = Readonly<Record<string, unknown>>;
type Total = NonNullable<ReturnType<typeof factsOf>[string]['totals']>[number];

/** The sum of a fact, or its sums by another fact; undefined if there is nothing to add up, or a value that it needs is unknown. */
function totalOf(own: readonly Values[], name: string, { member, times, by, needsAll }: Total, unit: unknown) {
  if (needsAll && own.some((facts) => facts[name] === undefined)) return undefined;
  const amounts = own.map((facts) => {
    const values = [facts[name]].flat().map((value) => (member === undefined ? value : (value as Values)?.[member]));
    const factor = times === undefined ? 1 : Number(facts[times] ?? 0);
    return [
      String(by && facts[by]),
      values.reduce<number>((all, each) => all + (Number(each) || 0), 0) * factor,
    ] as const;
  });
  if (by !== undefined) {
    const sums = sumByName(amounts.filter((_, at) => own[at]?.[by] !== undefined));
    return Object.keys(sums).length === 0 ? undefined : sums;
  }
  const sum = amounts.reduce((all, [, amount]) => all + amount, 0);
  if (sum === 0) return undefined;
  if (unit === 'MiB') return exactMemory(sum);
  return unit === 'bytes' ? bytes(sum) : sum;
}
