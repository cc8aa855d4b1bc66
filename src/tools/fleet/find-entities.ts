import * as z from 'zod';
import type { Graph, GraphOptions, Kind } from '../../inventory/graph.ts';
import { KINDS } from '../../inventory/kinds.ts';
import { plainOrQuoted, quoted } from '../../untrusted.ts';
import { Words } from '../lenient.ts';
import { requireProperty, requireSetting, requireStatus } from './applicable.ts';
import { countsOf, FEW, matchedInAll, rowsOf, toldOf, unmatched } from './entity-rows.ts';
import { checkKeys, grouped, keysFor, keysIn, settingNames, totals } from './grouping.ts';
import { knownInstead, tagsLike } from './instead.ts';
import { isListed, isListedType } from './listed.ts';
import { type Candidate, listed, matches, mayBeIn, negated, usingIt } from './matching.ts';
import { isMoment, momentOf } from './moments.ts';
import { BY_SIZE, FULLNESS, ORDERS, SORTS } from './orders.ts';
import { answer, shaping } from './page.ts';
import { inTagged } from './placed.ts';
import { EnvironmentsArgument, environmentsOf, NotThere, type Scene } from './scene.ts';
import { canonical } from './settings.ts';
import { alsoTagged, carrying, type WithTags, withTags } from './tagged.ts';
import { fleetTool } from './tool.ts';
import { notReadIn } from './unread.ts';

/** There are many changesets, so they are searched only on request. */
const USUAL = KINDS.filter((kind) => kind !== 'changeset');
const Age = ({ orNot = false } = {}) =>
  z
    .string()
    .max(40)
    .refine(
      (text) => isMoment(orNot ? text.replace(/^!/, '') : text),
      'expects an age such as 90m, 12h, 30d or 2w, or today, or a date',
    );
const condition = (least: number, most: number, text: string) =>
  z.string().min(least).max(most).optional().describe(text);
/** The kinds that must also be read to fill a row of a kind. */
const TOLD_BY: Partial<Record<Kind, readonly Kind[]>> = {
  'scaling-group': ['cluster'],
  volume: ['cluster', 'dataview'],
  dataview: ['cluster'],
  database: ['changeset'],
};
/** With at most this many results, in at most this many environments, totals are shown without a request. */
const MOST_TOTALLED = { entities: 60, environments: 4 };
/** The kinds with a capacity to add up. */
const SIZED: ReadonlySet<Kind> = new Set(['cluster', 'database', 'scaling-group', 'volume']);

