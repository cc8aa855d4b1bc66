import { grouped, type Key, totals } from './grouping.ts';
import type { Candidate } from './matching.ts';
import type { Scene } from './scene.ts';
import { carrying, loosely, withTags } from './tagged.ts';
import type { Unread } from './unread.ts';

interface Lacking {
  readonly found: readonly Candidate[];
  /** The tag that was searched for. */
  readonly tag: string | undefined;
  /** The keys of the grouping. */
  readonly keys: readonly Key[];
  /** Whether the capacity of each result was read. */
  readonly details: boolean;
}

const MOST_PLACES = 30;

/**
 * Tags are not inherited, but people tag an environment and mean its contents. So if nothing has a tag, or some lack the tag of a
 * grouping, this finds the candidates in environments that have it.
 */
export async function inTagged(
  scene: Scene,
  candidates: readonly Candidate[],
  { found, tag, keys, details }: Lacking,
): Promise<{ told: object; gaps: readonly Unread[] }> {
  const tagKey = keys.find(({ isTag }) => isTag)?.name;
  const key = tagKey === undefined ? undefined : loosely(tagKey);
  const valueIn = ({ tags = {} }: Candidate) => Object.entries(tags).find(([name]) => loosely(name) === key)?.[1];
  const lacking =
    tag === undefined ? found.filter((each) => valueIn(each) === undefined) : found.length > 0 ? [] : candidates;
  const wanted = tag ?? tagKey;
  if (wanted === undefined || wanted.startsWith('!') || lacking.length === 0) return { told: {}, gaps: [] };
  const places = [...new Set(lacking.map(({ graph }) => graph))].flatMap((graph) => {
    const entity = graph.entities.find(({ kind }) => kind === 'environment');
    return entity === undefined ? [] : [{ graph, entity }];
  });
  const { found: read, gaps } = await withTags(scene, places);
  const carriers = new Map(carrying(read, wanted).found.map((place) => [place.graph, place]));
  const inside = lacking.filter(({ graph }) => carriers.has(graph));
  if (inside.length === 0) return { told: {}, gaps };
  if (tag !== undefined)
    return { told: { inEnvironmentsWithThatTag: overview(inside, carriers, keys, details) }, gaps };
  const members = new Map<string, Candidate[]>();
  for (const each of inside) {
    const value = valueIn(carriers.get(each.graph) ?? each) ?? '';
    members.set(value, [...(members.get(value) ?? []), each]);
  }
  const rows = [...members].map(([value, own]) => [
    value,
    details ? { count: own.length, ...totals(own) } : own.length,
  ]);
  return { told: { withoutItByTagOfEnvironment: Object.fromEntries(rows) }, gaps };
}

function overview(
  inside: readonly Candidate[],
  carriers: ReadonlyMap<Candidate['graph'], Candidate>,
  keys: readonly Key[],
  details: boolean,
) {
  const settings = keys.filter(({ isTag }) => !isTag);
  const groups = settings.length === 0 ? [] : grouped(inside, { keys: settings, details: false, isSized: false });
  return {
    found: inside.length,
    environments: [...carriers.keys()].slice(0, MOST_PLACES).map(({ name }) => name),
    ...(groups.length === 0 ? {} : { groups: Object.fromEntries(groups.map(({ value, count }) => [value, count])) }),
    ...(details ? totals(inside) : {}),
  };
}
