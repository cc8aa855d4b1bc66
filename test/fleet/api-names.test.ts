import { expect, test } from 'vitest';
import type { Call } from '../../src/operations/index.ts';
import { type Truth, truthOf } from '../answers/truth.ts';
import { caller, demoTools, names } from './demo-tools.ts';

const { world, use } = demoTools();

const KINDS: Readonly<Record<keyof Truth, string>> = {
  environments: 'environment',
  clusters: 'cluster',
  groups: 'scaling-group',
  volumes: 'volume',
  databases: 'database',
  dataviews: 'dataview',
  changesets: 'changeset',
  users: 'user',
};

/** Members whose values are only found in another form: as a part of a text, by another name, or by another argument. */
const OTHERWISE = [
  /^tags\./,
  /^(?:customDNSConfiguration|transitGatewayConfiguration\.attachmentNetworkAclConfiguration)\./,
  /^commandLineArguments\./,
  /^(?:attachedClusters\.|volumes\.volumeType$)/,
  /^errorInfo\.errorType$/,
  /^activeVersions\.attachedClusters$/,
  /[sS]egmentConfigurations\.onDemand$/,
  /^databases\.dataviewConfiguration\.(?:dataviewVersionId|segmentConfigurations\..*)$/,
  /^databases\.cacheConfigurations\./,
];

/** The values in a reply, by the path of their members. */
function leavesOf(value: unknown, path: readonly string[] = []): [path: string, value: string][] {
  if (Array.isArray(value)) return value.flatMap((each) => leavesOf(each, path));
  if (typeof value !== 'object' || value === null) return [[path.join('.'), String(value)]];
  return Object.entries(value).flatMap(([member, each]) => leavesOf(each, [...path, member]));
}

/** The same calls, each made once. */
function once(call: Call): Call {
  const replies = new Map<string, unknown>();
  return ((name, input) => {
    const key = `${name} ${JSON.stringify(input)}`;
    const reply = replies.get(key) ?? call(name, input);
    replies.set(key, reply);
    return reply;
  }) as Call;
}

const TIME = /^(\d{4}-\d\d-\d\d)T[\d:.]+Z$/;

test('conditions on settings accept the names of the API', async () => {
  const read = once(world().call);
  const truth = await truthOf(read);
  const find = caller(read);
  const examples = new Map<string, { readonly kind: string; readonly name: string; readonly value: string }>();
  for (const [all, kind] of Object.entries(KINDS))
    for (const { environment: _, name, ...reply } of truth[all as keyof Truth])
      for (const [path, value] of leavesOf(reply))
        if (!OTHERWISE.some((each) => each.test(path))) examples.set(`${kind} ${path}`, { kind, name, value });
  const missed: string[] = [];
  for (const [at, { kind, name, value }] of examples) {
    const where = [
      { setting: at.split('.').at(-1)?.split(' ').at(-1), is: 'equals', value: value.replace(TIME, '$1') },
    ];
    const { data } = await find('find_kx_entities', { kinds: [kind], where, view: 'full' });
    if (!names(data['entities'] ?? []).includes(name)) missed.push(`${at} = ${value}`);
  }
  expect(examples.size).toBeGreaterThan(80);
  expect(missed).toEqual([]);
});

test('conditions accept the names of members that contain others', async () => {
  const missed: string[] = [];
  for (const cluster of (await truthOf(world().call)).clusters)
    for (const [setting, value] of Object.entries(cluster))
      if (typeof value === 'object' && value !== null && setting !== 'tags' && leavesOf(value).length > 0) {
        const where = [{ setting, is: 'set' }];
        const { data } = await use('find_kx_entities', { kinds: ['cluster'], where, view: 'full' });
        if (!names(data['entities'] ?? []).includes(cluster.name)) missed.push(`${cluster.name} ${setting}`);
      }
  expect(missed).toEqual([]);
});

test('texts and conditions find why something failed', async () => {
  for (const input of [
    { text: 'not enough memory' },
    ...['reason', 'statusReason', 'errorMessage'].map((setting) => ({
      where: [{ setting, is: 'contains', value: 'not enough memory' }],
    })),
  ])
    expect(names((await use('find_kx_entities', input)).data['entities'])).toEqual(['gp-signals']);
  const loads = await use('find_kx_entities', { kinds: ['changeset'], text: 'was not found' });
  expect(loads.data).toMatchObject({ found: 1 });
});

test.each(['arn', 'resourceArn', 'clusterArn'])('an ARN finds its entity: %s', async (setting) => {
  const { data } = await use('what_depends_on', { name: 'hdb-fx' });
  const { arn } = data['entity'] as { arn: string };
  for (const input of [{ text: arn }, { where: [{ setting, is: 'equals', value: arn }] }])
    expect(names((await use('find_kx_entities', { kinds: ['cluster', 'user'], ...input })).data['entities'])).toEqual([
      'hdb-fx',
    ]);
  expect((await use('find_kx_entities', { kinds: ['cluster'], text: 'kxCluster' })).data['found']).toBe(0);
});

test.each([
  ['scaling-group', 'contains', 'gp-research', ['sg-lab']],
  ['scaling-group', 'unset', undefined, ['sg-backtest']],
  ['volume', 'equals', 'hdb-equities-a', ['vol-equities']],
  ['volume', 'unset', undefined, ['vol-backtest']],
])('what uses a %s is found directly and through dataviews: %s %s', async (kind, is, value, found) => {
  const where = [{ setting: 'usedBy', is, value }];
  expect(names((await use('find_kx_entities', { kinds: [kind], where })).data['entities'])).toEqual(found);
});

test('loads can be grouped by the type of their changes', async () => {
  const { data } = await use('find_kx_entities', { kinds: ['changeset'], groupBy: ['changeType'] });
  expect(names(data['groups'], 'value')).toEqual(['PUT']);
});
