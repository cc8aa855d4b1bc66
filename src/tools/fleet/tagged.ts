import type { GraphEntity } from '../../inventory/graph.ts';
import { arnIn } from '../../inventory/kinds.ts';
import { atMost } from '../../inventory/reading.ts';
import { idOf } from '../../inventory/shape.ts';
import { FinspaceError, wireName } from '../../operations/failure.ts';
import { quoted } from '../../untrusted.ts';
import type { Candidate } from './matching.ts';
import { onPageOf } from './page.ts';
import { NotThere, type Scene } from './scene.ts';
import type { Unread } from './unread.ts';

/** Tags need one call per entity: above this number, tags are not read. */
const MOST_TAGGED = 5_000;
const TAGS_AT_ONCE = 16;

type Tags = Readonly<Record<string, string>>;
type Tagged = Candidate & { readonly tags: Tags };

/** The results, and every tag that was read, as `key=value`. */
export interface WithTags {
  readonly found: readonly Candidate[];
  readonly gaps: readonly Unread[];
  readonly seen: ReadonlySet<string>;
}

/**
 * The candidates with their tags; a changeset has those of its database. Entities that cannot have tags are dropped. Throws
 * NotThere when tags may not be read.
 */
export async function withTags({ call, options }: Scene, candidates: readonly Candidate[]): Promise<WithTags> {
  const refusal = options.refusal?.('ListTagsForResource');
  if (refusal !== undefined) throw new NotThere(`Tags cannot be read. ${refusal}`);
  const taggable = candidates.flatMap((candidate) => {
    const arn = arnOf(candidate);
    return arn === undefined ? [] : [{ candidate, arn }];
  });
  const bounded = atMost(call, TAGS_AT_ONCE, options.onProgress);
  const gaps: Unread[] = [];
  const reading = new Map<string, Promise<Tags | undefined>>();
  const read = async (resourceArn: string, { graph, entity }: Candidate): Promise<Tags | undefined> => {
    try {
      return (await bounded('ListTagsForResource', { resourceArn }, options)).tags ?? {};
    } catch (error) {
      if (!(error instanceof FinspaceError) || error.fields.code === 'Aborted') throw error;
      const { code, detail } = error.fields;
      if (code !== 'ResourceNotFound')
        gaps.push({
          environment: graph.name,
          operation: 'ListTagsForResource',
          of: entity.id,
          reason: `${wireName(code)}: ${quoted(detail, 120)}`,
        });
      return undefined;
    }
  };
  const tagged = await Promise.all(
    taggable.slice(0, MOST_TAGGED).map(async ({ candidate, arn }): Promise<Tagged | undefined> => {
      if (!reading.has(arn)) reading.set(arn, read(arn, candidate));
      const tags = await reading.get(arn);
      return tags === undefined ? undefined : { ...candidate, tags };
    }),
  );
  const found = tagged.filter((each) => each !== undefined);
  if (taggable.length > MOST_TAGGED)
    gaps.push({ environment: '', reason: `Tags of only the first ${MOST_TAGGED} of ${taggable.length} were read.` });
  const seen = found.flatMap(({ tags }) => Object.entries(tags).map(([key, value]) => `${key}=${value}`));
  return { found, gaps, seen: new Set(seen) };
}

/** All candidates; those that the page of a cursor may show have their tags, as far as they may be read. */
export async function alsoTagged(scene: Scene, candidates: readonly Candidate[], cursor?: string) {
  const isAllowed = scene.options.refusal?.('ListTagsForResource') === undefined;
  const shown = onPageOf(candidates, cursor);
  const { found, gaps } = isAllowed ? await withTags(scene, shown) : { found: [], gaps: [] };
  const key = ({ graph, entity }: Candidate) => `${graph.environmentId} ${entity.id}`;
  const tagged = new Map(found.map((candidate) => [key(candidate), candidate.tags]));
  const withOwn = (candidate: Candidate): Candidate => {
    const tags = tagged.get(key(candidate));
    return tags === undefined ? candidate : { ...candidate, tags };
  };
  return { found: candidates.map(withOwn), gaps };
}

/** The tags of an entity that has some, for its row. */
export const tagsIn = ({ entity, tags }: Candidate): Readonly<Record<string, unknown>> =>
  tags === undefined ? {} : { [tagMember(entity)]: tags };

/** A changeset has no tags; those of its database are shown as such. */
const tagMember = ({ kind }: GraphEntity) => (kind === 'changeset' ? 'tagsOfDatabase' : 'tags');

function arnOf({ graph, entity }: Candidate): string | undefined {
  if (entity.kind !== 'changeset') return arnIn(graph, entity);
  const database = graph.entities.find(({ id }) => id === idOf('database', entity.database));
  return database && arnIn(graph, database);
}

/**
 * Those with a `key`, a value or `key=value`; after `!`, those without it. `*` matches any tag. Case is ignored, and so are word
 * separators if nothing matches exactly.
 */
export function carrying(
  found: readonly Candidate[],
  tag: string,
): { found: readonly Candidate[]; isCarried: boolean } {
  const isNot = tag.startsWith('!');
  const text = isNot ? tag.slice(1) : tag;
  const carriers = (carries: (tags: Tags) => boolean) => found.filter(({ tags = {} }) => carries(tags));
  const exact = carriers(carrier(text, /=(.*)/s, (each) => each.toLowerCase()));
  const those = exact.length > 0 ? exact : carriers(carrierOfList(text));
  return {
    found: isNot ? found.filter((each) => !those.includes(each)) : those,
    isCarried: those.length > 0,
  };
}

/** Of several values of one key, any; of several keys, each. */
function carrierOfList(wanted: string): (tags: Tags) => boolean {
  const parts = wanted.split(/\s*[,|]\s*/).filter(Boolean);
  const all = parts.map((text) => ({
    key: /[=:]/.test(text) ? loosely(text.split(/[=:]/)[0] ?? '') : '',
    carries: carrier(text, /[=:](.*)/s, loosely),
  }));
  const keys = [...new Set(all.map(({ key }) => key))];
  return (tags) =>
    keys.length > 0 && keys.every((asked) => all.some(({ key, carries }) => key === asked && carries(tags)));
}

/** Whether tags contain the wanted one; an asterisk or a missing key matches any. */
function carrier(wanted: string, separator: RegExp, form: (text: string) => string): (tags: Tags) => boolean {
  const [first = '', value] = wanted.split(separator);
  const key = first || '*';
  const fits = (asked: string, own: string) =>
    asked.trim() === '*' || (form(asked) !== '' && form(asked) === form(own));
  return (tags) =>
    Object.entries(tags).some(([name, own]) =>
      value === undefined ? fits(key, name) || fits(key, own) : fits(key, name) && fits(value, own),
    );
}

/** A name without word separators: `Cost Centre` is `cost-centre`. */
export const loosely = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