export const findEntities = fleetTool({
  name: 'find_kx_entities',
  title: 'Find kdb entities',
  description:
    'Find environments, clusters, databases, changesets, dataviews, scaling groups, volumes and users in all kdb ' +
    'environments by name, status, type, tag, age or any setting. An entity must meet every condition. Can ' +
    'also count, sum sizes, group and sort.',
  keywords: 'search count total owner who which',
  input: () =>
    z.strictObject({
      name: condition(1, 100, 'Part of the name; * for any text'),
      kinds: z
        .array(Words(KINDS))
        .min(1)
        .optional()
        .describe('Default: all; changesets only if another condition refers to them'),
      status: condition(0, 80, 'One or several, such as CREATING,UPDATING; !RUNNING: any other'),
      type: condition(0, 40, 'Type of cluster, disk, node or host, such as RDB, SSD or kx.sg.4xlarge'),
      tag: condition(0, 400, 'Key, value or key=value; !key: without that key; !*: without any tag'),
      uses: condition(2, 200, 'Text in any setting, such as a path, role, subnet or volume; or name=value; ! negates'),
      olderThan: Age().optional().describe('Age since creation, such as 30d, or a date'),
      youngerThan: Age().optional().describe('Age since creation, such as 12h, or a date'),
      changedWithin: Age({ orNot: true })
        .optional()
        .describe('Last change or creation, such as 7d or a date; !30d: unchanged for 30 days'),
      groupBy: condition(0, 100, 'Settings to count by, such as type or zone,tag:owner'),
      sort: Words(SORTS).optional().describe('fullest, emptiest: hosts only, by reserved memory'),
      limit: z.int().min(1).max(1_000).optional().describe('Maximum number of entities or groups'),
      environment: EnvironmentsArgument().optional(),
      ...shaping(),
    }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment'],
  run: async (scene, input) => {
    const { environment, view, cursor, groupBy, sort, limit = Infinity } = input;
    const [tag, uses] = [negated(input.tag), negated(input.uses)];
    const kinds = input.kinds ?? kindsFor(input);
    requireProperties(input, kinds);
    const asked = keysIn(groupBy);
    const byUnlisted = asked.some(({ name, isTag }) => !isTag && !isListed(name, kinds));
    const bySize = BY_SIZE.has(sort);
    const isFull = view === 'full' || uses !== undefined || bySize || !isListedType(input.type);
    const details = isFull || byUnlisted;
    const isShown = groupBy === undefined || uses !== undefined || asked.some(({ name }) => BY_OTHERS.test(name));
    const changes = details && input.kinds?.includes('changeset') ? () => true : undefined;
    const { graphs, gaps } = await scene.graphs(environment, {
      ...readFor(kinds, details, isShown),
      details,
      changes,
      changesetsSince: beginning(input.youngerThan),
      changesetsOf: selecting(input.name),
    });
    const candidates = graphs.flatMap((graph) =>
      entitiesIn([graph], kinds)
        .filter((entity) => matches(entity, input, graph.readAt))
        .map((entity): Candidate => ({ graph, entity })),
    );
    if (input.status !== undefined) requireStatus(input.status, kinds, entitiesIn(graphs, kinds));
    const using = uses === undefined ? candidates : usingIt(candidates, uses);
    if (uses !== undefined && using.length === 0) requireSetting(uses);
    const keys = keysFor(asked, using);
    const needsTags = tag !== undefined || keys.some(({ isTag }) => isTag);
    const tagged = needsTags ? await withTags(scene, using) : UNTAGGED(using);
    checkKeys(keys, asked, tagged.found);
    const { found: chosen, isCarried } = tag === undefined ? ALL(tagged.found) : carrying(tagged.found, tag);
    const isUnknown = !isCarried && chosen.length > 0 && tagged.seen.size > 0 && tag !== '!*';
    if (isUnknown && chosen.length > FEW.brief) throw allLack(chosen, tag ?? '', tagged.seen);
    const isPlaced = needsTags && !kinds.includes('environment');
    const places = isPlaced ? await inTagged(scene, using, { found: chosen, tag, keys, details }) : NOWHERE;
    const order = sort && ORDERS[sort];
    const sorted = order === undefined ? chosen : chosen.toSorted((a, b) => order([a], [b]));
    const kept = groupBy === undefined && limit < sorted.length ? sorted.slice(0, limit) : sorted;
    const isBrief = groupBy === undefined && kept.length <= FEW.brief;
    const more = details ? { found: kept, gaps: [] } : await readFew(scene, kept, isBrief);
    const isSized = details || more.found !== kept;
    const isTagged = groupBy === undefined && (isBrief || view === 'full') && !needsTags;
    const own = isTagged ? await alsoTagged(scene, more.found, cursor) : { found: more.found, gaps: [] };
    const { found } = own;
    const inCommon = groupBy === undefined ? matchedInAll(found) : undefined;
    const head = {
      found: sorted.length,
      ...countsOf(sorted),
      ...(kept === sorted ? (isSized ? totals(found) : {}) : { shown: kept.length }),
      ...environmentsOf(graphs),
      ...(asked.some(({ name }) => canonical(name) === 'environment') ? withoutAny(graphs, found) : {}),
      ...places.told,
      ...(inCommon === undefined ? {} : { matched: inCommon }),
      ...(found.length > 0
        ? {}
        : knownInstead({ graphs, kinds, candidates, tags: tagged.seen }, { ...input, tag, uses })),
      ...(isUnknown ? { tagsThereAre: tagsLike(tag ?? '', tagged.seen) } : {}),
      ...(uses?.startsWith('!') && using.length === candidates.length
        ? { settingsThereAre: settingNames(candidates) }
        : {}),
      ...(uses === undefined ? {} : elsewhere(input.kinds === undefined, found.length === 0)),
      ...(FULLNESS.has(sort) && found.some(({ entity }) => entity.kind === 'volume') ? { notKnown: NOT_KNOWN } : {}),
      ...notReadIn([...gaps, ...tagged.gaps, ...places.gaps, ...more.gaps, ...own.gaps]),
    };
    const level = isSized && (details || isBrief) ? toldOf(found, bySize ? 'size' : view) : (['listed'] as const);
    const section =
      groupBy === undefined
        ? {
            name: 'entities',
            rows: rowsOf(inCommon === undefined ? found : found.map(unmatched), level, graphs.length > 1),
          }
        : {
            name: 'groups',
            rows: grouped(found, { keys, details: isSized, isSized: bySize || view === 'full', order }).slice(0, limit),
          };
    return answer(head, [section], { view, cursor });
  },
});

interface Conditions {
  readonly status?: string | undefined;
  readonly type?: string | undefined;
  readonly sort?: string | undefined;
}

/** Throws NotThere for a condition or order that is about none of the kinds. */
function requireProperties({ status, type, sort }: Conditions, kinds: readonly Kind[]): void {
  if (status !== undefined) requireProperty('status', kinds);
  if (type !== undefined) requireProperty('type', kinds);
  if (BY_SIZE.has(sort)) requireProperty(FULLNESS.has(sort) ? 'fullness' : 'size', kinds);
}

const entitiesIn = (graphs: readonly Graph[], kinds: readonly Kind[]) =>
  graphs.flatMap(({ entities }) => entities.filter(({ kind }) => kinds.includes(kind)));

const NOT_KNOWN = 'how full volumes are: the API shows their size only, not how much of it is used';
const UNTAGGED = (found: readonly Candidate[]): WithTags => ({ found, gaps: [], seen: new Set() });
const NOWHERE = { told: {}, gaps: [] };
const ALL = (found: readonly Candidate[]) => ({ found, isCarried: true });

const allLack = ({ length }: readonly Candidate[], tag: string, seen: ReadonlySet<string>) =>
  new NotThere(
    `None of the ${length} has the tag ${quoted(tag.slice(1))}. Existing tags: ${tagsLike(tag, seen).map(plainOrQuoted).join(', ')}; !* finds entities without any tag.`,
  );

/** Where to search for something that is not a setting, or not of these kinds. */
function elsewhere(isWithoutLoads: boolean, isNothing: boolean) {
  const others = [
    ...(isWithoutLoads ? ['S3 paths of loads (kinds: changeset)'] : []),
    ...(isNothing ? ['tags (argument tag)'] : []),
  ];
  return others.length === 0 ? {} : { notSearched: others.join('; ') };
}

/** Settings that other entities define. */
const BY_OTHERS = /^used ?by$/i;

const MOST_WITHOUT = 60;
/** The environments without any result. */
function withoutAny(graphs: readonly Graph[], found: readonly Candidate[]) {
  const holding = new Set(found.map(({ graph }) => graph.environmentId));
  const others = graphs.filter(({ environmentId }) => !holding.has(environmentId)).map(({ name }) => name);
  return others.length === 0 ? {} : { environmentsWithout: others.length, namesWithout: others.slice(0, MOST_WITHOUT) };
}

/** The kinds to read for rows of these kinds. Free memory of hosts is needed in groups, too; users of an entity only in rows. */
function readFor(kinds: readonly Kind[], details: boolean, isShown = true): GraphOptions {
  const telling = kinds.filter((kind) => details && (isShown || kind === 'scaling-group'));
  const told = telling.flatMap((kind) => TOLD_BY[kind] ?? []);
  const everyChangeset = kinds.includes('changeset');
  return {
    kinds: [...new Set([...kinds, ...told])],
    everyChangeset,
    onlyNewestChangesets: !everyChangeset,
    nodes: false,
  };
}

/** The databases whose changesets a name may select. */
const selecting = (name: string | undefined) =>
  name === undefined ? undefined : (database: string, all: readonly string[]) => mayBeIn(name, database, all);

/** The start of a span that ends now, ISO 8601. */
const beginning = (span: string | undefined) =>
  span === undefined ? undefined : new Date(momentOf(span, new Date().toISOString())).toISOString();

interface About {
  readonly name?: string | undefined;
  readonly status?: string | undefined;
  readonly type?: string | undefined;
  readonly changedWithin?: string | undefined;
}

/** The format of changeset ids, and statuses that mostly changesets have. */
const CHANGESET_ID = /^[A-Za-z0-9]{20,26}$/;
const STATES_OF_LOADS = /^(?:failed|pending|processing|in_progress|completed?)$/i;

/**
 * The kinds for a call that names none: those with the requested type; changesets only if the call refers to changes, failures or
 * a changeset.
 */
function kindsFor({ name = '', status = '', type, changedWithin }: About): readonly Kind[] {
  if (type !== undefined && isListedType(type)) return ['cluster'];
  const isOfLoads = listed(status).some((state) => STATES_OF_LOADS.test(state)) && !status.startsWith('!');
  return changedWithin !== undefined || CHANGESET_ID.test(name) || isOfLoads ? KINDS : USUAL;
}

/** Reads few results again with their details: all of them, or only their capacity. Returns many results unchanged. */
async function readFew(scene: Scene, found: readonly Candidate[], isShown: boolean) {
  const graphs = [...new Set(found.map(({ graph }) => graph))];
  const present = KINDS.filter(
    (kind) => (isShown || SIZED.has(kind)) && found.some(({ entity }) => entity.kind === kind),
  );
  if (present.length === 0 || found.length > MOST_TOTALLED.entities || graphs.length > MOST_TOTALLED.environments)
    return { found, gaps: [] };
  const ids = new Set(found.map(({ entity }) => entity.name));
  const nodes = isShown && found.length <= FEW.whole;
  const databases = new Set(found.map(({ entity: { name, database = name } }) => database));
  const options = {
    ...readFor(present, true, isShown),
    nodes,
    changes: (changesetId: string) => ids.has(changesetId),
    changesetsOf: (database: string) => databases.has(database),
  };
  const read = await scene.again(graphs, options);
  const byId = new Map(read.graphs.map((graph) => [graph.environmentId, graph]));
  const fresh = found.map((candidate): Candidate => {
    const graph = byId.get(candidate.graph.environmentId);
    const entity = graph?.entities.find(({ id }) => id === candidate.entity.id);
    return graph === undefined || entity === undefined ? candidate : { ...candidate, graph, entity };
  });
  return { found: fresh, gaps: read.gaps };
}
