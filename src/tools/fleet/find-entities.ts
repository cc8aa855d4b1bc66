import * as z from 'zod';
import { detailOf } from '../../inventory/detail.ts';
import type { Graph, GraphOptions, Kind } from '../../inventory/graph.ts';
import { KINDS } from '../../inventory/kinds.ts';
import { known } from '../../inventory/known.ts';
import { entityRow } from '../../inventory/summary.ts';
import { statusKind } from '../../inventory/trouble.ts';
import { age, minute } from '../../inventory/units.ts';
import { grouped, settingNames, someHave, summed, totals } from './grouping.ts';
import { knownInstead } from './instead.ts';
import { isListed, isListedType } from './listed.ts';
import { type Candidate, isMoment, matches, usingIt } from './matching.ts';
import { ORDERS, SORTS } from './orders.ts';
import { answer, shaping } from './page.ts';
import { EnvironmentArgument, environmentsOf, notReadIn, type Scene } from './scene.ts';
import { canonical } from './settings.ts';
import { inTagged, withTags } from './tagged.ts';
import { fleetTool } from './tool.ts';

/** Changesets are many, so they are looked through only when they are asked for. */
const USUAL = KINDS.filter((kind) => kind !== 'changeset');
const Age = (pattern: RegExp) => {
  const expected = 'expects a span such as 90m, 12h, 30d or 2w, or a date';
  return z.string().regex(pattern, expected).refine(isMoment, expected);
};
const SPAN = /^(?:\d{1,4}[mhdw]|\d{4}-\d\d-\d\d(?:T[\d:.]{5,12}Z)?)$/;
const SPAN_OR_NOT = new RegExp(SPAN.source.replace('^', '^!?'));
/** What a row of a kind says takes reading these, too. */
const TOLD_BY: Partial<Record<Kind, readonly Kind[]>> = {
  'scaling-group': ['cluster'],
  volume: ['cluster', 'dataview'],
  dataview: ['cluster'],
  database: ['changeset'],
};
/** Of so few in so few environments everything, or what an overview says, is told unasked. */
const FEW = { whole: 3, brief: 12, environments: 4 };

