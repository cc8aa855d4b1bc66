import * as z from 'zod';
import { MAX_DATA } from '../../answer-size.ts';
import type { Graph } from '../../inventory/graph-types.ts';
import { renderWithin } from '../../inventory/render-within.ts';
import { summaryOf } from '../../inventory/summary.ts';
import { TOPOLOGY_FORMS, type TopologyForm, topologyUri } from '../../inventory/uris.ts';
import { quoteUnlessPlain } from '../../untrusted.ts';
import { EnvironmentArgument } from './fleet-reader.ts';
import { answer, type Link, linkBlock, pageArguments, type Row, type Section } from './page.ts';
import { notReadIn, readGapsOf } from './read-gaps.ts';
import { tagsIn, withTagsOnPage } from './tagged.ts';
import { fleetTool } from './tool.ts';

export const describeEnvironment = fleetTool({
  name: 'describe_kx_environment',
  title: 'Describe kdb environment',
  description:
    'Give an overview of a kdb environment: how many entities of each kind and status it has, their problems, and ' +
    'what depends on what. The answer links to a picture. To search several environments, use find_kx_entities.',
  keywords: 'overview topology diagram summary Mermaid',
  input: () =>
    z.strictObject({
      environment: EnvironmentArgument(),
      ...pageArguments(),
      diagram: z.boolean().optional().describe('true: only a Mermaid flowchart, without the overview. Default: false.'),
    }),
  needs: ['ListKxEnvironments', 'GetKxEnvironment'],
  run: async (reader, input) => {
    const { environment, view, cursor, diagram } = input;
    const graph = await reader.graph(environment);
    const links = linksTo(graph);
    if (diagram) {
      const { environmentMermaid } = await import('../../inventory/mermaid.ts');
      return {
        content: [{ type: 'text', text: renderWithin(graph, MAX_DATA, environmentMermaid) }, ...links.map(linkBlock)],
      };
    }
    const summary = summaryOf(graph);
    const isFull = view === 'full';
    const shown = graph.entities.filter(({ kind }) => kind === 'environment' || isFull);
    const { found, gaps } = await withTagsOnPage(
      reader,
      shown.map((entity) => ({ graph, entity })),
      cursor,
    );
    const head = {
      environment: { ...summary.environment, ...(isFull ? {} : found.map(tagsIn)[0]) },
      readAt: summary.readAt,
      counts: summary.counts,
      ...notReadIn([...readGapsOf(graph), ...gaps]),
    };
    if (isFull) {
      const rows = found.map((each): Row => ({ ...each.entity, ...tagsIn(each) }));
      const edges = graph.edges.map((edge) => ({ ...edge }));
      const sections = [
        { name: 'entities', rows },
        { name: 'edges', rows: edges },
      ];
      return answer(head, sections, { input, links });
    }
    const { attention, entities } = summary;
    const sections = Object.entries(entities).map(([kind, rows]): Section => ({ name: kind, rows }));
    return answer(head, [{ name: 'attention', rows: attention }, ...sections.filter(({ rows }) => rows.length > 0)], {
      input,
      links,
    });
  },
});

const linksTo = ({ environmentId, name }: Graph): Link[] =>
  Object.entries(TOPOLOGY_FORMS).map(([form, { mimeType, title }]) => ({
    uri: topologyUri(environmentId, form as TopologyForm),
    title: `${title}: ${quoteUnlessPlain(name)}`,
    mimeType,
  }));
