import type { Question } from './demo-questions.ts';

const PROD = { environment: 'kdb-prod' };
const IDS = ['list_kx_environments'] as const;
const describe = (environment = 'kdb-prod') => ['describe_kx_environment', { environment }] as const;
const find = (args: Record<string, unknown>) => ['find_kx_entities', args] as const;
const problems = (problem: string, more: Record<string, unknown> = {}) =>
  ['find_kx_problems', { problem, ...more }] as const;
const about = (name: string, more: Record<string, unknown> = {}) =>
  ['what_depends_on', { ...PROD, name, ...more }] as const;
const ask = (text: string, calls: Question['calls'], ...facts: Question['facts']): Question => ({
  ask: text,
  calls,
  facts,
});
const clusters = (more: Record<string, unknown> = {}) => find({ kinds: ['cluster'], ...more });
const loads = (more: Record<string, unknown> = {}) => find({ kinds: ['changeset'], ...more });

/** What people who run kdb ask about the demo world: ages, owners, sizes, code, zones, loads, and what would break. */
export const OPS_QUESTIONS: readonly Question[] = [
  ask('Which things have no owner?', [find({ tags: [{ key: 'owner', absent: true }] })], 'vol-backtest', '"found":1'),
  ask(
    'Whose is each cluster?',
    [clusters({ groupBy: ['tag:owner'] })],
    /fx-desk[^}]*hdb-fx/,
    /research[^}]*gp-signals/,
  ),
  ask(
    'How much hangs on each cost centre?',
    [find({ groupBy: ['tag:cost-centre'] })],
    /CC-4410","count":13/,
    /CC-5110","count":8/,
    /\(none\)","count":1,"names":\["vol-backtest"/,
  ),
  ask(
    'Whose is sg-backtest?',
    [find({ name: 'sg-backtest', tags: [{ key: 'owner' }] })],
    '"owner":"research"',
    'CC-5310',
  ),
  ask(
    'What belongs to the stage research?',
    [find({ tags: [{ key: 'stage', value: 'research' }] })],
    'sg-lab',
    'gp-signals',
    'gp-research',
  ),
  ask(
    'What is not of the market data team?',
    [clusters({ tags: [{ key: 'owner', value: 'market-data-platform', absent: true }] })],
    'tp-fx',
    '"found":1',
  ),
  ask(
    'What changed since yesterday?',
    [find({ changedAfter: '1d' })],
    'gp-reference',
    'rdb-futures',
    'hdb-equities-a',
    'equities_taq_static',
    'Ws8jBOiAhiShC0zxtBHQi3',
    'dVa6UurTDgZmzooc8jRVZv',
  ),
  ask('Which is our oldest cluster?', [clusters({ sort: 'oldest' })], /"entities":\[\{[^}]*"tp-equities"[^}]*"59 d"/),
  ask('Which cluster came last?', [clusters({ sort: 'newest' })], /"entities":\[\{[^}]*"rdb-futures"[^}]*"3 min"/),
  ask('When was hdb-fx created and changed last?', [about('hdb-fx')], '2026-02-01T09:00Z', '"changed":"2026-03-15T21:'),
  ask('Since when is gp-reference updating?', [about('gp-reference')], 'UPDATING', '"changed":"2026-03-17T08:56Z"'),
  ask(
    'What is on its way right now, and since when?',
    [clusters({ status: ['underway'], changedAfter: '1h' })],
    /gp-reference[^}]*"since":"2026-03-17T08:56Z"/,
    /rdb-futures[^}]*"since":"2026-03-17T08:57Z"/,
  ),
  ask(
    'Which database is the biggest?',
    [find({ kinds: ['database'], sort: 'largest' })],
    /"entities":\[\{[^}]*fx_spot/,
  ),
  ask('How much data do we hold in all?', [find({ kinds: ['database'], view: 'full' })], '"databaseSize":"4.5 GB"'),
  ask(
    'How much disk do we pay for?',
    [find({ kinds: ['volume'], sort: 'largest' })],
    '"diskGB":24000',
    '12000',
    '4800',
  ),
  ask(
    'Which disks are of which kind?',
    [find({ kinds: ['volume'], groupBy: ['type'] })],
    /SSD_250","count":3/,
    /HDD_12","count":1,"names":\["vol-backtest"/,
  ),
  ask(
    'How much memory of our hosts is unused?',
    [find({ kinds: ['scaling-group'], view: 'full' })],
    '"hostMemory":"2369 GiB"',
    '"hostMemoryFree":"2063 GiB"',
    'kx.sg1.16xlarge',
  ),
  ask(
    'Where would another 40 GiB fit?',
    [describe()],
    /sg-realtime[^}]*"free":"52 GiB"/,
    /sg-history[^}]*"free":"24 GiB"/,
  ),
  ask('How many nodes run in all?', [clusters()], '"nodes":18'),
  ask(
    'Which cluster takes the most memory?',
    [clusters({ sort: 'largest' })],
    /"entities":\[\{[^}]*"hdb-futures"[^}]*"3 x kx.s.2xlarge/,
  ),
  ask(
    'Which clusters have dedicated nodes?',
    [clusters({ groupBy: ['nodeType'] })],
    /kx\.s\.2xlarge[^}]*hdb-futures/,
    /kx\.s\.xlarge[^}]*rdb-futures/,
  ),
  ask(
    'Which clusters have a cache of their own?',
    [clusters({ where: [{ setting: 'caches', is: 'set' }] })],
    'hdb-futures',
    'CACHE_1000',
    '"found":1',
  ),
  ask(
    'Which clusters scale by themselves?',
    [clusters({ where: [{ setting: 'autoscaling', is: 'set' }] })],
    'hdb-futures',
    'autoscaling.maxNodeCount=5',
  ),
  ask('How many clusters are in each zone?', [clusters({ groupBy: ['zone'] })], '"value":"use1-az1","count":15'),
  ask(
    'What would stop if use1-az1 went down?',
    [find({ where: [{ setting: 'zone', is: 'equals', value: 'use1-az1' }], groupBy: ['kind'] })],
    /cluster","count":15/,
    /volume","count":6/,
    /scaling-group","count":5/,
  ),
  ask(
    'Which clusters share a subnet with gw-prod?',
    [clusters({ groupBy: ['subnets'] })],
    /subnet-04d9b6a17e83c5f21","count":13/,
  ),
  ask('Do uat and production share a VPC?', [clusters({ groupBy: ['vpc'] })], /vpc-0c81f2d9a4e6b7351","count":15/),
  ask(
    'Which security groups are in use?',
    [clusters({ groupBy: ['securityGroups'] })],
    'sg-07a1e93bd52f4c618',
    'sg-03c58d20f52f4c618',
  ),
  ask('Is everything on the same kdb release?', [clusters({ groupBy: ['release'] })], '"value":"1.0","count":15'),
  ask('Who still runs hdb 4.0.9?', [find({ text: 'hdb-4.0.9' })], 'hdb-futures', '"found":1'),
  ask(
    'Which clusters take code from halden-kdb-code?',
    [clusters({ text: 'halden-kdb-code', groupBy: ['code'] })],
    '"found":14',
    'tick-3.2.1.zip',
    'gateway-1.15.0.zip',
  ),
  ask('Which clusters have no code?', [clusters({ groupBy: ['code'] })], /\(none\)[^}]*gp-research/),
  ask(
    'Which code versions do the HDBs run?',
    [find({ type: ['HDB'], groupBy: ['code'] })],
    'hdb-4.1.2',
    'hdb-4.0.9',
    'hdb-4.2.0',
  ),
  ask('Who starts with rdb/start.q?', [clusters({ text: 'rdb/start.q' })], 'rdb-equities', 'rdb-fx', 'rdb-futures'),
  ask(
    'Which loads ran last night?',
    [loads({ createdAfter: '12h' })],
    /equities_taq","status":"COMPLETED/,
    /fx_spot","status":"FAILED/,
    '2026-03-17T00:10Z',
  ),
  ask(
    'Which loads ever failed?',
    [loads({ status: ['FAILED'] })],
    'Ws8jBOiAhiShC0zxtBHQi3',
    'was not found',
    '"found":1',
  ),
  ask(
    'How many loads came this week, by database?',
    [loads({ createdAfter: '7d', groupBy: ['database'] })],
    /equities_taq","count":\d/,
  ),
  ask(
    'When was the newest data of each database loaded?',
    [find({ kinds: ['database'], view: 'full' })],
    /fx_spot[^}]*"newestData":"2026-03-1/,
  ),
  ask(
    'Where did the last load of equities_taq come from?',
    [
      IDS,
      [
        'get_kx_changeset',
        { environmentId: '$prod', databaseName: 'equities_taq', changesetId: 'daIlDIBD3ZqOEpD35RBEFK' },
      ],
    ],
    's3://halden-market-data/equities_taq/2026.03.16/',
  ),
  ask(
    'Which dataviews do not follow new data by themselves?',
    [find({ kinds: ['dataview'], where: [{ setting: 'autoUpdate', is: 'equals', value: false }] })],
    'equities_taq_static',
    'reference_rw',
    '"found":2',
  ),
  ask(
    'Who holds which version of equities_taq_static?',
    [about('equities_taq_static')],
    /KugCrAorIgMhtpfSLBcSfV[^}]*hdb-equities-a/,
    /zVXInfQ0JPYb3ORDhZMY8h[^}]*hdb-equities-b/,
  ),
  ask('What is cached on vol-equities, by path?', [about('vol-equities')], '"dbPaths":["/*"]', 'equities_taq_static'),
  ask('Which databases does nobody mount?', [problems('unused', { kinds: ['database'] })], '"unused":0'),
  ask('What breaks if sg-realtime dies?', [about('sg-realtime')], 'tp-equities', 'tp-fx', 'gw-prod', '"dependents":5'),
  ask('Is it safe to delete the user jonas_lind?', [about('jonas_lind')], 'kdb-trader-fx', '"dependents":0'),
  ask(
    'Is it safe to delete vol-reference?',
    [about('vol-reference')],
    'reference_rw',
    'gp-reference',
    '"dependents":2',
  ),
  ask(
    'Which people share a role?',
    [find({ kinds: ['user'], groupBy: ['iamRole'] })],
    /kdb-quant","count":2,"names":\["amara_okafor","mei_tanaka"/,
  ),
  ask('Who may log in as kdb-release?', [find({ kinds: ['user'], text: 'kdb-release' })], 'svc-release', 'kdb-uat'),
  ask(
    'Is production attached to the transit gateway, and with which range?',
    [describe()],
    'tgw-0be47f91c2a6d8350',
    '100.64.12.0/26',
  ),
  ask('Has uat a private network?', [describe('kdb-uat')], '"network":"NONE"'),
  ask(
    'Which ports does the network of production let through?',
    [IDS, ['get_kx_environment', { environmentId: '$prod' }]],
    '10.20.0.0/16',
    '"from":5000',
    '"to":5100',
  ),
  ask('With which key is each environment encrypted?', [IDS], '5b0e7c1f-2d84-4f7a-9c36-e1a8d9f04b72'),
  ask(
    'Does the HDB of uat run newer code than the equities HDB?',
    [find({ type: ['HDB'], groupBy: ['code'] })],
    /hdb-4\.2\.0[^}]*hdb-uat/,
  ),
  ask(
    'What has production that uat has not?',
    [['compare_kx_environments', { a: 'kdb-prod', b: 'kdb-uat' }]],
    '"onlyInA"',
    'tp-fx',
  ),
  ask(
    'Which nodes has hdb-futures and since when is one missing?',
    [about('hdb-futures')],
    '"nodes":',
    'PROVISIONING',
    '2026-03-17T08:58',
  ),
  ask('What does the savedown volume hold up?', [about('vol-savedown')], 'rdb-equities', 'rdb-fx', 'SSD_250', '2400'),
  ask(
    'Which clusters write tickerplant logs to vol-tplog?',
    [clusters({ text: 'vol-tplog' })],
    'tp-equities',
    'rdb-fx',
    '"found":4',
  ),
  ask('Which clusters have only one node?', [clusters({ groupBy: ['nodeCount'] })], /"value":"1","count":12/),
  ask('How much memory may rdb-equities take at most?', [about('rdb-equities')], '"memoryLimitMiB":49152', '24 GiB'),
  ask('What is described as a backtest?', [find({ text: 'backtest' })], 'vol-backtest', '"found":1'),
  ask(
    'What would deleting vol-fx do?',
    [IDS, ['plan_change', { tool: 'delete_kx_volume', arguments: { environmentId: '$prod', volumeName: 'vol-fx' } }]],
    'fx_spot_live',
    '"wouldRun":false',
  ),
];
