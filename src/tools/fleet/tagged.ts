import { type Graph, type GraphEntity, idOf } from '../../inventory/graph-types.ts';
import { arnIn } from '../../inventory/kinds.ts';
import { errorText, MAX_CONCURRENT_CALLS, OUT_OF_TIME } from '../../inventory/reading.ts';
import { limitConcurrency } from '../../operations/calls.ts';
import { FinspaceError } from '../../operations/failure.ts';
import type { Candidate, TagCondition } from './filters.ts';
import type { FleetReader, Prefetch } from './fleet-reader.ts';
import { entitiesOnPage } from './page.ts';
import type { ReadGap } from './read-gaps.ts';
import { Unanswerable } from './unanswerable.ts';

/** Tags need one call per entity: those of more entities are not read. */
const MAX_TAGGED = 50_000;

type Tags = Readonly<Record<string, string>>;
type Tagged = Candidate & { readonly tags: Tags };

export function valuesByKey(all: Iterable<Tags>): ReadonlyMap<string, ReadonlySet<string>> {
  const values = new Map<string, Set<string>>();
  for (const tags of all)
    for (const [key, value] of Object.entries(tags)) values.set(key, (values.get(key) ?? new Set()).add(value));
  return values;
}

/**
 * The candidates with their tags; a changeset has those of its database. Drops entities that cannot have tags, those that no longer
 * exist, and those whose tags cannot be read. Throws Unanswerable when the caller may not read tags.
 */
export async function withTags(reader: FleetReader, candidates: readonly Candidate[]) {
  const refusal = refusalOfTags(reader);
  if (refusal !== undefined) throw new Unanswerable(`Tags cannot be read. ${refusal}`);
  const taggable = candidates.flatMap((candidate) => {
    const arn = arnOf(candidate);
    return arn === undefined ? [] : [{ candidate, arn }];
  });
  const gaps: ReadGap[] = [];
  const read = tagReader(reader, (gap) => void gaps.push(gap));
  const tagged = await Promise.all(
    taggable.slice(0, MAX_TAGGED).map(async ({ candidate, arn }): Promise<Tagged | undefined> => {
      const tags = await read(arn, candidate);
      return tags === undefined ? undefined : { ...candidate, tags };
    }),
  );
  const found = tagged.filter((each) => each !== undefined);
  if (taggable.length > MAX_TAGGED)
    gaps.push({
      environment: '',
      reason: `Tags of only the first ${MAX_TAGGED} of ${taggable.length} entities were read.`,
    });
  return { found, gaps, seen: found.map(({ tags }) => tags) };
}

/** Why the caller may not read tags; undefined if it may. */
const refusalOfTags = ({ options }: FleetReader) => options.refusal?.('ListTagsForResource');

/** Reads tags, once for each ARN; undefined for those that cannot be read. `report` receives the gap, unless the entity is gone. */
function tagReader({ readOnce, backgroundOptions, options }: FleetReader, report: (gap: ReadGap) => void) {
  const bounded = limitConcurrency(readOnce, MAX_CONCURRENT_CALLS, options.onProgress);
  const replies = new Map<string, Promise<Tags | undefined>>();
  const read = async (resourceArn: string, candidate: Candidate): Promise<Tags | undefined> => {
    try {
      return (await bounded('ListTagsForResource', { resourceArn }, backgroundOptions)).tags ?? {};
    } catch (error) {
      const isLate = options.deadline?.aborted === true;
      if (!(error instanceof FinspaceError) || (error.fields.code === 'Aborted' && !isLate)) throw error;
      if (error.fields.code !== 'ResourceNotFound') report(tagsGap(candidate, error));
      return undefined;
    }
  };
  return (arn: string, candidate: Candidate): Promise<Tags | undefined> => {
    const reply = replies.get(arn) ?? read(arn, candidate);
    replies.set(arn, reply);
    return reply;
  };
}

const tagsGap = ({ graph, entity }: Candidate, error: FinspaceError): ReadGap => ({
  environment: graph.name,
  operation: 'ListTagsForResource',
  of: entity.id,
  reason: error.fields.code === 'Aborted' ? OUT_OF_TIME : errorText(error),
});

