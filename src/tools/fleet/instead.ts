import type { Graph, GraphEntity, Kind } from '../../inventory/graph.ts';
import { cut } from '../../inventory/units.ts';
import { nearest } from '../../nearest.ts';
import { settingNames } from './grouping.ts';
import type { Candidate } from './matching.ts';
import { factsOf, means } from './settings.ts';
import { loosely } from './tagged.ts';

interface Searched {
  readonly graphs: readonly Graph[];
  readonly kinds: readonly Kind[];
  /** The candidates before filtering by settings and tags. */
  readonly candidates: readonly Candidate[];
  /** Every tag that was read, as `key=value`. */
  readonly tags: ReadonlySet<string>;
}

interface Wanted {
  readonly name?: string | undefined;
  readonly status?: string | undefined;
  readonly type?: string | undefined;
  readonly uses?: string | undefined;
  readonly tag?: string | undefined;
}

const MOST_TOLD = 30;
const MOST_CHARACTERS = 60;

/**
 * The existing values, when nothing has the requested name, status, type, setting or tag: a misspelt value does not mean that
 * nothing exists.
 */
export function knownInstead({ graphs, kinds, candidates, tags }: Searched, { name, status, type, uses, tag }: Wanted) {
  const entities = graphs.flatMap((graph) => graph.entities).filter(({ kind }) => kinds.includes(kind));
  const distinct = (values: readonly unknown[]) =>
    told([...new Set(values.filter((value) => value !== undefined).map(String))].toSorted());
  const types = () => distinct(entities.flatMap(({ facts }) => [facts['type'], facts['hostType'], facts['nodeType']]));
  return {
    ...(name === undefined ? {} : namesLike(name, entities)),
    ...(status === undefined ? {} : { statesThereAre: distinct(entities.map((entity) => entity.status)) }),
    ...(type === undefined ? {} : { typesThereAre: types() }),
    ...(uses === undefined || candidates.length === 0 ? {} : settingsLike(uses, candidates)),
    ...(tag === undefined ? {} : { tagsThereAre: tagsLike(tag, tags) }),
  };
}

/** The name that was probably meant; or where else to search. */
function namesLike(name: string, entities: readonly GraphEntity[]) {
  const meant = nearest(
    name,
    entities.map((entity) => entity.name),
  );
  const elsewhere = 'descriptions and other settings (argument uses)';
  return meant === undefined ? { notSearched: elsewhere } : { didYouMean: cut(meant, MOST_CHARACTERS) };
}

/** The tags with the same key if it is in use, otherwise the keys. */
export function tagsLike(tag: string, seen: ReadonlySet<string>): string[] {
  const all = [...seen].toSorted();
  const [key = ''] = tag.replace('!', '').split(/[=:]/);
  const same = all.filter((each) => loosely(each.split('=')[0] ?? '') === loosely(key));
  return told(same.length > 0 ? same : [...new Set(all.map((each) => each.split('=')[0] ?? ''))]);
}

/** The values of the named setting, or else the settings. */
function settingsLike(uses: string, candidates: readonly Candidate[]) {
  const [name = ''] = uses.replace('!', '').split('=');
  const all = candidates.flatMap(({ entity, graph }) => factsOf(entity, graph));
  const values = new Set(all.filter(({ path }) => means(name, path)).map(({ value }) => value));
  if (values.size === 0) return { settingsThereAre: settingNames(candidates) };
  return { valuesThereAre: told([...values].toSorted()) };
}

/** As many untrusted texts as fit into an answer. */
const told = (texts: readonly string[]) => texts.slice(0, MOST_TOLD).map((text) => cut(text, MOST_CHARACTERS));
