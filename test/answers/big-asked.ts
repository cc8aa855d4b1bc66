import { HOST_TYPES } from '../../src/operations/machine-types.ts';
import { type Asked, counted, exactly, type Facts, type Truth } from './truth.ts';

const find = (args: Record<string, unknown>) => ['find_kx_entities', args] as const;
const clusters = (more: Record<string, unknown>) => find({ kinds: ['cluster'], ...more });
const hosts = (more: Record<string, unknown>) => find({ kinds: ['scaling-group'], ...more });
const problems = (problem: string) => ['find_kx_problems', { problem }] as const;
const compare = (a: string, b: string) => ['compare_kx_environments', { a, b }] as const;
const ask = (text: string, call: Asked['calls'][number], facts: Facts): Asked => ({ ask: text, calls: [call], facts });

const first = (section: string, name: string | undefined, environment: string | undefined) =>
  new RegExp(`"${section}":\\[\\{[^}]*"name":"${name}"[^}]*"environment":"${environment}"`);
/** The number of environments that contain none of these, as the answer states it. */
const without = ({ environments }: Truth, found: readonly { readonly environment: string }[]) => {
  const holding = new Set(found.map(({ environment }) => environment));
  return `"environmentsWithout":${environments.filter(({ name }) => !holding.has(name)).length},`;
};
const ownerOf = ({ environments }: Truth, name: string) =>
  environments.find((each) => each.name === name)?.tags['owner'];

function reservedOn({ clusters: all }: Truth, host: Truth['groups'][number]): number {
  return all
    .filter(({ environment, status }) => environment === host.environment && status !== 'CREATE_FAILED')
    .flatMap(({ scalingGroupConfiguration: shared }) => (shared?.scalingGroupName === host.name ? [shared] : []))
    .reduce((sum, { memoryReservation, nodeCount }) => sum + memoryReservation * nodeCount, 0);
}
const memoryOf = ({ hostType = '' }: Truth['groups'][number]) => (HOST_TYPES.get(hostType)?.memoryGiB ?? 0) * 1024;

