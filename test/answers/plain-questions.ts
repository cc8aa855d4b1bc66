import { HOST_TYPES } from '../../src/operations/machine-types.ts';
import {
  all,
  changedAt,
  changedSince,
  distinct,
  freeOn,
  HOUR,
  heldChangeset,
  isFailed,
  minute,
  NOW,
  newestFirst,
  nodesOf,
  notFailed,
  ownerOf,
  ownerOfLoad,
  sharedOf,
  size,
  sourcesOf,
  sum,
  totalsBy,
  volumeNames,
} from './plain-truth.ts';
import { type Asked, counted, exactly, type Facts, one } from './truth.ts';

const find = (args: Record<string, unknown>) => ['find_kx_entities', args] as const;
const clusters = (more: Record<string, unknown>) => find({ kinds: ['cluster'], ...more });
const disks = (more: Record<string, unknown>) => find({ kinds: ['volume'], ...more });
const hosts = (more: Record<string, unknown>) => find({ kinds: ['scaling-group'], ...more });
const loads = (more: Record<string, unknown>) => find({ kinds: ['changeset'], ...more });
const problems = (problem: string) => ['find_kx_problems', { problem }] as const;
const about = (name: string) => ['what_depends_on', { name }] as const;
const ask = (text: string, call: Asked['calls'][number], facts: Facts): Asked => ({ ask: text, calls: [call], facts });

