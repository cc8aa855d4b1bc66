import { arnIn } from '../../inventory/kinds.ts';
import { atMost } from '../../inventory/reading.ts';
import { FinspaceError, wireName } from '../../operations/failure.ts';
import type { Candidate } from './matching.ts';
import { NotThere, type Scene, type Unread } from './scene.ts';

/** Tags are one call per entity: of more than this the tags are not read. */
const MOST_TAGGED = 5_000;
const TAGS_AT_ONCE = 16;

/**
 * The candidates with their tags: those that carry a `key`, a value or `key=value`, with `!` before it those that do not; `*` is
 * any tag. All of them unless it `isFilter`. What cannot have tags is left out. `seen` is every tag that was read, as `key=value`.
 */
export async function withTags(
  { call, options }: Scene,
  candidates: readonly Candidate[],
  tag: string,
  isFilter: boolean,
) {
  const isNot = tag.startsWith('!');
  const carries = carrier(isNot ? tag.slice(1) : tag);
  const seen = new Set<string>();
  const taggable = candidates.filter(({ entity, graph }) => arnIn(graph, entity) !== undefined);
  const asked = taggable.slice(0, MOST_TAGGED);
  const refusal = options.refusal?.('ListTagsForResource');
  if (refusal !== undefined) throw new NotThere(`Tags cannot be read. ${refusal}`);
  const gaps: Unread[] = [];
  const bounded = atMost(call, TAGS_AT_ONCE, options.onProgress);
  const read = asked.map(async (candidate): Promise<Candidate | undefined> => {
    const { graph, entity } = candidate;
    try {
      const { tags = {} } = await bounded('ListTagsForResource', { resourceArn: arnIn(graph, entity) ?? '' }, options);
      for (const [key, value] of Object.entries(tags)) seen.add(`${key}=${value}`);
      return isFilter && carries(tags) === isNot ? undefined : { ...candidate, tags };
    } catch (error) {
      if (!(error instanceof FinspaceError) || error.fields.code === 'Aborted') throw error;
      const { code, detail } = error.fields;
      if (code !== 'ResourceNotFound')
        gaps.push({ environment: graph.name, reason: `tags of ${entity.id}: ${wireName(code)} ${detail}` });
      return undefined;
    }
  });
  const found = (await Promise.all(read)).filter((candidate) => candidate !== undefined);
  if (taggable.length > MOST_TAGGED)
    gaps.push({ environment: '', reason: `Tags of only the first ${MOST_TAGGED} of ${taggable.length} were read.` });
  return { found, gaps, seen };
}

interface Tagged {
  readonly found: readonly Candidate[];
  /** What was looked for, or grouped by. */
  readonly tag: string | undefined;
  readonly tagKey: string | undefined;
}

/**
 * Tags are not inherited, but people tag an environment and mean what is in it. So where nothing carries a tag, or some lack the
 * one that is grouped by, how many of the candidates are in environments that carry it.
 */
export async function inTagged(
  scene: Scene,
  candidates: readonly Candidate[],
  { found, tag, tagKey }: Tagged,
): Promise<{ told: object; gaps: readonly Unread[] }> {
  const key = tagKey?.toLowerCase();
  const has = ({ tags }: Candidate) => Object.keys(tags ?? {}).some((name) => name.toLowerCase() === key);
  const lacking = key === undefined ? (found.length > 0 ? [] : candidates) : found.filter((each) => !has(each));
  const wanted = tag ?? tagKey;
  if (wanted === undefined || wanted.startsWith('!') || lacking.length === 0) return { told: {}, gaps: [] };
  const graphs = [...new Set(lacking.map(({ graph }) => graph))];
  const places = graphs.flatMap((graph) => {
    const entity = graph.entities.find(({ kind }) => kind === 'environment');
    return entity === undefined ? [] : [{ graph, entity }];
  });
  const carrying = await withTags(scene, places, tagKey ?? wanted, true);
  const tagsOf = new Map(carrying.found.map(({ graph, tags = {} }) => [graph, tags]));
  const inside = lacking.filter(({ graph }) => tagsOf.has(graph));
  const { gaps } = carrying;
  if (inside.length === 0) return { told: {}, gaps };
  if (key === undefined) {
    const names = [...tagsOf.keys()].map(({ name }) => name);
    return {
      told: { inEnvironmentsWithThatTag: { found: inside.length, environments: names.slice(0, MOST_PLACES) } },
      gaps,
    };
  }
  const counts = new Map<string, number>();
  for (const { graph } of inside) {
    const value = Object.entries(tagsOf.get(graph) ?? {}).find(([name]) => name.toLowerCase() === key)?.[1] ?? '';
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return { told: { withoutItByTagOfEnvironment: Object.fromEntries(counts) }, gaps };
}

const MOST_PLACES = 30;

/** Whether tags have what is looked for, letter case aside; an asterisk, or no key, is any. */
function carrier(wanted: string): (tags: Readonly<Record<string, string>>) => boolean {
  const [first = '', value] = wanted.toLowerCase().split(/=(.*)/s);
  const key = first || '*';
  const fits = (asked: string, own: string) => asked === '*' || asked === own.toLowerCase();
  return (tags) =>
    Object.entries(tags).some(([name, own]) =>
      value === undefined ? fits(key, name) || fits(key, own) : fits(key, name) && fits(value, own),
    );
}
