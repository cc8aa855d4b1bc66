import * as z from 'zod';
import type { Graph, GraphEntity } from '../../inventory/graph.ts';
import { known } from '../../inventory/known.ts';
import { sizeOf, summaryOf } from '../../inventory/summary.ts';
import { answer, type Section, shaping } from './page.ts';
import { EnvironmentArgument, gapsOf, notReadIn } from './scene.ts';
import { fleetTool } from './tool.ts';

type Row = Record<string, unknown>;

export const compareEnvironments = fleetTool({
  name: 'compare_kx_environments',
  title: 'Compare two environments',
  description:
    'Compare two environments, such as production and test: which clusters, databases and other things exist in only one, and which differ in size, type, code or state.',
  input: () => z.strictObject({ a: EnvironmentArgument(), b: EnvironmentArgument(), ...shaping() }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment'],
  run: async (scene, { a, b, view, cursor }) => {
    const [one, other] = await Promise.all([scene.graph(a), scene.graph(b)]);
    const sections = differences(one, other);
    const [summary, otherSummary] = [summaryOf(one), summaryOf(other)];
    const head = {
      a: { ...pick(summary.environment), counts: summary.counts },
      b: { ...pick(otherSummary.environment), counts: otherSummary.counts },
      differences: Object.fromEntries(sections.map(({ name, rows }) => [name, rows.length])),
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
function differences(one: Graph, other: Graph): Section[] {
  const [mine, theirs] = [compared(one, telling(one, other)), compared(other, telling(other, one))];
  const both = [...mine].filter(([id, entity]) => theirs.has(id) && isRead(entity, one));
  return [
    {
      name: 'different',
      rows: both.flatMap(([id, entity]) => {
        const counterpart = theirs.get(id) ?? entity;
        if (!isRead(counterpart, other)) return [];
        const [a, b] = [factsOf(entity), factsOf(counterpart)];
        const members = [...new Set([...Object.keys(a), ...Object.keys(b)])];
        const changed = members.filter((member) => JSON.stringify(a[member]) !== JSON.stringify(b[member]));
        return changed.length === 0 ? [] : [{ id, ...Object.fromEntries(changed.map((at) => [at, [a[at], b[at]]])) }];
      }),
    },
    { name: 'onlyInA', rows: lacking(mine, theirs, other) },
    { name: 'onlyInB', rows: lacking(theirs, mine, one) },
  ];
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

function factsOf(entity: GraphEntity): Row {
  const { status, facts } = entity;
  const { code, initializationScript, release, azMode, caches, autoscaling, autoUpdate, readWrite, iamRole } = facts;
  const settings = { code, initializationScript, release, azMode, caches, autoscaling, autoUpdate, readWrite, iamRole };
  return known({ status, ...sizeOf(entity), ...settings });
}
