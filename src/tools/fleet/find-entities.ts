import * as z from 'zod';
import type { Graph, GraphOptions, Kind } from '../../inventory/graph.ts';
import { KINDS } from '../../inventory/kinds.ts';
import { sizeInOrder } from '../../inventory/sizes.ts';
import { entityRow } from '../../inventory/summary.ts';
import { statusKind } from '../../inventory/trouble.ts';
import { age, minute } from '../../inventory/units.ts';
import { grouped, totals } from './grouping.ts';
import { type Candidate, matches, usedIn } from './matching.ts';
import { answer, shaping } from './page.ts';
import { EnvironmentArgument, environmentsOf } from './scene.ts';
import { withTags } from './tagged.ts';
import { fleetTool } from './tool.ts';

/** Changesets are many, so they are looked through only when they are asked for. */
const USUAL = KINDS.filter((kind) => kind !== 'changeset');
const Age = () => z.string().regex(/^\d{1,4}[mhd]$/, 'expects minutes, hours or days such as 90m, 12h or 30d');
/** What a row of a kind says takes reading these, too. */
const TOLD_BY: Partial<Record<Kind, readonly Kind[]>> = {
  'scaling-group': ['cluster'],
  volume: ['cluster', 'dataview'],
  dataview: ['cluster'],
  database: ['changeset'],
};
/** What the lists tell of each entity; to group by anything else each has to be read. */
const LISTED = new Set(['kind', 'environment', 'status', 'database', 'hosttype', 'iamrole', 'release', 'zone']);

