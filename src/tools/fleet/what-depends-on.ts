import * as z from 'zod';
import { type Connected, dependantsOf, dependsOn, named } from '../../inventory/dependants.ts';
import { detailOf } from '../../inventory/detail.ts';
import type { Graph, GraphEntity } from '../../inventory/graph.ts';
import { KINDS } from '../../inventory/kinds.ts';
import { marksOf } from '../../inventory/marks.ts';
import { attentionRow } from '../../inventory/summary.ts';
import { answer, shaping } from './page.ts';
import { EnvironmentArgument, gapsOf, NotThere, noSuch } from './scene.ts';
import { fleetTool } from './tool.ts';

export const whatDependsOn = fleetTool({
  name: 'what_depends_on',
  title: 'What depends on it',
  description:
    'All about one cluster, volume, scaling group, database, dataview or user: its settings, who uses it and what it needs in turn, direct and indirect, with states: whether it is safe to delete or change.',
  input: () =>
    z.strictObject({
      environment: EnvironmentArgument(),
      name: z.string().min(1).max(200),
      kind: z.enum(KINDS).optional(),
      ...shaping(),
    }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment'],
  run: async (scene, { environment, name, kind, view, cursor }) => {
    const graph = await scene.graph(environment);
    const entity = theOne(graph, name, kind);
    const dependants = dependantsOf(graph, entity.id);
    const gaps = gapsOf(graph);
    const findings = marksOf(graph).get(entity.id)?.findings ?? [];
    const head = {
      environmentId: graph.environmentId,
      entity: detailOf(entity, graph),
      ...(findings.length === 0 ? {} : { attention: findings.map((finding) => attentionRow(finding, graph.readAt)) }),
      dependants: dependants.length,
      ...(gaps.length === 0 ? {} : { notRead: gaps }),
    };
    const sections = [
      { name: 'usedBy', rows: dependants.map(row) },
      { name: 'needs', rows: dependsOn(graph, entity.id).map(row) },
    ];
    return answer(head, sections, { view, cursor });
  },
});

const row = ({ entity, edge, distance }: Connected) => ({
  id: entity.id,
  ...(entity.status === undefined ? {} : { status: entity.status }),
  ...(entity.facts['type'] === undefined ? {} : { type: entity.facts['type'] }),
  how: distance === 1 ? edge.relation : `${edge.relation} ${edge.from === entity.id ? edge.to : edge.from}`,
  ...edge.facts,
});

/** The entity of a name. Throws NotThere when there is none, or more than one. */
function theOne(graph: Graph, name: string, kind: string | undefined): GraphEntity {
  const ofKind = (entity: GraphEntity) => kind === undefined || entity.kind === kind;
  const found = named(graph, name).filter(ofKind);
  const [entity, second] = found;
  if (entity === undefined) {
    const known = graph.entities.filter(ofKind).map((each) => each.name);
    throw noSuch(kind ?? 'entity', name, known);
  }
  if (second !== undefined)
    throw new NotThere(
      `Several things have that name: ${found.map(({ id }) => JSON.stringify(id)).join(', ')}. Give one of these as the name.`,
    );
  return entity;
}