/** What people asked about a hundred environments, with answers computed from what the single operations return. */
export const BIG_ASKED: readonly Asked[] = [
  ask('How many clusters of each type are there, everywhere?', clusters({ groupBy: ['type'] }), ({ clusters: all }) =>
    counted(all, ({ clusterType }) => clusterType),
  ),
  ask('How many clusters does each team have?', clusters({ groupBy: ['environmentTag:owner'] }), (truth) => {
    return counted(truth.clusters, ({ environment }) => ownerOf(truth, environment));
  }),
  ask(
    'How many clusters does team-3 have?',
    clusters({ tags: [{ key: 'owner', value: 'team-3', of: 'environment' }], groupBy: ['environment'] }),
    (truth) => {
      const own = truth.clusters.filter(({ environment }) => ownerOf(truth, environment) === 'team-3');
      return [`"found":${own.length},`, ...counted(own, ({ environment }) => environment)];
    },
  ),
  ask(
    'Which environments does team-7 own?',
    find({ kinds: ['environment'], groupBy: ['tag:owner'] }),
    ({ environments }) => environments.filter(({ tags }) => tags['owner'] === 'team-7').map(({ name }) => `"${name}"`),
  ),
  ask('Which environments have no dataview?', find({ kinds: ['dataview'], groupBy: ['environment'] }), (truth) => [
    without(truth, truth.dataviews),
    '"desk-050"',
  ]),
  ask('Where are there no users?', find({ kinds: ['user'], groupBy: ['environment'] }), (truth) => [
    without(truth, truth.users),
    ...counted(truth.users, ({ environment }) => environment),
  ]),
  ask('Who has a second host?', hosts({ groupBy: ['environment'] }), ({ groups, environments }) =>
    environments
      .map(({ name }) => ({ name, count: groups.filter(({ environment }) => environment === name).length }))
      .filter(({ count }) => count > 1)
      .map(({ name, count }) => `"value":"${name}","count":${count}`),
  ),
  ask('Which host is the fullest?', hosts({ sort: 'fullest' }), (truth) => {
    const share = (host: Truth['groups'][number]) => reservedOn(truth, host) / memoryOf(host);
    const [fullest] = truth.groups.toSorted((a, b) => share(b) - share(a));
    return [first('entities', fullest?.name, fullest?.environment)];
  }),
  ask(
    'How many hosts stand empty?',
    hosts({ where: [{ setting: 'clusters', is: 'unset' }], groupBy: ['environment'] }),
    (truth) => {
      const empty = truth.groups.filter(({ clusters: own = [] }) => own.length === 0);
      return [`"found":${empty.length},`, ...counted(empty, ({ environment }) => environment)];
    },
  ),
  ask(
    'How much memory is left on all hosts of each type?',
    hosts({ groupBy: ['hostType'], sort: 'largest' }),
    (truth) =>
      [...new Set(truth.groups.map(({ hostType }) => hostType))].map((type) => {
        const own = truth.groups.filter(({ hostType }) => hostType === type);
        const free = own.reduce((sum, host) => sum + memoryOf(host) - reservedOn(truth, host), 0);
        return new RegExp(`"value":"${type}"[^}]*"hostMemoryFree":"${Math.round(free / 1024)} GiB"`);
      }),
  ),
  ask('Which database is the largest?', find({ kinds: ['database'], sort: 'largest' }), ({ databases }) => {
    const [largest] = databases.toSorted((a, b) => (b.numBytes ?? 0) - (a.numBytes ?? 0));
    return [first('entities', largest?.name, largest?.environment)];
  }),
  ask('How much disk is there in all?', find({ kinds: ['volume'], sort: 'largest' }), ({ volumes }) => [
    `"diskGB":${volumes.reduce((sum, { nas1Configuration: disk }) => sum + (disk?.size ?? 0), 0)},`,
  ]),
  ask(
    'Which disks are larger than 2,400 GB?',
    find({ kinds: ['volume'], where: [{ setting: 'sizeGB', is: 'above', value: 2_400 }] }),
    ({ volumes }) => exactly(volumes.filter(({ nas1Configuration: disk }) => (disk?.size ?? 0) > 2_400)),
  ),
  ask('Which clusters are behind, and by how many loads?', problems('behind'), ({ clusters: all, databases }) => {
    const newest = new Map(
      databases.map((each) => [`${each.environment}/${each.name}`, each.lastCompletedChangesetId]),
    );
    const behind = all.filter(({ environment, databases: mounts = [] }) =>
      mounts.some(({ databaseName, changesetId, dataviewConfiguration: view }) => {
        const held = changesetId ?? view?.changesetId;
        return held !== undefined && held !== newest.get(`${environment}/${databaseName}`);
      }),
    );
    return [`"behind":${behind.length}`, ...behind.map(({ name }) => `cluster:${name}"`), '"behindBy":1'];
  }),
  ask(
    'Which clusters run on nodes of their own?',
    clusters({ where: [{ setting: 'nodeType', is: 'set' }] }),
    ({ clusters: all }) =>
      exactly(all.filter(({ capacityConfiguration }) => capacityConfiguration?.nodeType !== undefined)),
  ),
  ask(
    'Which clusters have a cache?',
    clusters({ where: [{ setting: 'cacheStorageConfigurations', is: 'set' }] }),
    ({ clusters: all }) => exactly(all.filter(({ cacheStorageConfigurations: caches = [] }) => caches.length > 0)),
  ),
  ask('How much memory did all clusters reserve?', clusters({ groupBy: ['azMode'], view: 'full' }), (truth) => {
    const reserved = truth.groups.reduce((sum, host) => sum + reservedOn(truth, host), 0);
    return [`"clusterMemoryReserved":"${Math.round(reserved / 1024)} GiB"`];
  }),
  ask('How many clusters are in which state?', clusters({ groupBy: ['status'] }), ({ clusters: all }) =>
    counted(all, ({ status }) => status),
  ),
  ask('Which environments have the fewest clusters?', clusters({ groupBy: ['environment'] }), ({ clusters: all }) =>
    counted(all, ({ environment }) => environment).filter((text) => /uat|prod|desk-09/.test(text)),
  ),
  ask('In which zones are the clusters?', clusters({ groupBy: ['zone'] }), ({ clusters: all }) =>
    counted(all, ({ availabilityZoneId }) => availabilityZoneId),
  ),
  ask('How did all loads end?', find({ kinds: ['changeset'], groupBy: ['status'] }), ({ changesets }) =>
    counted(changesets, ({ status }) => status),
  ),
  ask('Which environment is the oldest?', find({ kinds: ['environment'], sort: 'oldest' }), ({ environments }) => {
    const [oldest] = environments.toSorted((a, b) =>
      (a.creationTimestamp ?? '').localeCompare(b.creationTimestamp ?? ''),
    );
    return [new RegExp(`"entities":\\[\\{[^}]*"name":"${oldest?.name}"`)];
  }),
  ask('Which cluster is the newest?', clusters({ sort: 'newest' }), ({ clusters: all }) => {
    const [newest] = all.toSorted((a, b) => (b.createdTimestamp ?? '').localeCompare(a.createdTimestamp ?? ''));
    return [first('entities', newest?.name, newest?.environment)];
  }),
  ask('Where does the name vol-logs occur?', find({ name: 'vol-logs', groupBy: ['environment'] }), ({ volumes }) => {
    const own = volumes.filter(({ name }) => name === 'vol-logs');
    return [`"found":${own.length},`, ...counted(own, ({ environment }) => environment)];
  }),
  ask('Is desk-007 like desk-008 but for its data?', compare('desk-007', 'desk-008'), () => [
    /"changedSettings":\{"database":\{[^}]*\}\}/,
    '"onlyInA":0,"onlyInB":0',
  ]),
  ask('In what does desk-042 differ from desk-041?', compare('desk-041', 'desk-042'), ({ clusters: all }) => [
    /"changedSettings":\{[^[]*"cluster":\{"status":1,"nodes":1\}/,
    ...all.filter(({ name }) => name === 'gp-042-19').map(({ status }) => `"status":["RUNNING","${status}"]`),
  ]),
  ask('What has desk-024 that desk-023 has not?', compare('desk-023', 'desk-024'), ({ groups, volumes }) =>
    [...groups, ...volumes]
      .filter(({ name, environment }) => environment === 'desk-024' && /left/.test(name))
      .map(({ name }) => `${name}"`),
  ),
  ask('Which gateways has desk-050?', clusters({ environment: 'desk-050', type: ['GATEWAY'] }), ({ clusters: all }) =>
    exactly(all.filter(({ environment, clusterType }) => environment === 'desk-050' && clusterType === 'GATEWAY')),
  ),
  ask(
    'Who would miss the host of desk-010?',
    ['what_depends_on', { environment: 'desk-010', name: 'sg-main' }],
    (truth) =>
      truth.clusters.filter(({ environment }) => environment === 'desk-010').map(({ name }) => `cluster:${name}"`),
  ),
  ask('Do any clusters run another release?', clusters({ groupBy: ['release'] }), ({ clusters: all }) =>
    counted(all, ({ releaseLabel }) => releaseLabel),
  ),
];
