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
    'How many clusters are there, and where?',
    [find({ kinds: ['cluster'], name: '-0' })],
    '"environments":',
    '"found":',
  ),
  ask('How many HDBs are there?', [find({ kinds: ['cluster'], name: 'hdb-0' })], '"found":500'),
  ask(
    'Which clusters failed?',
    [find({ kinds: ['cluster'], status: 'FAILED', name: '-042-' })],
    'gp-042-19',
    'Not enough memory',
    '"found":1',
  ),
  ask('Where is hdb-077-00?', [find({ name: 'hdb-077-00' })], 'desk-077', 'RUNNING'),
  ask(
    'What failed anywhere, and why?',
    [problems('failed', { environment: 'desk-042' })],
    'gp-042-19',
    'Not enough memory',
  ),
  ask('Which clusters are behind, everywhere?', [problems('behind')], '"behind":52', 'desk-007', 'hdb-007-00'),
  ask('Is anything behind in desk-017?', [problems('behind', { environment: 'desk-017' })], '"behind":5', 'hdb-017-00'),
  ask('What is idle anywhere?', [problems('idle')], 'sg-left-over', 'vol-left-over', 'desk-024', 'desk-099', '4800'),
  ask('Is anything stuck?', [problems('stuck')], '"stuck":0'),
  ask('Is anything orphaned?', [problems('orphaned', { environment: 'desk-001' })], '"orphaned":0'),
  ask(
    'Which environments belong to team-3?',
    [find({ kinds: ['environment'], tag: 'owner=team-3' })],
    '"found":10',
    'desk-003',
    'desk-093',
  ),
  ask(
    'Who owns the trades database of desk-055?',
    [find({ kinds: ['database'], environment: 'desk-055', tag: 'owner' })],
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
    '"dependants":5',
  ),
  ask(
    'How full is the host of desk-030?',
    [['what_depends_on', { environment: 'desk-030', name: 'sg-main' }]],
    '160 GiB of 1949 GiB',
    '"dependants":20',
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
    'Are all tickerplants of desk-0 running?',
    [find({ kinds: ['cluster'], name: 'tickerplant', status: '!RUNNING' })],
    '"found":0',
  ),
  ask(
    'Wait for gateway-099-18.',
    [['wait_for_kx_entity', { environment: 'desk-099', kind: 'cluster', name: 'gateway-099-18' }]],
    '"reached":true',
  ),
  ask(
    'How many clusters of each type do we run?',
    [find({ kinds: ['cluster'], groupBy: 'type' })],
    '"value":"HDB","count":5',
    '"value":"GP","count":5',
    '"found":2',
  ),
  ask(
    'Which teams own how many environments?',
    [find({ kinds: ['environment'], groupBy: 'tag:owner' })],
    /team-3","count":10/,
  ),
  ask(
    'Which environment is the newest?',
    [find({ kinds: ['environment'], sort: 'newest' })],
    /"entities":\[\{[^}]*desk-099/,
  ),
  ask(
    'How much disk do all desks have?',
    [find({ kinds: ['volume'], name: 'vol-l', uses: 'sizeGB', groupBy: 'type' })],
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
    [find({ kinds: ['scaling-group'], name: 'sg-main', groupBy: 'hostType' })],
    /kx\.sg1\.16xlarge","count":100/,
  ),
  ask(
    'Which clusters run gateway code?',
    [find({ kinds: ['cluster'], environment: 'desk-011', uses: 'kdb-code/app.zip', groupBy: 'type' })],
    '"found":20',
  ),
  ask(
    'Does everything on desk-060 sit in one subnet?',
    [find({ kinds: ['cluster'], environment: 'desk-060', groupBy: 'subnets' })],
    /subnet-04d9b6a17e83c5f21","count":20/,
  ),
  ask(
    'Which clusters hang on vol-logs of desk-033?',
    [find({ kinds: ['cluster'], environment: 'desk-033', uses: 'vol-logs' })],
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
    'How many loads were there in all desks that end in 7?',
    [find({ kinds: ['changeset'], environment: 'desk-097', groupBy: 'status' })],
    /COMPLETED","count":2/,
  ),
  ask(
    'How much memory is reserved on desk-005?',
    [find({ kinds: ['cluster'], environment: 'desk-005', view: 'full' })],
    '"clusterMemoryReserved":"160 GiB"',
    '"nodes":20',
  ),
  ask(
    'Which things of desk-024 have no owner?',
    [find({ environment: 'desk-024', tag: '!owner', groupBy: 'kind' })],
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
    [find({ environment: 'desk-012', changedWithin: '1h', groupBy: 'kind' })],
    /cluster","count":20/,
  ),
];
