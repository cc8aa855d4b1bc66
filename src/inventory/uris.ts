/** The forms in which the topology of an environment can be read. */
export const TOPOLOGY_FORMS = {
  '': { mimeType: 'application/json', title: 'Topology as JSON' },
  '.mmd': { mimeType: 'text/vnd.mermaid', title: 'Topology as a Mermaid flowchart' },
  '.svg': { mimeType: 'image/svg+xml', title: 'Picture of the topology' },
} as const;
export type TopologyForm = keyof typeof TOPOLOGY_FORMS;

/** The URI of the topology of an environment; `{environmentId}` stays unescaped, for a template. */
export const topologyUri = (environmentId: string, form: TopologyForm = ''): string =>
  `finspace://kx/environments/${environmentId}/topology${form}`;
