import type { Graph, Kind } from '../../inventory/graph-types.ts';
import { truncate } from '../../inventory/units.ts';
import { nearest } from '../../nearest.ts';
import { DELETED } from './environment-lookup.ts';
import { isFactNamed, valuesOf } from './fact-values.ts';
import { type Candidate, conditionsExcludingNothing, type Filters, statusWord, type TagCondition } from './filters.ts';
import { settingNames } from './grouping.ts';
import type { ReadGap } from './read-gaps.ts';
import { entitiesIn, ON_REQUEST_KINDS } from './read-plan.ts';
import { equalsIgnoringCase } from './tagged.ts';

type TagValues = ReadonlyMap<string, ReadonlySet<string>>;

interface Searched {
  readonly graphs: readonly Graph[];
  readonly kinds: readonly Kind[];
  /** The candidates before filtering by settings and tags. */
  readonly candidates: readonly Candidate[];
  /** The tags that were read. */
  readonly tags: TagValues;
  /** The tags that could not be read. */
  readonly gaps: readonly ReadGap[];
}

const MAX_TEXTS = 30;
const MAX_CHARACTERS = 60;

/** The existing values where nothing was found, because a misspelt value does not mean that nothing exists. */
export function existingValues({ graphs, kinds, candidates, tags }: Searched, filters: Filters) {
  const { name, status, type, where = [], tags: conditions } = filters;
  const entities = graphs.flatMap((graph) => entitiesIn(graph, kinds));
  const types = entities.flatMap(({ facts }) => [facts['type'], facts['hostType'], facts['nodeType']]);
  const meant = name && nearest(name, [...new Set(entities.map((entity) => entity.name))]);
  return {
    ...(meant === undefined ? {} : { didYouMean: truncate(meant, MAX_CHARACTERS) }),
    ...(status === undefined ? {} : { existingStatuses: someDistinct(entities.map((entity) => entity.status)) }),
    ...(type === undefined ? {} : { existingTypes: someDistinct(types) }),
    ...(candidates.length === 0 ? {} : existingSettings(where, candidates)),
    ...(conditions === undefined ? {} : { existingTags: existingTags(conditions, tags) }),
  };
}

/** The tags with the same keys if they are in use, otherwise all keys. */
export function existingTags(conditions: NonNullable<Filters['tags']>, tags: TagValues): string[] {
  const alike = [...tags].filter(([own]) =>
    conditions.some(({ key }) => key !== undefined && equalsIgnoringCase(key, own)),
  );
  if (alike.length === 0) return someDistinct([...tags.keys()]);
  return someDistinct(alike.flatMap(([key, values]) => [...values].map((value) => `${key}=${value}`)));
}

/** Whether a condition has a key that no tag has. */
export const hasUnknownKey = (conditions: Filters['tags'] = [], tags: TagValues): boolean =>
  conditions.some(({ key }) => key !== undefined && ![...tags.keys()].some((own) => equalsIgnoringCase(key, own)));

/** The values that conditions exclude although nothing has them, and the existing ones: an excluded value may be misspelt. */
export function noneHas({ candidates, tags, gaps }: Searched, filters: Filters) {
  const where = conditionsExcludingNothing(candidates, filters);
  const unknown =
    gaps.length === 0 ? (filters.tags ?? []).filter((condition) => isAbsentEverywhere(condition, tags)) : [];
  if (where.length + unknown.length === 0) return {};
  const excluded = [...where.map(({ setting, value }) => `${setting}=${value}`), ...unknown.map(tagText)];
  return {
    noneHas: excluded.map((text) => truncate(text, MAX_CHARACTERS)),
    ...existingSettings(where, candidates),
    ...(unknown.length === 0 ? {} : { existingTags: existingTags(unknown, tags) }),
  };
}

const tagText = ({ key = 'any tag', value }: TagCondition) => `${key}=${value}`;

/** Whether a condition excludes a value that no tag with its key has. */
const isAbsentEverywhere = ({ key, value, absent = false }: TagCondition, tags: TagValues): boolean =>
  absent &&
  value !== undefined &&
  ![...tags].some(
    ([own, values]) =>
      (key === undefined || equalsIgnoringCase(key, own)) &&
      [...values].some((each) => equalsIgnoringCase(each, value)),
  );

/** The values of the settings in the conditions or, if they have none, the names of all settings. */
function existingSettings(where: NonNullable<Filters['where']>, candidates: readonly Candidate[]) {
  if (where.length === 0) return {};
  const values = candidates.flatMap(({ entity, graph }) =>
    valuesOf(entity, graph).filter(({ path }) => where.some(({ setting }) => isFactNamed(entity.kind, setting, path))),
  );
  if (values.length === 0) return { existingSettings: settingNames(candidates) };
  return { existingValues: someDistinct(values.map(({ value }) => value)) };
}

/** As many untrusted texts as fit into an answer. */
const someDistinct = (values: readonly unknown[]) =>
  [...new Set(values.filter((value) => value !== undefined).map(String))]
    .toSorted()
    .slice(0, MAX_TEXTS)
    .map((text) => truncate(text, MAX_CHARACTERS));

/** What was not searched, and the argument that searches it. */
export function notSearched(
  filters: Filters,
  kinds: readonly Kind[],
  { foundNothing, hasKinds }: { readonly foundNothing: boolean; readonly hasKinds: boolean },
) {
  const isOfDeleted = filters.status?.some((word) => statusWord(word) === DELETED) === true;
  const others = [
    ...(isOfDeleted && kinds.includes('environment') ? [GONE] : []),
    ...(filters.text !== undefined && !kinds.includes('changeset') && !hasKinds ? [LOADS] : []),
    ...(foundNothing && filters.text !== undefined ? ['names (argument name)', 'tags (argument tags)'] : []),
    ...(foundNothing && filters.name !== undefined ? ['descriptions and other settings (argument text)'] : []),
    ...(foundNothing && filters.text === undefined && !hasKinds ? onRequestKinds(kinds) : []),
  ];
  return others.length === 0 ? {} : { notSearched: others.join('; ') };
}

const GONE = 'deleted environments (list_kx_environments shows them)';
const LOADS = 'changesets with their S3 paths (kinds: changeset)';

function onRequestKinds(searched: readonly Kind[]): string[] {
  const others = ON_REQUEST_KINDS.filter((kind) => !searched.includes(kind)).map((kind) => `${kind}s`);
  return others.length === 0 ? [] : [`${others.join(' and ')} (argument kinds)`];
}
