import * as z from 'zod';
import type { Graph, GraphEntity, Kind } from '../../inventory/graph.ts';
import { known } from '../../inventory/known.ts';
import { sizeOf, summaryOf } from '../../inventory/summary.ts';
import { summed } from './grouping.ts';
import { answer, type Section, shaping } from './page.ts';
import { EnvironmentArgument, gapsOf, notReadIn } from './scene.ts';
import { fleetTool } from './tool.ts';

type Row = Record<string, unknown>;

export const compareEnvironments = fleetTool({
  name: 'compare_kx_environments',
  title: 'Compare kdb environments',
  description:
    'Compare two kdb environments, such as production and test: what exists in only one of them, and which ' +
    'settings differ. Entities match if their kind and name are the same, apart from words that tell the ' +
    'environments apart (hdb-prod and hdb-uat).',
  keywords: 'difference drift versus prod uat',
  input: () => z.strictObject({ a: EnvironmentArgument(), b: EnvironmentArgument(), ...shaping() }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment'],
  run: async (scene, { a, b, view, cursor }) => {
    const [one, other] = await Promise.all([scene.graph(a), scene.graph(b)]);
    const { sections, differIn } = differences(one, other);
    const [summary, otherSummary] = [summaryOf(one), summaryOf(other)];
    const head = {
      a: { ...pick(summary.environment), counts: summary.counts },
      b: { ...pick(otherSummary.environment), counts: otherSummary.counts },
      differences: Object.fromEntries(sections.map(({ name, rows }) => [name, rows.length])),
      ...(Object.keys(differIn).length === 0 ? {} : { differIn }),
      ...notReadIn([...gapsOf(one), ...gapsOf(other)]),
    };
    return answer(head, sections, { view, cursor });
  },
});

const pick = ({ name, environmentId, status, network, dns, zones, description }: Row) => ({
  name,
  environmentId,
  status,
  network,
  dns,
  zones,
  description,
});

/**
 * Entities are the same when kind and name are, or the name without the words by which environments are told apart. What could not
 * be read on one side is neither missing there nor different.
 */
function differences(one: Graph, other: Graph) {
  const [mine, theirs] = [compared(one, telling(one, other)), compared(other, telling(other, one))];
  const pairs = [...mine].flatMap(([id, entity]): Pair[] => {
    const counterpart = theirs.get(id);
    if (counterpart === undefined || !isRead(entity, one) || !isRead(counterpart, other)) return [];
    const [a, b] = [settingsIn(entity), settingsIn(counterpart)];
    const members = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    const changed = members.filter((member) => JSON.stringify(a[member]) !== JSON.stringify(b[member]));
    return [
      { id, kind: entity.kind, changed: Object.fromEntries(changed.map((at) => [at, [a[at] ?? null, b[at] ?? null]])) },
    ];
  });
  const { throughout, others } = apart(pairs);
  const sections: Section[] = [
    ...(throughout.length === 0 ? [] : [{ name: 'throughout', rows: throughout }]),
    { name: 'different', rows: others.map(({ id, changed }) => ({ id, ...changed })) },
    { name: 'onlyInA', rows: lacking(mine, theirs, other) },
    { name: 'onlyInB', rows: lacking(theirs, mine, one) },
  ];
  return { sections, differIn: countsOf(pairs) };
}

interface Pair {
  readonly id: string;
  readonly kind: Kind;
  /** What differs, as it is in the one and in the other. */
  readonly changed: Row;
}

/** How many of each kind differ in what: whether it is only the size shows here. */
function countsOf(pairs: readonly Pair[]): Record<string, Record<string, number>> {
  const kinds = [...new Set(pairs.map(({ kind }) => kind))];
  const counts = kinds.map((kind) => {
    const members = pairs.filter((pair) => pair.kind === kind).flatMap(({ changed }) => Object.keys(changed));
    return [kind, summed(members.map((member) => [member, 1]))] as const;
  });
  return Object.fromEntries(counts.filter(([, members]) => Object.keys(members).length > 0));
}

/** As many of a kind must differ in the same way for that to be said once. */
const MANY = 3;

/** What is the same difference in all of a kind, such as the subnet, told once; and what differs besides. */
function apart(pairs: readonly Pair[]) {
  const counts = new Map<string, number>();
  const signature = ({ kind }: Pair, member: string, values: unknown) => `${kind} ${member} ${JSON.stringify(values)}`;
  const sizes = summed(pairs.map(({ kind }) => [kind, 1]));
  for (const pair of pairs)
    for (const [member, values] of Object.entries(pair.changed)) {
      const key = signature(pair, member, values);
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  const isThroughout = (pair: Pair, member: string, values: unknown) => {
    const all = sizes[pair.kind] ?? 0;
    return all >= MANY && counts.get(signature(pair, member, values)) === all;
  };
  const parted = pairs.map((pair) => {
    const members = Object.entries(pair.changed);
    return {
      ...pair,
      same: Object.fromEntries(members.filter(([member, values]) => isThroughout(pair, member, values))),
      changed: Object.fromEntries(members.filter(([member, values]) => !isThroughout(pair, member, values))),
    };
  });
  const firsts = new Map(parted.toReversed().map((pair) => [pair.kind, pair]));
  return {
    throughout: [...firsts.values()]
      .filter(({ same }) => Object.keys(same).length > 0)
      .map(({ kind, same }): Row => ({ kind, count: sizes[kind], ...same })),
    others: parted.filter(({ changed }) => Object.keys(changed).length > 0),
  };
}

type Compared = ReadonlyMap<string, GraphEntity>;

/** Those that the other side has not, as far as its lists could be read. */
function lacking(those: Compared, others: Compared, { gaps }: Graph): Row[] {
  const unlisted = new Set(gaps.filter(({ operation }) => operation.startsWith('List')).map(({ kind }) => kind));
  const missing = [...those].filter(([id, { kind }]) => !others.has(id) && !unlisted.has(kind));
  return missing.map(([id, entity]) => ({ id, ...factsOf(entity) }));
}

const isRead = ({ kind, name }: GraphEntity, { gaps }: Graph) =>
  !gaps.some((gap) => gap.kind === kind && gap.of === name);

/** The words of an environment's name that the other's has not, such as `prod`. */
function telling({ name }: Graph, other: Graph): readonly string[] {
  const words = (text: string) => text.toLowerCase().split(/[-_]/);
  return words(name).filter((word) => word !== '' && !words(other.name).includes(word));
}

function compared({ entities }: Graph, words: readonly string[]): Compared {
  const shown = entities.filter(({ kind }) => kind !== 'environment' && kind !== 'changeset');
  const without = (id: string) =>
    id
      .split(/(?=[-_:/])|(?<=[-_:/])/)
      .map((part) => (words.includes(part.toLowerCase()) ? '*' : part))
      .join('');
  return new Map(shown.map((entity) => [without(entity.id), entity]));
}

/** What is there on one side only is told in few words. */
const BRIEF = ['code', 'initializationScript', 'release', 'azMode', 'caches', 'autoscaling'] as const;
/** What an entity was made with, besides its size. */
const SETTINGS = [
  ...BRIEF,
  'arguments',
  'executionRole',
  'savedown',
  'tickerplantLogVolumes',
  'cpus',
  'memoryLimitMiB',
  'zone',
  'vpc',
  'subnets',
  'securityGroups',
  'ipAddressType',
  'segments',
  'description',
] as const;
const OF_OTHERS = ['autoUpdate', 'readWrite', 'iamRole'] as const;

const factsOf = ({ status, facts, ...entity }: GraphEntity): Row =>
  known({ status, ...sizeOf({ status, facts, ...entity }), ...only(facts, [...BRIEF, ...OF_OTHERS]) });

const settingsIn = ({ status, facts, ...entity }: GraphEntity): Row =>
  known({
    status,
    ...sizeOf({ status, facts, ...entity }),
    ...only(facts, [...SETTINGS, ...OF_OTHERS]),
    mounts: (facts['mounts'] as Mounts | undefined)?.map(({ database, dataview }) =>
      dataview === undefined ? database : `${database}/${dataview}`,
    ),
  });

type Mounts = readonly { readonly database?: string; readonly dataview?: string }[];
const only = (facts: GraphEntity['facts'], names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, facts[name]]));