/**
 * Reads the tags of entities in advance: `withTags` then has their replies, and reports the errors. Reads none if the caller may not
 * read tags.
 */
export function prefetchTags(reader: FleetReader, entitiesOf: (graph: Graph) => readonly GraphEntity[]): Prefetch {
  if (refusalOfTags(reader) !== undefined) return async () => undefined;
  return async (graph, call, options) => {
    const arns = new Set(entitiesOf(graph).flatMap((entity) => arnOf({ graph, entity }) ?? []));
    const read = (resourceArn: string) =>
      call('ListTagsForResource', { resourceArn }, options).catch((error: unknown) => {
        if (options.signal?.aborted) throw error;
      });
    await Promise.all([...arns].map(read));
  };
}

/** All candidates; those that the page of a cursor may show have their tags, as far as they may be read. */
export async function withTagsOnPage(reader: FleetReader, candidates: readonly Candidate[], cursor?: string) {
  const isAllowed = refusalOfTags(reader) === undefined;
  const shown = entitiesOnPage(candidates, cursor);
  const { found, gaps } = isAllowed ? await withTags(reader, shown) : { found: [], gaps: [] };
  const key = ({ graph, entity }: Candidate) => `${graph.environmentId} ${entity.id}`;
  const tagged = new Map(found.map((candidate) => [key(candidate), candidate.tags]));
  const withOwn = (candidate: Candidate): Candidate => {
    const tags = tagged.get(key(candidate));
    return tags === undefined ? candidate : { ...candidate, tags };
  };
  return { found: candidates.map(withOwn), gaps };
}

/** The tags of an entity for its row, if they were read. */
export const tagsIn = ({ entity, tags }: Candidate): Readonly<Record<string, unknown>> =>
  tags === undefined ? {} : { [tagMember(entity)]: tags };

/** A changeset has no tags; those of its database are shown under a name of their own. */
const tagMember = ({ kind }: GraphEntity) => (kind === 'changeset' ? 'tagsOfDatabase' : 'tags');

function arnOf({ graph, entity }: Candidate): string | undefined {
  if (entity.kind !== 'changeset') return arnIn(graph, entity);
  const database = graph.entities.find(({ id }) => id === idOf('database', entity.database));
  return database && arnIn(graph, database);
}

/** The candidates with the tags of the environments that contain them; drops those of environments whose tags cannot be read. */
export async function withEnvironmentTags(reader: FleetReader, candidates: readonly Candidate[]) {
  const environments = [...new Set(candidates.map(({ graph }) => graph))].flatMap((graph) => {
    const entity = graph.entities.find(({ kind }) => kind === 'environment');
    return entity === undefined ? [] : [{ graph, entity }];
  });
  const { found, gaps, seen } = await withTags(reader, environments);
  const tagsOf = new Map(found.map(({ graph, tags }) => [graph, tags]));
  const inside = candidates.flatMap((candidate) => {
    const environmentTags = tagsOf.get(candidate.graph);
    return environmentTags === undefined ? [] : { ...candidate, environmentTags };
  });
  return { found: inside, gaps, seen };
}

/** Whether the tags of an entity and its environment meet all conditions; of several that require one key, any. */
export function meetsTagConditions(
  { tags = {}, environmentTags = {} }: Candidate,
  conditions: readonly TagCondition[],
): boolean {
  const meets = ({ key, value, absent = false, of }: TagCondition) => {
    const isPresent = Object.entries(of === 'environment' ? environmentTags : tags).some(
      ([name, own]) =>
        (key === undefined || equalsIgnoringCase(key, name)) && (value === undefined || equalsIgnoringCase(value, own)),
    );
    return absent ? !isPresent : isPresent;
  };
  const isAlternative = (one: TagCondition, other: TagCondition) =>
    one.key !== undefined &&
    equalsIgnoringCase(one.key, other.key ?? '') &&
    one.of === other.of &&
    !one.absent &&
    !other.absent;
  return conditions.every((one) => [one, ...conditions.filter((other) => isAlternative(one, other))].some(meets));
}

export const equalsIgnoringCase = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