/** Questions about the demo world with the arguments that come to mind first, not those that the descriptions name. */
export const PLAIN_QUESTIONS: readonly Asked[] = [
  ask(
    'How much NAS has each environment, and whose is it?',
    disks({ groupBy: ['environment', 'tag:owner'] }),
    ({ volumes }) =>
      totalsBy(
        volumes,
        (each) => `${each.environment}, ${ownerOf(each)}`,
        'diskGB',
        (own) => sum(own.map(size)),
      ),
  ),
  ask('How much disk does each desk pay for?', disks({ groupBy: ['tag:owner'] }), ({ volumes }) =>
    totalsBy(volumes, ownerOf, 'diskGB', (own) => sum(own.map(size))),
  ),
  ask('How many nodes run in each environment?', clusters({ groupBy: ['environment'] }), ({ clusters: own }) =>
    totalsBy(
      own,
      ({ environment }) => environment,
      'nodes',
      (those) => sum(notFailed(those).map(nodesOf)),
    ),
  ),
  ask('Which clusters are not all right?', clusters({ notStatus: ['RUNNING'] }), ({ clusters: own }) =>
    exactly(own.filter(({ status }) => status !== 'RUNNING')),
  ),
  ask('What is in a failed state, loads included?', find({ status: ['failed'] }), ({ clusters: own, changesets }) =>
    exactly([...own, ...changesets].filter(isFailed)),
  ),
  ask('Who has to mend what failed?', find({ status: ['failed'], groupBy: ['tag:owner'] }), (truth) =>
    counted(
      [
        ...truth.clusters.filter(isFailed).map(ownerOf),
        ...truth.changesets.filter(isFailed).map((each) => ownerOfLoad(truth, each)),
      ],
      (owner) => owner,
    ),
  ),
  ask('Who lets hosts and disks lie idle?', problems('unused'), (truth) => [
    '"unused":2',
    new RegExp(`sg-backtest"[^}]*"tags":\\{"owner":"${ownerOf(one(truth.groups, 'sg-backtest'))}"`),
    new RegExp(`vol-backtest"[^}]*"tags":${JSON.stringify(one(truth.volumes, 'vol-backtest').tags)}`),
  ]),
  ask('How many loads came on which day?', loads({ groupBy: ['created'] }), ({ changesets }) =>
    counted(changesets, ({ createdTimestamp }) => createdTimestamp?.slice(0, 10)),
  ),
  ask(
    'Which clusters are not of the FX desk?',
    clusters({ tags: [{ key: 'owner', value: 'fx-desk', absent: true }] }),
    ({ clusters: own }) => exactly(own.filter((each) => ownerOf(each) !== 'fx-desk')),
  ),
  ask(
    'Which clusters do not run hdb-4.1.2?',
    clusters({ where: [{ setting: 'code', is: 'lacks', value: 'hdb-4.1.2' }] }),
    ({ clusters: own }) => exactly(own.filter(({ code }) => !code?.s3Key?.includes('hdb-4.1.2'))),
  ),
  ask(
    'Which clusters are neither HDBs nor RDBs?',
    clusters({ where: ['HDB', 'RDB'].map((value) => ({ setting: 'type', is: 'not', value })) }),
    ({ clusters: own }) => exactly(own.filter(({ clusterType }) => clusterType !== 'HDB' && clusterType !== 'RDB')),
  ),
  ask(
    'What have research and the FX desk on hosts?',
    hosts({ tags: ['research', 'fx-desk'].map((value) => ({ key: 'owner', value })) }),
    ({ groups }) => exactly(groups.filter((each) => ['research', 'fx-desk'].includes(ownerOf(each)))),
  ),
  ask('How are hdb-fx and rdb-fx?', find({ name: '*-fx', type: ['HDB', 'RDB'] }), ({ clusters: own }) =>
    exactly(own.filter(({ name }) => name === 'hdb-fx' || name === 'rdb-fx')),
  ),
  ask('Whose load failed?', loads({ status: ['FAILED'], tags: [{ key: 'owner' }] }), (truth) => {
    const failed = truth.changesets.filter(isFailed);
    return [...exactly(failed), ...failed.map((each) => `"owner":"${ownerOfLoad(truth, each)}"`)];
  }),
  ask('How many loads has each desk had?', loads({ groupBy: ['tag:owner'] }), (truth) =>
    counted(truth.changesets, (each) => ownerOfLoad(truth, each)),
  ),
  ask('Which loads did not complete?', loads({ notStatus: ['COMPLETED'] }), ({ changesets }) =>
    exactly(changesets.filter(({ status }) => status !== 'COMPLETED')),
  ),
  ask('How much SSD storage do we have?', find({ type: ['SSD_1000', 'SSD_250'] }), ({ volumes }) => {
    const fast = volumes.filter(({ nas1Configuration: disk }) => disk?.type?.startsWith('SSD'));
    return [...exactly(fast), `"diskGB":${sum(fast.map(size))}`];
  }),
  ask(
    'Which clusters have more than one node?',
    clusters({ where: [{ setting: 'nodeCount', is: 'above', value: 1 }] }),
    ({ clusters: own }) => exactly(own.filter((each) => nodesOf(each) > 1)),
  ),
  ask(
    'Which hosts have more than 20 GiB left?',
    hosts({ where: [{ setting: 'free', is: 'above', value: '20 GiB' }] }),
    (truth) => exactly(truth.groups.filter((group) => freeOn(truth, group) > 20)),
  ),
  ask(
    'Which disks are smaller than 2,400 GB?',
    disks({ where: [{ setting: 'sizeGB', is: 'below', value: 2_400 }] }),
    ({ volumes }) => exactly(volumes.filter((each) => size(each) < 2_400)),
  ),
  ask(
    'Which databases have more than 200 files?',
    find({ kinds: ['database'], where: [{ setting: 'files', is: 'above', value: 200 }] }),
    ({ databases }) => exactly(databases.filter(({ numFiles = 0 }) => numFiles > 200)),
  ),
  ask('What happened in the last 24 hours?', find({ changedAfter: '24h' }), (truth) =>
    exactly(changedSince(truth, NOW - 24 * HOUR)),
  ),
  ask('What was done today?', find({ changedAfter: '2026-03-17' }), (truth) =>
    exactly(changedSince(truth, Date.parse('2026-03-17T00:00:00Z'))),
  ),
  ask('What has changed since half past ten last night?', find({ changedAfter: '2026-03-16 22:30' }), (truth) =>
    exactly(changedSince(truth, Date.parse('2026-03-16T22:30:00Z'))),
  ),
  ask('Which clusters are older than seven weeks?', clusters({ createdBefore: '7w' }), ({ clusters: own }) =>
    exactly(own.filter(({ createdTimestamp = '' }) => Date.parse(createdTimestamp) < NOW - 7 * 7 * 24 * HOUR)),
  ),
  ask('What has the FX desk?', find({ tags: [{ key: 'Owner', value: 'FX-desk' }] }), (truth) =>
    exactly(all(truth).filter((each) => ownerOf(each) === 'fx-desk')),
  ),
  ask('What has no cost centre?', find({ tags: [{ key: 'cost-centre', absent: true }] }), (truth) =>
    exactly(all(truth).filter(({ tags }) => tags['cost-centre'] === undefined)),
  ),
  ask('Does everything say its team?', find({ tags: [{ key: 'team', absent: true }] }), (truth) => [
    `"found":${all(truth).length},`,
    `"existingTags":${JSON.stringify(distinct(all(truth).flatMap(({ tags }) => Object.keys(tags))).toSorted())}`,
  ]),
  ask(
    'Which hosts and disks has nobody put a name on?',
    find({ kinds: ['scaling-group', 'volume'], tags: [{ key: 'owner', absent: true }] }),
    (truth) => exactly([...truth.groups, ...truth.volumes].filter((each) => ownerOf(each) === '(none)')),
  ),
  ask('How many clusters use each volume?', clusters({ groupBy: ['volumes'] }), ({ clusters: own }) =>
    counted(
      own.flatMap((each): (string | undefined)[] => (volumeNames(each).length === 0 ? [undefined] : volumeNames(each))),
      (volume) => volume,
    ),
  ),
  ask('Which clusters hold the data of which load?', clusters({ groupBy: ['changesetId'] }), ({ clusters: own }) =>
    counted(own, heldChangeset),
  ),
  ask(
    'Which databases are read on which host?',
    clusters({ groupBy: ['scalingGroup', 'database'] }),
    ({ clusters: own }) =>
      counted(own, (each) => {
        const [first] = each.databases ?? [];
        return `${sharedOf(each)?.scalingGroupName ?? '(none)'}, ${first?.databaseName ?? '(none)'}`;
      }),
  ),
  ask(
    'How many clusters of which type are in which state?',
    clusters({ groupBy: ['type', 'status'] }),
    ({ clusters: own }) => counted(own, ({ clusterType, status }) => `${clusterType}, ${status}`),
  ),
  ask('Which RDBs and tickerplants are there?', find({ type: ['RDB', 'TICKERPLANT'] }), ({ clusters: own }) =>
    exactly(own.filter(({ clusterType }) => clusterType === 'RDB' || clusterType === 'TICKERPLANT')),
  ),
  ask('How many processors have all our hosts?', hosts({}), ({ groups }) => [
    `"hostCpus":${sum(groups.map(({ hostType = '' }) => HOST_TYPES.get(hostType)?.cpus))}`,
  ]),
  ask('How many nodes and how much cache do we pay for in all?', clusters({}), ({ clusters: own }) => [
    `"nodes":${sum(notFailed(own).map(nodesOf))}`,
    `"cacheGB":${sum(own.flatMap(({ cacheStorageConfigurations: caches = [] }) => caches.map((each) => each.size)))}`,
  ]),
  ask(
    'How much savedown storage hangs on nodes?',
    clusters({ where: [{ setting: 'savedown', is: 'set' }] }),
    ({ clusters: own }) => [
      ...exactly(own.filter(({ savedownStorageConfiguration: savedown }) => savedown !== undefined)),
      `"savedownGB":${sum(own.map(({ savedownStorageConfiguration: savedown }) => savedown?.size))}`,
    ],
  ),
  ask('What are the ARNs of all users?', find({ kinds: ['user'], view: 'full' }), ({ users }) =>
    users.map(({ userArn }) => `"arn":"${userArn}"`),
  ),
  ask('When will rdb-futures be there?', find({ name: 'rdb-futures' }), ({ clusters: own }) => [
    `"expectedBy":"${minute(changedAt(one(own, 'rdb-futures')) + HOUR / 3)}"`,
  ]),
  ask('Until when do I wait for what is under way?', problems('underway'), ({ clusters: own }) =>
    ['rdb-futures', 'gp-reference'].map(
      (name) => new RegExp(`cluster:${name}"[^}]*"expectedBy":"${minute(changedAt(one(own, name)) + HOUR / 3)}"`),
    ),
  ),
  ask('Is anything still on old data, or without the newest?', problems('behind'), ({ databases, changesets }) => [
    '"behind":2',
    ...databases.flatMap(({ name, lastCompletedChangesetId: last }) => {
      const [newest] = newestFirst(changesets, name);
      const completed = changesets.find((each) => each.name === last)?.createdTimestamp?.slice(0, 16);
      return newest !== undefined && isFailed(newest) ? [`"database":"${name}","newestData":"${completed}Z"`] : [];
    }),
  ]),
  ask('Who owns hdb-equities-a, and how large is what it reads from?', about('hdb-equities-a'), (truth) => [
    `"owner":"${ownerOf(one(truth.clusters, 'hdb-equities-a'))}"`,
    new RegExp(`volume:vol-equities"[^}]*"sizeGB":${size(one(truth.volumes, 'vol-equities'))}`),
  ]),
  ask('Has the host of hdb-fx room for another 20 GiB?', about('hdb-fx'), (truth) => {
    const host = sharedOf(one(truth.clusters, 'hdb-fx'))?.scalingGroupName ?? '';
    return [new RegExp(`scaling-group:${host}"[^}]*"free":"${freeOn(truth, one(truth.groups, host))} GiB"`)];
  }),
  ask(
    'Whom do I tell before sg-history is replaced?',
    find({ text: 'sg-history', groupBy: ['tag:owner'] }),
    ({ clusters: own }) =>
      counted(
        own.filter((each) => sharedOf(each)?.scalingGroupName === 'sg-history'),
        ownerOf,
      ),
  ),
  ask('Which nodes has hdb-fx, and since when?', about('hdb-fx'), ({ clusters: own }) => [
    ...Array.from({ length: nodesOf(one(own, 'hdb-fx')) }, () => /RUNNING since 2026-\d\d-\d\dT\d\d:\d\dZ/),
    new RegExp(`"nodeList":\\[("[^"]+",?){${nodesOf(one(own, 'hdb-fx'))}}\\]`),
  ]),
  ask(
    'Who logs in with the role kdb-quant?',
    find({ where: [{ setting: 'role', is: 'contains', value: 'kdb-quant' }] }),
    ({ users }) => exactly(users.filter(({ iamRole }) => iamRole?.endsWith('/kdb-quant'))),
  ),
  ask(
    'What did the last three loads of equities_taq change?',
    loads({ name: 'equities_taq', sort: 'newest' }),
    (truth) => {
      const last = newestFirst(truth.changesets, 'equities_taq').slice(0, 3);
      return [new RegExp(last.map(({ name }) => name).join('.*')), ...last.flatMap(sourcesOf)];
    },
  ),
  ask(
    'What changed the three databases that were loaded last?',
    loads({ sort: 'newest', limit: 3 }),
    ({ changesets }) => {
      const last = changesets
        .toSorted((a, b) => (b.createdTimestamp ?? '').localeCompare(a.createdTimestamp ?? ''))
        .slice(0, 3);
      return [
        `"found":${changesets.length},`,
        ...last.flatMap(sourcesOf),
        ...last.map(({ name }) => `"name":"${name}"`),
      ];
    },
  ),
  ask('What is there for traders?', find({ text: 'trader' }), ({ clusters: own, users }) =>
    exactly([
      ...own.filter(({ clusterDescription }) => clusterDescription?.includes('trader')),
      ...users.filter(({ iamRole }) => iamRole?.includes('trader')),
    ]),
  ),
  ask(
    'Which environment has no DNS of its own?',
    find({ kinds: ['environment'], where: [{ setting: 'customDNSConfiguration', is: 'unset' }] }),
    ({ environments }) => exactly(environments.filter(({ customDNSConfiguration: servers }) => servers === undefined)),
  ),
  ask('How many clusters has production?', clusters({ environment: 'production' }), ({ clusters: own }) =>
    exactly(own.filter(({ environment }) => environment === 'kdb-prod')),
  ),
];
