import * as z from 'zod';
import type { Graph, GraphEntity, Kind } from '../../inventory/graph-types.ts';
import { SIZE_MEASURES } from '../../inventory/sizes.ts';
import { ListItem, Words } from '../lenient.ts';
import {
  kindsWithProperty,
  requireOneMeasure,
  requirePossibleTimes,
  requireProperty,
  requireStatus,
} from './applicable.ts';
import { countsOf, FEW, levelsFor, matchedInAll, rowsOf, withoutMatched } from './entity-rows.ts';
import { FINDABLE_KINDS } from './fact-values.ts';
import { type Candidate, type Filters, filters, matches, withMatchingSettings } from './filters.ts';
import { EnvironmentsArgument, environmentsOf, type FleetReader } from './fleet-reader.ts';
import {
  groupRows,
  isEnvironment,
  type Key,
  keysIn,
  requireKeys,
  requireSettings,
  showsTotals,
  totals,
} from './grouping.ts';
import { ORDERS, propertyIn, SORTS, type Sort } from './orders.ts';
import { answer, pageArguments, type Section, type View } from './page.ts';
import { notReadIn } from './read-gaps.ts';
import { entitiesIn, isReadEnough, kindsFor, type ReadPlan, readFew, readPlanFor } from './read-plan.ts';
import { existingTags, existingValues, hasUnknownKey, noneHas, notSearched } from './suggestions.ts';
import {
  meetsTagConditions,
  prefetchTags,
  valuesByKey,
  withEnvironmentTags,
  withTags,
  withTagsOnPage,
} from './tagged.ts';
import { fleetTool } from './tool.ts';