export const findEntities = fleetTool({
  name: 'find_kx_entities',
  title: 'Find anything',
  description:
    'Search all environments for clusters, databases, changesets (loads), dataviews, volumes, scaling groups or users by name, owner or other tag, state, type, age or any setting. Count, total or group them.',
  input: () =>
    z.strictObject({
      name: z.string().min(1).max(100).optional().describe('part of it; * for any text'),
      kinds: z.array(z.enum(KINDS)).min(1).optional(),
      status: z.string().max(80).optional().describe('such as CREATING,UPDATING; !RUNNING for others'),
      type: z.string().max(40).optional().describe('cluster, disk or host type'),
      tag: z.string().max(400).optional().describe('key, value or key=value; !key for those without, !* untagged'),
      uses: z
        .string()
        .min(2)
        .max(200)
        .optional()
        .describe(
          'part of any setting: S3 path, role, subnet, database, volume; autoUpdate=false; !autoscaling for those without',
        ),
      olderThan: Age(SPAN).optional().describe('since creation: 30d or a date'),
      youngerThan: Age(SPAN).optional(),
      changedWithin: Age(SPAN_OR_NOT).optional().describe('created or changed; !30d for those untouched'),
      groupBy: z.string().max(100).optional().describe('count by a setting: zone, release, code, iamRole, tag:owner'),
      sort: z.enum(SORTS).optional(),
      environment: EnvironmentArgument().optional(),
      ...shaping(),
    }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment'],
  run: async (scene, input) => {
    const { environment, view, cursor, tag, uses, groupBy, sort } = input;
    const kinds = input.kinds ?? kindsFor(input);
    const byTag = /^tag:(.+)/i.exec(groupBy ?? '')?.[1];
    const byUnlisted = groupBy !== undefined && byTag === undefined && !isListed(groupBy, kinds);
    const bySize = sort === 'largest' || sort === 'fullest';
    const isFull = view === 'full' || uses !== undefined || bySize || !isListedType(input.type);
    const details = isFull || byUnlisted;
    const isShown = groupBy === undefined || uses !== undefined;
    const changes = details && input.kinds?.includes('changeset') ? () => true : undefined;
    const { graphs, gaps } = await scene.graphs(environment, {
      ...readFor(kinds, details, isShown),
      details,
      changes,
    });
    const candidates = graphs.flatMap((graph) =>
      graph.entities
        .filter((entity) => (kinds as readonly string[]).includes(entity.kind) && matches(entity, input, graph.readAt))
        .map((entity): Candidate => ({ graph, entity })),
    );
    const using = uses === undefined ? candidates : usingIt(candidates, uses);
    const isGuess = byUnlisted && using.length > 0 && !someHave(using, groupBy);
    const { tagged, tagKey } = await readTags(scene, using, {
      tag,
      key: byTag ?? (isGuess ? groupBy : undefined),
      isGuess,
    });
    const places = isAboutPlaces(kinds) ? NOWHERE : await inTagged(scene, using, { ...tagged, tag, tagKey });
    const order = sort && ORDERS[sort];
    const listed = order === undefined ? tagged.found : tagged.found.toSorted((a, b) => order([a], [b]));
    const isTold = details || groupBy !== undefined;
    const more = isTold ? { found: listed, gaps: [] } : await readFew(scene, listed, kinds);
    const { found } = more;
    const level = isTold ? details : found !== listed;
    const head = {
      found: found.length,
      ...countsOf(found),
      ...(level ? totals(found) : {}),
      ...environmentsOf(graphs),
      ...(groupBy !== undefined && canonical(groupBy) === 'environment' ? withoutAny(graphs, found) : {}),
      ...places.told,
      ...(found.length > 0 ? {} : knownInstead({ graphs, kinds, candidates, tags: tagged.seen }, input)),
      ...(uses?.startsWith('!') && using.length === candidates.length
        ? { settingsThereAre: settingNames(candidates) }
        : {}),
      ...(uses === undefined || input.kinds !== undefined ? {} : { notSearched: 'S3 paths of loads: kinds changeset' }),
      ...notReadIn([...gaps, ...tagged.gaps, ...places.gaps, ...more.gaps]),
    };
    const section =
      groupBy === undefined
        ? { name: 'entities', rows: found.map((each) => rowOf(each, toldOf(found, level), graphs.length > 1)) }
        : { name: 'groups', rows: grouped(found, { setting: groupBy, tagKey, details, order }) };
    return answer(head, [section], { view, cursor });
  },
});

const UNTAGGED = (found: readonly Candidate[]) => ({ found, gaps: [], seen: new Set<string>() });

interface ByTags {
  readonly tag: string | undefined;
  /** To group by; a guess when it is not a setting, and then only where some carry such a tag. */
  readonly key: string | undefined;
  readonly isGuess: boolean;
}

/** The candidates with the tags that were asked for or are grouped by. */
async function readTags(scene: Scene, candidates: readonly Candidate[], { tag, key, isGuess }: ByTags) {
  const wanted = tag ?? key;
  if (wanted === undefined) return { tagged: UNTAGGED(candidates), tagKey: undefined };
  const tagged = await withTags(scene, candidates, wanted, tag !== undefined);
  const isCarried = [...tagged.seen].some((each) => each.toLowerCase().startsWith(`${key?.toLowerCase()}=`));
  if (!isGuess || isCarried) return { tagged, tagKey: key };
  return { tagged: tag === undefined ? UNTAGGED(candidates) : tagged, tagKey: undefined };
}

const NOWHERE = { told: {}, gaps: [] };
const isAboutPlaces = (kinds: readonly Kind[]) => kinds.includes('environment');

const MOST_WITHOUT = 60;
/** The environments in which none of these is. */
function withoutAny(graphs: readonly Graph[], found: readonly Candidate[]) {
  const holding = new Set(found.map(({ graph }) => graph.environmentId));
  const others = graphs.filter(({ environmentId }) => !holding.has(environmentId)).map(({ name }) => name);
  return others.length === 0 ? {} : { environmentsWithout: others.length, namesWithout: others.slice(0, MOST_WITHOUT) };
}

/** What has to be read to tell about these kinds; how much of a host is free in groups, too, and what uses a thing only in rows. */
function readFor(kinds: readonly Kind[], details: boolean, isShown = true): GraphOptions {
  const telling = kinds.filter((kind) => details && (isShown || kind === 'scaling-group'));
  const told = telling.flatMap((kind) => TOLD_BY[kind] ?? []);
  return { kinds: [...new Set([...kinds, ...told])], everyChangeset: kinds.includes('changeset'), nodes: false };
}

/** The kinds that somebody means who names none: what has such a type, and loads only where it is about changes. */
function kindsFor({ type, changedWithin }: { type?: string | undefined; changedWithin?: string | undefined }) {
  if (type !== undefined && isListedType(type)) return ['cluster'] as const;
  return changedWithin === undefined ? USUAL : KINDS;
}

/** Reads the few that were found once more, with what only their own operations tell. As they are when they are many. */
async function readFew(scene: Scene, found: readonly Candidate[], kinds: readonly Kind[]) {
  const graphs = [...new Set(found.map(({ graph }) => graph))];
  if (found.length === 0 || found.length > FEW.brief || graphs.length > FEW.environments) return { found, gaps: [] };
  const present = kinds.filter((kind) => found.some(({ entity }) => entity.kind === kind));
  const ids = new Set(found.map(({ entity }) => entity.name));
  const nodes = found.length <= FEW.whole;
  const options = { ...readFor(present, true), nodes, changes: (changesetId: string) => ids.has(changesetId) };
  const read = await scene.again(graphs, options);
  const byId = new Map(read.graphs.map((graph) => [graph.environmentId, graph]));
  const fresh = found.map((candidate): Candidate => {
    const graph = byId.get(candidate.graph.environmentId);
    const entity = graph?.entities.find(({ id }) => id === candidate.entity.id);
    return graph === undefined || entity === undefined ? candidate : { ...candidate, graph, entity };
  });
  return { found: fresh, gaps: read.gaps };
}

type Told = 'listed' | 'brief' | 'whole';
const toldOf = (found: readonly Candidate[], details: boolean): Told =>
  !details ? 'listed' : found.length <= FEW.whole ? 'whole' : 'brief';

function rowOf({ graph, entity, tags, matched }: Candidate, told: Told, several: boolean) {
  const { kind, name, database, status, statusReason, created, modified, facts } = entity;
  const isMoving = statusKind(status) !== 'settled';
  const rows = {
    listed: () => ({ name, database, status, type: facts['type'] ?? facts['hostType'], iamRole: facts['iamRole'] }),
    brief: () => entityRow(entity, graph),
    whole: () => ({ ...detailOf(entity, graph), id: undefined }),
  };
  const at = told === 'whole' ? ` (${minute(modified)})` : '';
  return known({
    kind,
    ...rows[told](),
    environment: several && kind !== 'environment' ? graph.name : undefined,
    environmentId: kind === 'environment' ? graph.environmentId : undefined,
    reason: statusReason,
    created: kind === 'changeset' || told === 'whole' ? minute(created) : undefined,
    since: isMoving ? minute(modified ?? created) : undefined,
    age: age(created, graph.readAt),
    changed: modified === undefined || modified === created ? undefined : `${age(modified, graph.readAt)} ago${at}`,
    matched,
    tags,
  });
}

function countsOf(found: readonly Candidate[]) {
  const kinds = summed(found.map(({ entity }) => [entity.kind, 1]));
  const inside = found.filter(({ entity }) => entity.kind !== 'environment');
  const places = summed(inside.map(({ graph }) => [graph.name, 1]));
  const count = Object.keys(places).length;
  return { kinds, ...(count > 1 && count <= 20 ? { perEnvironment: places } : {}) };
}
