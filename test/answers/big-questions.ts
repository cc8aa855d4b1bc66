import type { Question } from './demo-questions.ts';

const find = (args: Record<string, unknown>) => ['find_kx_entities', args] as const;
const problems = (problem: string, more = {}) => ['find_kx_problems', { problem, ...more }] as const;
const ask = (text: string, calls: Question['calls'], ...facts: Question['facts']): Question => ({
  ask: text,
  calls,
  facts,
});

/** What people ask about a hundred environments with two thousand clusters. */
export const BIG_QUESTIONS: readonly Question[] = [
  ask('How many environments are there?', [find({ kinds: ['environment'], name: 'desk-' })], '"found":100'),
  ask(
    'How many clusters do the desks have, and where?',
    [find({ kinds: ['cluster'], name: '-0' })],
    '"environments":',
    '"found":2000',
  ),
  ask('How many HDBs are there?', [find({ kinds: ['cluster'], name: 'hdb-0' })], '"found":500'),
  ask(
    'Which clusters of desk-042 failed?',
    [find({ kinds: ['cluster'], status: ['failed'], name: '-042-' })],
    'gp-042-19',
    'Not enough memory',
    '"found":1',
  ),
  ask('Where is hdb-077-00?', [find({ name: 'hdb-077-00' })], 'desk-077', 'RUNNING'),
  ask(
    'What failed in desk-042, and why?',
    [problems('failed', { environment: 'desk-042' })],
    'gp-042-19',
    'Not enough memory',
  ),
  ask('Which clusters are behind, everywhere?', [problems('behind')], '"behind":52', 'desk-007', 'hdb-007-00'),
  ask('Is anything behind in desk-017?', [problems('behind', { environment: 'desk-017' })], '"behind":5', 'hdb-017-00'),
  ask('What is idle anywhere?', [problems('unused')], 'sg-left-over', 'vol-left-over', 'desk-024', 'desk-099', '4800'),
  ask('Is anything stuck?', [problems('stuck')], '"stuck":0'),
  ask(
    'Does anything in desk-001 refer to what is gone?',
    [problems('dangling', { environment: 'desk-001' })],
    '"dangling":0',
  ),
  ask(
    'Which environments belong to team-3?',
    [find({ kinds: ['environment'], tags: [{ key: 'owner', value: 'team-3' }] })],
    '"found":10',
    'desk-003',
    'desk-093',
  ),
  ask(
    'Who owns the trades database of desk-055?',
    [find({ kinds: ['database'], environment: 'desk-055', tags: [{ key: 'owner' }] })],
    'team-5',
  ),
  ask(
    'What is in desk-050?',
    [['describe_kx_environment', { environment: 'desk-050' }]],
    '"RUNNING":20',
    'sg-main',
    'vol-logs',
  ),
  ask(
    'What depends on the log volume of desk-020?',
    [['what_depends_on', { environment: 'desk-020', name: 'vol-logs' }]],
    'tickerplant-020-01',
    '"dependents":5',
  ),
  ask(
    'How full is the host of desk-030?',
    [['what_depends_on', { environment: 'desk-030', name: 'sg-main' }]],
    '160 GiB of 1949 GiB',
    '"dependents":20',
  ),
  ask(
    'What differs between desk-024 and desk-025?',
    [['compare_kx_environments', { a: 'desk-024', b: 'desk-025' }]],
    'sg-left-over',
    'vol-left-over',
    '"onlyInA":2',
  ),
  ask(
    'Which volumes are left over?',
    [find({ kinds: ['volume'], name: 'left-over' })],
    '"found":4',
    'desk-024',
    'desk-049',
  ),
  ask(
    'Are all tickerplants of the desks running?',
    [find({ kinds: ['cluster'], name: 'tickerplant', notStatus: ['RUNNING'] })],
    '"found":0',
  ),
  ask(
    'Wait for gateway-099-18.',
    [['wait_for_kx_entity', { environment: 'desk-099', kind: 'cluster', name: 'gateway-099-18' }]],
    '"reached":true',
  ),
  ask(
    'How many clusters of each type do we run?',
    [find({ kinds: ['cluster'], groupBy: ['type'] })],
    '"value":"HDB","count":5',
    '"value":"GP","count":5',
    '"found":2',
  ),
  ask(
    'Which teams own how many environments?',
    [find({ kinds: ['environment'], groupBy: ['tag:owner'] })],
    /team-3","count":10/,
  ),
  ask(
    'Which environment is the newest?',
    [find({ kinds: ['environment'], sort: 'newest' })],
    /"entities":\[\{[^}]*desk-099/,
  ),
  ask(
    'How much disk do all desks have?',
    [find({ kinds: ['volume'], name: 'vol-l', where: [{ setting: 'sizeGB', is: 'set' }], groupBy: ['type'] })],
    '"diskGB":139200',
    '"found":104',
  ),
  ask(
    'Which disks are the largest?',
    [find({ kinds: ['volume'], name: 'vol-l', sort: 'largest' })],
    /"entities":\[\{[^}]*vol-left-over/,
    '"more":',
  ),
  ask(
    'Which hosts are of which type?',
    [find({ kinds: ['scaling-group'], name: 'sg-main', groupBy: ['hostType'] })],
    /kx\.sg1\.16xlarge","count":100/,
  ),
  ask(
    'Which clusters of desk-011 run app.zip?',
    [find({ kinds: ['cluster'], environment: 'desk-011', text: 'kdb-code/app.zip', groupBy: ['type'] })],
    '"found":20',
  ),
  ask(
    'Does everything on desk-060 sit in one subnet?',
    [find({ kinds: ['cluster'], environment: 'desk-060', groupBy: ['subnets'] })],
    /subnet-04d9b6a17e83c5f21","count":20/,
  ),
  ask(
    'Which clusters hang on vol-logs of desk-033?',
    [find({ kinds: ['cluster'], environment: 'desk-033', text: 'vol-logs' })],
    'tickerplant-033-01',
    '"found":5',
  ),
  ask(
    'Which loads did desk-027 get, and how did they end?',
    [find({ kinds: ['changeset'], environment: 'desk-027' })],
    '"changeset":2',
    'COMPLETED',
  ),
  ask(
    'How many loads of desk-097 ended in which status?',
    [find({ kinds: ['changeset'], environment: 'desk-097', groupBy: ['status'] })],
    /COMPLETED","count":2/,
  ),
  ask(
    'How much memory is reserved on desk-005?',
    [find({ kinds: ['cluster'], environment: 'desk-005' })],
    '"clusterMemoryReserved":"160 GiB"',
    '"nodes":20',
  ),
  ask(
    'Which things of desk-024 have no owner?',
    [find({ environment: 'desk-024', tags: [{ key: 'owner', absent: true }], groupBy: ['kind'] })],
    /cluster","count":20/,
    /volume","count":2/,
  ),
  ask(
    'Is gp-042-19 fixable, and what else is on its host?',
    [['what_depends_on', { environment: 'desk-042', name: 'gp-042-19' }]],
    'Not enough memory',
    'sg-main',
    '"created":',
  ),
  ask(
    'What changed in desk-012 in the last hour?',
    [find({ environment: 'desk-012', changedAfter: '1h', groupBy: ['kind'] })],
    /cluster","count":20/,
  ),
  ask(
    'What is wrong anywhere, of every sort?',
    [['find_kx_problems', {}]],
    // One cluster is behind in two ways.
    '"failed":3,"stuck":0,"behind":53,"unused":10,"dangling":0',
    '"distinctEntities":{"behind":52}',
    '"notChecked":"nodes of',
  ),
  ask('Is anything on its way?', [problems('underway')], '"underway":0'),
  ask(
    'How many clusters has each desk?',
    [find({ kinds: ['cluster'], groupBy: ['environment'] })],
    '"value":"desk-000","count":20',
    '"value":"desk-099","count":20',
  ),
  ask(
    'Do all clusters of the desks have the same release?',
    [find({ kinds: ['cluster'], name: '-0', groupBy: ['releaseLabel'] })],
    /"groups":\[\{"value":"1\.0","count":\d+,[^[]*\[[^\]]*\][^\]{]*\}\]/,
  ),
  ask(
    'Has every environment an owner?',
    [find({ kinds: ['environment'], tags: [{ key: 'owner', absent: true }] })],
    '"found":0',
    'owner=team-9',
  ),
  ask(
    'What does team-3 run?',
    [find({ kinds: ['environment'], tags: [{ value: 'team-3' }] })],
    '"found":10',
    'desk-053',
  ),
  ask(
    'Which buckets do all loads come from?',
    [find({ kinds: ['changeset'], groupBy: ['bucket'] })],
    '"value":"market-data","count":110',
  ),
  ask(
    'What did desk-097 load?',
    [find({ kinds: ['changeset'], environment: 'desk-097' })],
    'PUT s3://market-data/trades/ to /',
    '"changeset":2',
  ),
  ask(
    'Tell me all about hdb-077-00.',
    [find({ name: 'hdb-077-00' })],
    'kxCluster/hdb-077-00',
    'app.zip',
    'subnet-04d9b6a17e83c5f21',
  ),
  ask(
    'How much memory is free on the hosts that are left over?',
    [find({ kinds: ['scaling-group'], name: 'left-over' })],
    '"found":4',
    '"free":"432 GiB"',
    '"hostMemoryFree":"1728 GiB"',
  ),
  ask(
    'Which clusters of desk-060 mount nothing?',
    [
      find({
        kinds: ['cluster'],
        environment: 'desk-060',
        where: [{ setting: 'databases', is: 'unset' }],
        groupBy: ['type'],
      }),
    ],
    '"found":15',
    '"value":"GATEWAY","count":5',
  ),
  ask(
    'How many gigabytes of disk are of which type?',
    [find({ kinds: ['volume'], groupBy: ['type'] })],
    /"value":"SSD_250"[^}]*"diskGB":145200/,
  ),
  ask(
    'Which clusters of the desks are not running?',
    [find({ kinds: ['cluster'], name: '-0', notStatus: ['RUNNING'] })],
    'gp-042-19',
    'CREATE_FAILED',
    '"found":1',
  ),
];
