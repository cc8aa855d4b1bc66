import type { GraphEntity, Kind } from '../../inventory/graph.ts';
import { KINDS, statesOf } from '../../inventory/kinds.ts';
import { plural } from '../../inventory/units.ts';
import { didYouMean } from '../../nearest.ts';
import { quoted } from '../../untrusted.ts';
import { listed } from './matching.ts';
import { NotThere } from './scene.ts';

/** The kinds that have what a condition or order is about. */
const HAVING = {
  status: KINDS.filter((kind) => statesOf(kind).length > 0),
  type: ['cluster', 'scaling-group', 'volume'],
  size: ['cluster', 'database', 'scaling-group', 'volume'],
  fullness: ['scaling-group', 'volume'],
} as const satisfies Record<string, readonly Kind[]>;
type Property = keyof typeof HAVING;

/** A setting of each kind by which people ask for one of a sort. */
const EXAMPLES: Partial<Record<Kind, string>> = {
  user: 'iamRole',
  dataview: 'autoUpdate',
  database: 'description',
  environment: 'transitGateway',
  changeset: 'changes',
};

/** Throws NotThere where none of the kinds has a property: that nothing matches would look like an answer. */
export function requireProperty(property: Property, kinds: readonly Kind[]): void {
  const having: readonly Kind[] = HAVING[property];
  if (kinds.some((kind) => having.includes(kind))) return;
  const examples = kinds.flatMap((kind) => EXAMPLES[kind] ?? []);
  const such = examples.length === 0 ? '' : ` such as ${examples.join(', ')},`;
  throw new NotThere(
    `There is no ${property} of ${nouns(kinds)}; only ${nouns(having)} have one. The argument uses searches all settings,${such} and groupBy counts by one.`,
  );
}

/** Throws NotThere for a status that no entity of the kinds can have, unless one has it. */
export function requireStatus(status: string, kinds: readonly Kind[], entities: readonly GraphEntity[]): void {
  const known = [...new Set(kinds.flatMap(statesOf))];
  const isKnown = (word: string) =>
    known.some((state) => state.includes(word)) || entities.some((entity) => entity.status?.includes(word));
  const unknown = listed(status).find((word) => !isKnown(word));
  if (unknown === undefined) return;
  const problem = PROBLEMS.find(([word]) => word.test(status))?.[1];
  const otherwise = `. Statuses: ${known.join(', ')}.`;
  throw new NotThere(
    problem === undefined
      ? `${quoted(unknown.toLowerCase())} is not a status of ${nouns(kinds)}${didYouMean(unknown, known, { otherwise })}`
      : `${quoted(status)} is not a status. find_kx_problems (problem: ${problem}) finds these.`,
  );
}

/** What people call the state of entities for which the API has no status, and the problem that find_kx_problems calls so. */
const PROBLEMS: readonly (readonly [RegExp, string])[] = [
  [/stuck|hang/i, 'stuck'],
  [/idle|unused|orphan/i, 'unused'],
  [/behind|stale|outdated|lag/i, 'behind'],
  [/dangling/i, 'dangling'],
  [/progress|under ?way|moving/i, 'underway'],
  [/broken|unhealthy|error/i, 'failed'],
];

const NOTHING = /^(?:(?:used|in use) by )?(?:none|nothing|nobody|no one|unused)$|^no(?:t used)? /i;

/** Throws NotThere for a text that says that nothing uses an entity; `uses` searches the settings of the entities themselves. */
export function requireSetting(uses: string): void {
  if (!NOTHING.test(uses.trim())) return;
  throw new NotThere(
    `uses searches settings, and no setting is ${quoted(uses)}. find_kx_problems (problem: unused) finds what nothing uses.`,
  );
}

/** `users and volumes`. */
const nouns = (kinds: readonly Kind[]): string => {
  const all = kinds.map((kind) => plural(kind.replace('-', ' ')));
  return all.length < 2 ? String(all[0]) : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
};
