import * as z from 'zod';
import type { Graph, GraphEntity } from '../../inventory/graph.ts';
import { arnIn, KINDS } from '../../inventory/kinds.ts';
import { atMost } from '../../inventory/reading.ts';
import { entityRow } from '../../inventory/summary.ts';
import { age } from '../../inventory/units.ts';
import { FinspaceError, wireName } from '../../operations/failure.ts';
import { answer, shaping } from './page.ts';
import { EnvironmentArgument, NotThere, type Scene } from './scene.ts';
import { fleetTool } from './tool.ts';

const KINDS_FOUND = KINDS.filter((kind) => kind !== 'changeset');
const Age = () => z.string().regex(/^\d{1,4}[mhd]$/, 'expects minutes, hours or days such as 90m, 12h or 30d');
/** Tags are one call per entity: of more than this the tags are not read. */
const MOST_TAGGED = 5_000;
const TAGS_AT_ONCE = 16;

export const findEntities = fleetTool({
  name: 'find_kx_entities',
  title: 'Find anything',
  description:
    'Search all environments for clusters, databases, dataviews, volumes, scaling groups or users by part of the name, by tag (who owns it), state, type or age. Which environment is X in?',
  input: () =>
    z.strictObject({
      name: z.string().min(1).max(100).optional().describe('part of it; * for any text'),
      kinds: z.array(z.enum(KINDS_FOUND)).min(1).optional(),
      status: z.string().max(40).optional().describe('such as RUNNING; !RUNNING for others'),
      type: z.string().max(40).optional().describe('cluster, disk or host type'),
      tag: z.string().max(400).optional().describe('key or key=value'),
      olderThan: Age().optional().describe('since creation, such as 30d'),
      youngerThan: Age().optional(),
      environment: EnvironmentArgument().optional(),
      ...shaping(),
    }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment'],
  run: async (scene, input) => {
    const { environment, view, cursor, kinds = KINDS_FOUND, tag, type } = input;
    const details = view === 'full' || type !== undefined;
    const { graphs, gaps } = await scene.graphs(environment, { kinds, details });
    const candidates = graphs.flatMap((graph) =>
      graph.entities
        .filter((entity) => (kinds as readonly string[]).includes(entity.kind) && matches(entity, input, graph.readAt))
        .map((entity) => ({ graph, entity })),
    );
    const tagged = tag === undefined ? { found: candidates, gaps: [] } : await withTag(scene, candidates, tag);
    const notRead = [...gaps, ...tagged.gaps];
    const rows = tagged.found.map((found) => rowOf(found, details));
    const head = {
      found: rows.length,
      ...countsOf(tagged.found),
      environments: graphs.length,
      ...(notRead.length === 0 ? {} : { notRead: notRead.slice(0, 20) }),
    };
    return answer(head, [{ name: 'entities', rows }], { view, cursor });
  },
});

interface Candidate {
  readonly graph: Graph;
  readonly entity: GraphEntity;
  readonly tags?: Readonly<Record<string, string>>;
}

function rowOf({ graph, entity, tags }: Candidate, details: boolean) {
  const { kind, name, database, status, statusReason, created, facts } = entity;
  const row = details
    ? entityRow(entity, graph)
    : { name, database, status, type: facts['type'] ?? facts['hostType'], iamRole: facts['iamRole'] };
  return {
    kind,
    ...known(row),
    environment: graph.name,
    ...known({ environmentId: kind === 'environment' ? graph.environmentId : undefined, reason: statusReason }),
    ...known({ age: age(created, graph.readAt), tags }),
  };
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

interface Wanted {
  readonly name?: string | undefined;
  readonly status?: string | undefined;
  readonly type?: string | undefined;
  readonly olderThan?: string | undefined;
  readonly youngerThan?: string | undefined;
}

function matches(entity: GraphEntity, { name, status, type, olderThan, youngerThan }: Wanted, now: string): boolean {
  const old = Date.parse(now) - Date.parse(entity.created ?? '');
  const isNot = status?.startsWith('!') ?? false;
  const state = status?.replace('!', '').toUpperCase();
  const types = [entity.facts['type'], entity.facts['hostType'], entity.facts['nodeType']].map((each) =>
    String(each).toUpperCase(),
  );
  return (
    (name === undefined || [entity.name, entity.database ?? ''].some((text) => nameMatches(text, name))) &&
    (state === undefined || (entity.status ?? '').includes(state) !== isNot) &&
    (type === undefined || types.includes(type.toUpperCase())) &&
    (olderThan === undefined || old > span(olderThan)) &&
    (youngerThan === undefined || old < span(youngerThan))
  );
}

/** Parts in order, letter case aside; no regular expression, because the pattern is the model's. */
function nameMatches(text: string, pattern: string): boolean {
  let at = 0;
  return pattern
    .toLowerCase()
    .split('*')
    .every((part) => {
      const found = text.toLowerCase().indexOf(part, at);
      at = found + part.length;
      return found >= 0;
    });
}

const UNITS: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };
const span = (text: string) => Number(text.slice(0, -1)) * (UNITS[text.slice(-1)] ?? 0);

/** The candidates that carry a tag, with their tags. */
async function withTag({ call, options }: Scene, candidates: readonly Candidate[], tag: string) {
  const [key = '', value] = tag.split(/=(.*)/s);
  const asked = candidates.filter(({ entity, graph }) => arnIn(graph, entity) !== undefined).slice(0, MOST_TAGGED);
  const refusal = options.refusal?.('ListTagsForResource');
  if (refusal !== undefined) throw new NotThere(`Tags cannot be read. ${refusal}`);
  const gaps: { environment: string; reason: string }[] = [];
  const bounded = atMost(call, TAGS_AT_ONCE, options.onProgress);
  const read = asked.map(async (candidate): Promise<Candidate | undefined> => {
    try {
      const { tags = {} } = await bounded(
        'ListTagsForResource',
        { resourceArn: arnIn(candidate.graph, candidate.entity) ?? '' },
        options,
      );
      const own = Object.entries(tags).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
      const isWanted = own !== undefined && (value === undefined || own.toLowerCase() === value.toLowerCase());
      return isWanted ? { ...candidate, tags } : undefined;
    } catch (error) {
      if (!(error instanceof FinspaceError) || error.fields.code === 'Aborted') throw error;
      const { code, detail } = error.fields;
      if (code !== 'ResourceNotFound')
        gaps.push({
          environment: candidate.graph.name,
          reason: `tags of ${candidate.entity.id}: ${wireName(code)} ${detail}`,
        });
      return undefined;
    }
  });
  const found = (await Promise.all(read)).filter((candidate) => candidate !== undefined);
  if (candidates.length > MOST_TAGGED)
    gaps.push({ environment: '', reason: `Tags of only the first ${MOST_TAGGED} of ${candidates.length} were read.` });
  return { found, gaps };
}
