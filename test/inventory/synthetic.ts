import { type Edge, type Graph, type GraphEntity, idOf, type Kind } from '../../src/inventory/graph-types.ts';

const NOW = '2026-03-17T09:00:00.000Z';
const TYPES = ['HDB', 'HDB', 'RDB', 'GATEWAY', 'TICKERPLANT', 'GP'];

/** An environment with this many clusters, some of them stale, failed or in progress; names may be given. */
export function synthetic(clusters: number, nameOf = (index: number) => `${kindOf(index)}-desk-${index}`): Graph {
  const entities: GraphEntity[] = [];
  const edges: Edge[] = [];
  const add = (kind: Kind, name: string, more: Partial<GraphEntity> = {}) => {
    const id = idOf(kind, name, more.database);
    entities.push({ id, kind, name, created: '2026-01-05T08:00:00.000Z', facts: {}, ...more });
    return id;
  };
  const link = (from: string, relation: Edge['relation'], to: string, facts = {}) =>
    edges.push({ from, relation, to, facts });
  add('environment', 'kdb-synthetic', { status: 'CREATED', facts: { environmentId: 'abc123', zones: ['use1-az1'] } });
  const databases = Math.max(1, Math.ceil(clusters / 8));
  for (let index = 0; index < databases; index += 1) {
    const database = `market_data_${index}`;
    const of = add('database', database, {
      facts: { bytes: 3.2e11 * (index + 1), changesets: 40, lastCompletedChangesetId: 'new' },
    });
    for (const [name, completedSince, created] of [
      ['new', 0, '2026-03-17T01:00:00.000Z'],
      ['old', 2, '2026-03-14T01:00:00.000Z'],
    ] as const) {
      const newestCompleted = name === 'new' ? { newestCompleted: true } : {};
      const facts = { completedSince, active: created, ...newestCompleted };
      link(add('changeset', name, { database, status: 'COMPLETED', created, facts }), 'of', of);
    }
    const versions = [
      { versionId: 'v2', changesetId: 'new', created: '2026-03-17T02:00:00.000Z' },
      { versionId: 'v1', changesetId: 'old', created: '2026-03-14T02:00:00.000Z' },
    ];
    const facts = { versions, changesetId: 'new', autoUpdate: index % 2 === 0 };
    const view = add('dataview', `view_${index}`, { database, status: 'ACTIVE', facts });
    link(view, 'of', of);
    const volume = add('volume', `vol-${index}`, { status: 'ACTIVE', facts: { type: 'SSD_1000', sizeGB: 4800 } });
    link(view, 'cached-on', volume);
  }
  const groups = Math.max(1, Math.ceil(clusters / 10));
  for (let index = 0; index <= groups; index += 1)
    add('scaling-group', `sg-${index}`, {
      status: 'ACTIVE',
      facts: { hostType: 'kx.sg.16xlarge', memoryMiB: 442_368, reservedMiB: index === groups ? 0 : 330_000 },
    });
  for (let index = 0; index < clusters; index += 1) {
    const failed = index % 17 === 5;
    const status = failed ? 'CREATE_FAILED' : index % 13 === 7 ? 'UPDATING' : 'RUNNING';
    const scalingGroup = `sg-${index % groups}`;
    const id = add('cluster', nameOf(index), {
      status,
      ...(failed ? { statusReason: 'Init script stopped the cluster - cannot find sym file' } : {}),
      modified: '2026-03-17T08:40:00.000Z',
      facts: { type: TYPES[index % 6], nodeCount: 2, nodesRunning: 2, scalingGroup, memoryReservationMiB: 32_768 },
    });
    link(id, 'runs-on', `scaling-group:${scalingGroup}`);
    const database = `market_data_${index % databases}`;
    const isOld = index % 11 === 3;
    const versionId = isOld ? 'v1' : 'v2';
    const view = `dataview:${database}/view_${index % databases}`;
    if (index % 6 < 2) link(id, 'mounts', view, { versionId, changesetId: isOld ? 'old' : 'new' });
    if (index % 6 === 2) link(id, 'mounts', `database:${database}`);
    if (isOld && index % 6 < 2) link(id, 'behind', `changeset:${database}/new`, { changesetId: 'old' });
  }
  for (const name of ['amara', 'jonas', 'svc-ingest']) add('user', name);
  return { environmentId: 'abc123', name: 'kdb-synthetic', readAt: NOW, entities, edges, gaps: [] };
}

const kindOf = (index: number) => (TYPES[index % 6] ?? '').toLowerCase();