export const findEntities = fleetTool({
  name: 'find_kx_entities',
  title: 'Find kdb entities',
  description:
    'Find environments, clusters, nodes, databases, changesets, dataviews, scaling groups, volumes and users in all ' +
    'kdb environments by name, status, type, tag, age or any setting. An entity must meet every condition. Can ' +
    'also count, sum sizes, group and sort.',
  keywords: 'search count total owner who which changed today',
  input: () =>
    z.strictObject({
      kinds: z
        .array(Words(FINDABLE_KINDS))
        .min(1)
        .optional()
        .describe(
          'Default: all; nodes and changesets only if another condition refers to them. Name these kinds to be sure.',
        ),
      ...filters(),
      groupBy: z
        .array(ListItem(100))
        .min(1)
        .max(5)
        .optional()
        .describe(
          'Count entities and sum their sizes by settings such as type, zone or created (the day), or by tag:KEY or environmentTag:KEY',
        ),
      sort: Words(SORTS)
        .optional()
        .describe(
          'changed: last changed first. largest, smallest: name the kind. fullest, emptiest: scaling groups only, by reserved memory',
        ),
      limit: z.int().min(1).max(1_000).optional().describe('Maximum number of entities or groups'),
      environment: EnvironmentsArgument().optional(),
      ...pageArguments(),
    }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment'],
  run: async (reader, input) => {
    const kinds = input.kinds ?? defaultKinds(input);
    const keys = keysIn(input.groupBy);
    requireProperties(input, kinds, keys);
    const plan = readPlanFor(input, kinds, keys);
    const isMatch = (entity: GraphEntity, graph: Graph) => matches(entity, graph, input);
    const prefetch = prefetchTags(reader, (graph) => [
      ...(needsOwnTags(input, keys) ? entitiesIn(graph, kinds).filter((entity) => isMatch(entity, graph)) : []),
      ...(needsEnvironmentTags(input, keys) ? graph.entities.filter(({ kind }) => kind === 'environment') : []),
    ]);
    const { graphs, gaps } = await reader.graphs(input.environment, plan.options, prefetch);
    const search = await findMatches(reader, graphs, input, kinds, keys);
    if (propertyIn(input.sort) === 'size') requireOneMeasure(search.found.map(({ entity }) => entity.kind));
    const shown = await selectShown(reader, search.found, { ...input, ...plan, keys });
    const head = headOf({ input, kinds, keys, graphs, search, shown });
    const notRead = notReadIn([...gaps, ...search.gaps, ...shown.gaps]);
    const { section, omitted } = sectionOf(shown, input, keys, graphs.length > 1);
    return answer({ ...head, ...omitted, ...notRead }, [section], {
      input,
      environmentsLeft: reader.environmentsLeft(),
    });
  },
});

interface Input extends Filters {
  readonly kinds?: readonly Kind[] | undefined;
  readonly groupBy?: readonly string[] | undefined;
  readonly sort?: Sort | undefined;
  readonly limit?: number | undefined;
  readonly view?: View | undefined;
  readonly cursor?: string | undefined;
}

/** Throws Unanswerable if the call refers to the status, type, tags, size or fullness of entities, and none of the kinds has it. */
function requireProperties(input: Input, kinds: readonly Kind[], keys: readonly Key[]): void {
  const { status, notStatus, type, sort } = input;
  if (status !== undefined || notStatus !== undefined) requireProperty('status', kinds);
  if (type !== undefined) requireProperty('type', kinds);
  if (needsOwnTags(input, keys)) requireProperty('tag', kinds);
  const property = propertyIn(sort);
  if (property !== undefined) requireProperty(property, kinds);
}

/** The kinds for a call that names none: those that its conditions may mean; of these, only the ones that its order accepts. */
function defaultKinds(input: Input): readonly Kind[] {
  const property = propertyIn(input.sort);
  return property === undefined ? kindsFor(input) : kindsWithProperty(property, kindsFor(input));
}

type Search = Awaited<ReturnType<typeof findMatches>>;

/** The entities that meet all conditions, with the tags that conditions and groups need. */
async function findMatches(
  reader: FleetReader,
  graphs: readonly Graph[],
  filters: Filters,
  kinds: readonly Kind[],
  keys: readonly Key[],
) {
  const { status = [], notStatus = [], tags, where } = filters;
  requirePossibleTimes(filters, graphs[0]?.readAt);
  const all = graphs.flatMap((graph) => entitiesIn(graph, kinds).map((entity): Candidate => ({ graph, entity })));
  requireStatus(
    [...status, ...notStatus],
    kinds,
    all.map(({ entity }) => entity),
  );
  requireSettings(where, kinds, all);
  const candidates = all.filter(({ entity, graph }) => matches(entity, graph, filters));
  const selected = withMatchingSettings(candidates, all, filters);
  const ownTags = needsOwnTags(filters, keys) ? await withTags(reader, selected) : untagged(selected);
  const tagged = needsEnvironmentTags(filters, keys)
    ? await withEnvironmentTags(reader, ownTags.found)
    : untagged(ownTags.found);
  requireKeys(keys, tagged.found);
  return {
    /** Before filtering by settings and tags. */
    candidates,
    found: tags === undefined ? tagged.found : tagged.found.filter((each) => meetsTagConditions(each, tags)),
    gaps: [...ownTags.gaps, ...tagged.gaps],
    tags: valuesByKey([...ownTags.seen, ...tagged.seen]),
  };
}

/** Whether conditions or groups need the tags of the entities themselves. */
const needsOwnTags = ({ tags }: Filters, keys: readonly Key[]) =>
  tags?.some(({ of }) => of === undefined) || keys.some(({ of }) => of === 'tag');
/** Whether they need the tags of the environments that contain the entities. */
const needsEnvironmentTags = ({ tags }: Filters, keys: readonly Key[]) =>
  tags?.some(({ of }) => of !== undefined) || keys.some(({ of }) => of === 'environmentTag');

const untagged = (found: readonly Candidate[]) => ({ found, gaps: [], seen: [] });

type ShownResults = Awaited<ReturnType<typeof selectShown>>;

/** The results in order, as many as are shown; with details and tags if they are few, or the view is full. */
async function selectShown(
  reader: FleetReader,
  found: readonly Candidate[],
  { sort, limit = Infinity, view, cursor, keys, details, options, tags }: Input & ReadPlan & { keys: readonly Key[] },
) {
  const compare = sort && ORDERS[sort].compare;
  const sorted = compare === undefined ? found : found.toSorted((a, b) => compare([a], [b]));
  const isGrouped = keys.length > 0;
  const kept = !isGrouped && limit < sorted.length ? sorted.slice(0, limit) : sorted;
  const isBrief = !isGrouped && kept.length <= FEW.brief;
  const detailed = isReadEnough(kept, { details, options }, isBrief)
    ? { found: kept, gaps: [] }
    : await readFew(reader, kept, isBrief);
  const needsTags = !isGrouped && (isBrief || view === 'full') && tags === undefined;
  const tagged = needsTags ? await withTagsOnPage(reader, detailed.found, cursor) : { found: detailed.found, gaps: [] };
  return {
    found: tagged.found,
    count: sorted.length,
    counts: countsOf(sorted),
    gaps: [...detailed.gaps, ...tagged.gaps],
    details,
    /** Whether each was read with its capacity. */
    hasSizes: details || detailed.found !== kept,
    isBrief,
  };
}

/** The groups or entities of an answer, and what the groups leave out. */
function sectionOf(
  shown: ShownResults,
  { sort, limit = Infinity, view }: Input,
  keys: readonly Key[],
  showsEnvironment: boolean,
): { readonly section: Section; readonly omitted: object } {
  const { found, details, hasSizes, isBrief } = shown;
  const isByProperty = propertyIn(sort) !== undefined;
  if (keys.length > 0) {
    const alwaysTotals = isByProperty || view === 'full';
    const options = { keys, hasSizes, alwaysTotals, order: sort && ORDERS[sort].compare };
    const rows = groupRows(found, options);
    const lacksTotals =
      !showsTotals(options, rows.length) && found.some(({ entity }) => SIZE_MEASURES[entity.kind] !== undefined);
    const omitted = {
      ...(rows.length > limit ? { groupsNotShown: rows.length - limit } : {}),
      ...(lacksTotals ? { totalsNotShown: 'sizes and nodes of each group (view: full shows them)' } : {}),
    };
    return { section: { name: 'groups', rows: rows.slice(0, limit) }, omitted };
  }
  const levels =
    hasSizes && (details || isBrief) ? levelsFor(found, { view, needsSizes: isByProperty }) : (['listed'] as const);
  const rows = matchedInAll(found) === undefined ? found : found.map(withoutMatched);
  return { section: { name: 'entities', rows: rowsOf(rows, levels, showsEnvironment) }, omitted: {} };
}

interface AnswerParts {
  readonly input: Input;
  readonly kinds: readonly Kind[];
  readonly keys: readonly Key[];
  readonly graphs: readonly Graph[];
  readonly search: Search;
  readonly shown: ShownResults;
}

function headOf({ input, kinds, keys, graphs, search, shown }: AnswerParts) {
  const { found, count } = shown;
  const foundNothing = count === 0;
  const inCommon = keys.length === 0 ? matchedInAll(found) : undefined;
  const hasUnknownTag = search.tags.size > 0 && hasUnknownKey(input.tags, search.tags);
  const sizes = shown.hasSizes ? totals(found) : {};
  return {
    found: count,
    ...shown.counts,
    ...(found.length < count ? { shown: found.length } : sizes),
    ...environmentsOf(graphs),
    ...(keys.some(isEnvironment) ? environmentsWithoutAny(graphs, found) : {}),
    ...(inCommon === undefined ? {} : { matched: inCommon }),
    ...anyValue(input.tags),
    ...(foundNothing
      ? existingValues({ graphs, kinds, ...search }, input)
      : noneHas({ graphs, kinds, ...search }, input)),
    ...(hasUnknownTag && !foundNothing ? { existingTags: existingTags(input.tags ?? [], search.tags) } : {}),
    ...notSearched(input, kinds, { foundNothing, hasKinds: input.kinds !== undefined }),
    ...notKnown(input, found),
  };
}

/** The keys of tags for which any value matches, because the call names no value. */
function anyValue(tags: Filters['tags'] = []) {
  const keys = tags
    .filter(({ value, absent = false }) => value === undefined && !absent)
    .flatMap(({ key }) => key ?? []);
  return keys.length === 0 ? {} : { tagsMatched: keys.map((key) => `${key}: any value`) };
}

/** What no read shows, if the call asks for it. */
function notKnown({ sort, changedAfter }: Input, found: readonly Candidate[]) {
  const hasVolumes = found.some(({ entity }) => entity.kind === 'volume');
  const unknown = [
    ...(propertyIn(sort) === 'fullness' && hasVolumes ? [FULLNESS_UNKNOWN] : []),
    ...(changedAfter === undefined && sort !== 'changed' ? [] : [CHANGES_UNKNOWN]),
  ];
  return unknown.length === 0 ? {} : { notKnown: unknown.join('; ') };
}

const FULLNESS_UNKNOWN = 'how full volumes are: the API shows their size only, not how much of it is used';
const CHANGES_UNKNOWN = 'deletions, changes of tags, and who made a change: the API shows none of these';
const MAX_WITHOUT = 60;

function environmentsWithoutAny(graphs: readonly Graph[], found: readonly Candidate[]) {
  const holding = new Set(found.map(({ graph }) => graph.environmentId));
  const others = graphs.filter(({ environmentId }) => !holding.has(environmentId)).map(({ name }) => name);
  return others.length === 0 ? {} : { environmentsWithout: others.length, namesWithout: others.slice(0, MAX_WITHOUT) };
}