export const findEntities = fleetTool({
  name: 'find_kx_entities',
  title: 'Find anything',
  description:
    'Search all environments for clusters, databases, changesets (loads), dataviews, volumes, scaling groups or users by name, owner or other tag, state, type, age or any setting. Count, total or group them.',
  input: () =>
    z.strictObject({
      name: z.string().min(1).max(100).optional().describe('part of it; * for any text'),
      kinds: z.array(z.enum(KINDS)).min(1).optional(),
      status: z.string().max(40).optional().describe('such as RUNNING; !RUNNING for others'),
      type: z.string().max(40).optional().describe('cluster, disk or host type'),
      tag: z.string().max(400).optional().describe('key or key=value; !key for those without'),
      uses: z
        .string()
        .min(2)
        .max(200)
        .optional()
        .describe('part of any setting: S3 path, role, subnet, zone, database, volume; or autoUpdate=false'),
      olderThan: Age().optional().describe('since creation, such as 30d'),
      youngerThan: Age().optional(),
      changedWithin: Age().optional().describe('created or changed'),
      groupBy: z.string().max(100).optional().describe('count by a setting: zone, release, code, iamRole, tag:owner'),
      sort: z.enum(['oldest', 'newest', 'largest']).optional(),
      environment: EnvironmentArgument().optional(),
      ...shaping(),
    }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment'],
  run: async (scene, input) => {
    const { environment, view, cursor, tag, uses, groupBy, sort } = input;
    const kinds = input.kinds ?? (input.changedWithin === undefined ? USUAL : KINDS);
    const tagKey = /^tag:(.+)/i.exec(groupBy ?? '')?.[1];
    const byUnlisted = groupBy !== undefined && tagKey === undefined && !LISTED.has(groupBy.toLowerCase());
    const isFull = view === 'full' || [input.type, uses].some((each) => each !== undefined) || sort === 'largest';
    const details = isFull || byUnlisted || kinds.includes('changeset');
    const { graphs, gaps } = await scene.graphs(environment, { ...readFor(kinds, details), details, nodes: false });
    const candidates = graphs.flatMap((graph) =>
      graph.entities
        .filter((entity) => (kinds as readonly string[]).includes(entity.kind) && matches(entity, input, graph.readAt))
        .map((entity): Candidate => ({ graph, entity }))
        .flatMap((candidate) => (uses === undefined ? [candidate] : usedIn(candidate, uses))),
    );
    const wanted = tag ?? tagKey;
    const isFilter = tag !== undefined;
    const tagged =
      wanted === undefined ? { found: candidates, gaps: [] } : await withTags(scene, candidates, wanted, isFilter);
    const found = sort === undefined ? tagged.found : tagged.found.toSorted(ORDERS[sort]);
    const notRead = [...gaps, ...tagged.gaps];
    const head = {
      found: found.length,
      ...countsOf(found),
      ...(details ? totals(found) : {}),
      ...environmentsOf(graphs),
      ...(found.length > 0 ? {} : knownInstead(graphs, kinds, input)),
      ...(notRead.length === 0 ? {} : { notRead: notRead.slice(0, 20) }),
    };
    const section =
      groupBy === undefined
        ? { name: 'entities', rows: found.map((each) => rowOf(each, details, graphs.length > 1)) }
        : { name: 'groups', rows: grouped(found, groupBy, tagKey) };
    return answer(head, [section], { view, cursor });
  },
});

/** The states and types that there are, when nothing has the one that was asked for: a misspelt one is not an absence. */
function knownInstead(
  graphs: readonly Graph[],
  kinds: readonly Kind[],
  { status, type }: { status?: string | undefined; type?: string | undefined },
) {
  const entities = graphs.flatMap((graph) => graph.entities).filter(({ kind }) => kinds.includes(kind));
  const distinct = (values: readonly unknown[]) => [...new Set(values.filter((value) => value !== undefined))].sort();
  return {
    ...(status === undefined ? {} : { statesThereAre: distinct(entities.map((entity) => entity.status)) }),
    ...(type === undefined
      ? {}
      : {
          typesThereAre: distinct(
            entities.flatMap(({ facts }) => [facts['type'], facts['hostType'], facts['nodeType']]),
          ),
        }),
  };
}

/** What has to be read to tell about these kinds. */
function readFor(kinds: readonly Kind[], details: boolean): GraphOptions {
  const told = details ? kinds.flatMap((kind) => TOLD_BY[kind] ?? []) : [];
  return { kinds: [...new Set([...kinds, ...told])], everyChangeset: kinds.includes('changeset') };
}

const ORDERS: Record<string, (a: Candidate, b: Candidate) => number> = {
  oldest: (a, b) => (a.entity.created ?? '').localeCompare(b.entity.created ?? ''),
  newest: (a, b) => (b.entity.created ?? '').localeCompare(a.entity.created ?? ''),
  largest: (a, b) => sizeInOrder(b.entity) - sizeInOrder(a.entity),
};

function rowOf({ graph, entity, tags, matched }: Candidate, details: boolean, several: boolean) {
  const { kind, name, database, status, statusReason, created, modified, facts } = entity;
  const isMoving = statusKind(status) !== 'settled';
  const row = details
    ? entityRow(entity, graph)
    : { name, database, status, type: facts['type'] ?? facts['hostType'], iamRole: facts['iamRole'] };
  return known({
    kind,
    ...row,
    environment: several || kind === 'environment' ? graph.name : undefined,
    environmentId: kind === 'environment' ? graph.environmentId : undefined,
    reason: statusReason,
    created: kind === 'changeset' ? minute(created) : undefined,
    since: isMoving ? minute(modified ?? created) : undefined,
    age: age(created, graph.readAt),
    changed: modified === undefined || modified === created ? undefined : `${age(modified, graph.readAt)} ago`,
    matched,
    tags,
  });
}

const known = (row: object) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined));

function countsOf(found: readonly Candidate[]) {
  const kinds: Record<string, number> = {};
  const perEnvironment: Record<string, number> = {};
  for (const { entity, graph } of found) {
    kinds[entity.kind] = (kinds[entity.kind] ?? 0) + 1;
    perEnvironment[graph.name] = (perEnvironment[graph.name] ?? 0) + 1;
  }
  const places = Object.entries(perEnvironment);
  return { kinds, ...(places.length > 1 && places.length <= 20 ? { perEnvironment } : {}) };
}
