import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { agentInput } from '../../src/operations/derive.ts';
import { operationNamed } from '../../src/operations/index.ts';
import { parseArguments } from '../../src/tools/arguments.ts';
import { FRESH_WORLD, HOSTS, type Host, type Session } from '../support/hosts.ts';
import { did, failedTo } from '../support/session-calls.ts';

let session: Session;
beforeAll(async () => {
  session = await (HOSTS[2] as Host).connect(FRESH_WORLD);
});
afterAll(() => session.close());

const clusterOf = (more: object) => ({
  environmentId: 'abc',
  clusterName: 'gp-new',
  clusterType: 'GP',
  releaseLabel: '1.0',
  azMode: 'SINGLE',
  availabilityZoneId: 'use1-az1',
  vpcConfiguration: {
    vpcId: 'vpc-0abc1def',
    securityGroupIds: ['sg-0abc1def'],
    subnetIds: ['subnet-0abc1def'],
    ipAddressType: 'IP_V4',
  },
  ...more,
});
const parsed = (given: object) => parseArguments(agentInput(operationNamed('CreateKxCluster')), given);

it('the environment may be given under either of its two names', async () => {
  const listed = await did(session, 'list_kx_clusters', { environmentId: 'kdb-prod' });
  expect(await did(session, 'list_kx_clusters', { environment: 'kdb-prod' })).toEqual(listed);
  const { environmentId } = await did(session, 'get_kx_environment', { environment: 'kdb-prod' });
  expect(await did(session, 'describe_kx_environment', { environmentId })).toMatchObject({
    environment: { name: 'kdb-prod' },
  });
  const both = { environmentId: 'kdb-prod', environment: 'kdb-uat' };
  expect(await failedTo(session, 'list_kx_clusters', both)).toContain('environment: there is no such argument');
});

describe('a placeholder for an omitted argument', () => {
  it.each([null, '', 'null'])('is removed from the call: %j', async (nothing) => {
    const list = { environmentId: 'kdb-prod', maxResults: nothing, nextToken: nothing, clusterType: nothing };
    const all = await did(session, 'list_kx_clusters', { environmentId: 'kdb-prod' });
    expect(await did(session, 'list_kx_clusters', list)).toEqual(all);
    expect(await did(session, 'find_kx_problems', { environment: nothing })).toBeDefined();
  });

  it.each([null, '', 'null'])('is removed from nested objects, also in lists and in JSON: %j', (nothing) => {
    const plain = clusterOf({
      scalingGroupConfiguration: { scalingGroupName: 'sg-x', memoryReservation: 6, nodeCount: 1 },
    });
    const open = { scalingGroupName: 'sg-x', memoryReservation: 6, nodeCount: 1, memoryLimit: nothing, cpu: nothing };
    const databases = [{ databaseName: 'fx_spot', changesetId: nothing, cacheConfigurations: nothing }];
    const given = { scalingGroupConfiguration: open, capacityConfiguration: nothing, code: nothing, databases };
    const input = { ...plain, databases: [{ databaseName: 'fx_spot' }] };
    expect(parsed(clusterOf(given))).toEqual({ input });
    const asText = { ...given, scalingGroupConfiguration: JSON.stringify(open), databases: JSON.stringify(databases) };
    expect(parsed(clusterOf(asText))).toEqual({ input });
  });

  it('is rejected if the argument is required', async () => {
    const refusal = (clusterName: unknown) =>
      failedTo(session, 'get_kx_cluster', { environmentId: 'kdb-prod', clusterName });
    expect(await refusal(null)).toContain('clusterName: expects text, not null. list_kx_clusters shows the names.');
    expect(await refusal('')).toContain('clusterName: expects 3 to 63 letters');
  });

  it.each([null, '', 'null'])('is rejected if a call without the argument would delete more: %j', async (nothing) => {
    const given = { environmentId: 'kdb-uat', only: nothing };
    expect(await failedTo(session, 'tear_down_kx_environment', given)).toContain('only: expects a list');
    const preview = { tool: 'tear_down_kx_environment', arguments: given };
    expect(await failedTo(session, 'plan_change', preview)).toContain('only: expects a list');
  });

  it.each([null, '', 'null'])('is rejected if an update has no other setting: %j', async (nothing) => {
    const environmentId = 'kdb-prod';
    const dataview = { environmentId, databaseName: 'fx_spot', dataviewName: 'fx-recent' };
    const updates = [
      ['update_kx_environment', { environmentId }, ['name', 'description']],
      ['update_kx_environment_network', { environmentId }, ['transitGatewayConfiguration', 'customDNSConfiguration']],
      ['update_kx_database', { environmentId, databaseName: 'fx_spot' }, ['description']],
      ['update_kx_volume', { environmentId, volumeName: 'vol-fx' }, ['description', 'nas1Configuration']],
      ['update_kx_dataview', dataview, ['description', 'changesetId', 'segmentConfigurations', 'remove']],
    ] as const;
    for (const [tool, key, members] of updates) {
      const given = { ...key, ...Object.fromEntries(members.map((member) => [member, nothing])) };
      const refused = await failedTo(session, tool, given);
      for (const member of members) expect(refused).toContain(`\n${member}: is empty`);
      expect(await failedTo(session, 'plan_change', { tool, arguments: given })).toContain(`${members[0]}: is empty`);
    }
    const described = await failedTo(session, 'update_kx_database', { ...updates[2][1], description: nothing });
    expect(described).toContain('A description can be replaced, but not removed.');
  });

  it('is removed from an update with other settings, which keeps the present value', async () => {
    const volume = { environmentId: 'kdb-prod', volumeName: 'vol-fx', description: 'Kept for now' };
    await did(session, 'update_kx_volume', { ...volume, nas1Configuration: null });
    const again = await did(session, 'update_kx_volume', { ...volume, nas1Configuration: '' });
    expect(again).toMatchObject({ changes: [], why: expect.stringContaining('would change nothing') });
  });

  it('is rejected as the value of a tag and as an element of a list', async () => {
    const tagged = { environmentId: 'kdb-prod', databaseName: 'new_one', tags: { desk: null } };
    expect(await failedTo(session, 'create_kx_database', tagged)).toContain('tags.desk');
    expect(parsed(clusterOf({ databases: [null] }))).toHaveProperty('problems');
    expect(
      parsed(clusterOf({ vpcConfiguration: { ...clusterOf({}).vpcConfiguration, subnetIds: [null] } })),
    ).toHaveProperty('problems');
  });
});

describe('numbers and booleans that are sent as text', () => {
  it('are converted at every depth', async () => {
    const list = { environmentId: 'kdb-prod', maxResults: '1' };
    expect(await did(session, 'list_kx_clusters', list)).toMatchObject({ kxClusterSummaries: { length: 1 } });
    const asText = { scalingGroupName: 'sg-x', memoryReservation: '6', nodeCount: '1', cpu: '0.5' };
    expect(parsed(clusterOf({ scalingGroupConfiguration: asText }))).toMatchObject({
      input: { scalingGroupConfiguration: { memoryReservation: 6, nodeCount: 1, cpu: 0.5 } },
    });
    const dataview = { environmentId: 'abc', databaseName: 'fx_spot', dataviewName: 'view-x', azMode: 'SINGLE' };
    const schema = agentInput(operationNamed('CreateKxDataview'));
    const given = { ...dataview, availabilityZoneId: 'use1-az1', autoUpdate: 'true', readWrite: 'false' };
    expect(parseArguments(schema, given)).toMatchObject({ input: { autoUpdate: true, readWrite: false } });
  });

  it('stay text where text is expected', () => {
    const schema = z.strictObject({ name: z.string(), tags: z.record(z.string(), z.string()) });
    const given = { name: '5', tags: { on: 'true', size: '5' } };
    expect(parseArguments(schema, given)).toEqual({ input: given });
  });

  it.each(['1e3', '0x10', '007', ' 5', '5 ', '+5', '1,000', '5 GiB', 'Infinity'])(
    'are rejected as a number in any other form than a plain number: %j',
    (text) => {
      expect(parseArguments(z.strictObject({ size: z.number() }), { size: text })).toHaveProperty('problems');
    },
  );

  it.each(['9007199254740993', '99999999999999999'])('are rejected as a number that would be rounded: %j', (text) => {
    expect(parseArguments(z.strictObject({ size: z.number() }), { size: text })).toHaveProperty('problems');
  });

  it.each(['True', 'yes', '1', 'on'])('are rejected as a boolean in any other form than true and false: %j', (text) => {
    expect(parseArguments(z.strictObject({ readWrite: z.boolean() }), { readWrite: text })).toHaveProperty('problems');
  });

  it('are converted exactly', () => {
    const schema = z.strictObject({ size: z.number() });
    fc.assert(
      fc.property(fc.integer(), (size) => {
        expect(parseArguments(schema, { size: String(size) })).toEqual({ input: { size } });
      }),
    );
  });
});

describe('one text instead of a list', () => {
  const subnets = (subnetIds: unknown) =>
    parsed(clusterOf({ vpcConfiguration: { ...clusterOf({}).vpcConfiguration, subnetIds } }));

  it('becomes a list of that text, also in a nested object', () => {
    const one = { input: { vpcConfiguration: { subnetIds: ['subnet-0abc1def'] } } };
    for (const given of ['subnet-0abc1def', ['subnet-0abc1def'], '["subnet-0abc1def"]'])
      expect(subnets(given)).toMatchObject(one);
  });

  it('is rejected if it contains several values, is empty, or does not match', () => {
    for (const given of ['subnet-0abc1def, subnet-0abc2def', '', '[', '["subnet-0abc1def"'])
      expect(subnets(given)).toHaveProperty('problems');
    expect(parsed(clusterOf({ databases: 'fx_spot' }))).toHaveProperty('problems');
  });

  it('may be the name of one entity to tear down', async () => {
    const preview = async (only: unknown) =>
      did(session, 'plan_change', {
        tool: 'tear_down_kx_environment',
        arguments: { environmentId: 'kdb-prod', only },
      });
    expect(await preview('gw-prod')).toEqual(await preview(['gw-prod']));
  });
});

describe('the kinds of entities', () => {
  const SPELLINGS = {
    'scaling-group': [
      'scalingGroup',
      'scaling_group',
      'Scaling group',
      'kxScalingGroup',
      'kx-scaling-group',
      'scalingGroups',
    ],
    volume: ['volumes', 'kxVolume', 'KX_VOLUME', 'kdb volume'],
    user: ['User', 'kxUsers'],
  };
  const all = Object.entries(SPELLINGS).flatMap(([kind, words]) => words.map((word) => [word, kind] as const));

  it.each(all)('%s means %s, in a list and alone', async (word, kind) => {
    const meant = await did(session, 'find_kx_entities', { kinds: [kind] });
    expect(meant['kinds']).toEqual({ [kind]: meant['found'] });
    for (const kinds of [[word], word, JSON.stringify([word])])
      expect(await did(session, 'find_kx_entities', { kinds })).toMatchObject({ kinds: meant['kinds'] });
  });

  it('in one text are separated by commas', async () => {
    const { kinds } = await did(session, 'find_kx_entities', { kinds: 'volumes, Scaling groups' });
    expect(Object.keys(kinds as object).toSorted()).toEqual(['scaling-group', 'volume']);
  });

  it('are accepted by several tools, also in nested arguments', async () => {
    const environmentId = 'kdb-prod';
    const host = { name: 'sg-history', kind: 'kxScalingGroup' };
    const { entity } = await did(session, 'what_depends_on', { environmentId, ...host });
    expect(entity).toMatchObject({ id: 'scaling-group:sg-history' });
    expect(await did(session, 'wait_for_kx_entity', { environmentId, ...host })).toMatchObject({ reached: true });
    expect(await did(session, 'wait_for_kx_entity', { environmentId, name: 'gw-prod', kind: 'node' })).toMatchObject({
      entity: 'nodes:gw-prod',
    });
    const also = [{ name: 'vol-fx', kind: 'volumes' }];
    expect(await did(session, 'wait_for_kx_entity', { environmentId, ...host, also })).toMatchObject({
      counts: { reached: 2 },
    });
    expect(await did(session, 'find_kx_problems', { kinds: 'kxCluster', problem: 'Behind' })).toMatchObject({
      counts: { behind: expect.any(Number) },
    });
    const arguments_ = { environmentId, entities: [host], tags: { owner: 'research' } };
    const planned = await did(session, 'plan_change', { tool: 'tag_kx_entities', arguments: arguments_ });
    expect(planned).toMatchObject({ blocked: false, counts: { steps: 1 } });
  });

  it.each(['', 'host', 'x', 's', 'kx', 'volumevolume'])('exclude an unknown word: %j', async (word) => {
    expect(await failedTo(session, 'what_depends_on', { name: 'vol-fx', kind: word || '-' })).toContain(
      'kind: expects',
    );
    expect(await failedTo(session, 'find_kx_entities', { kinds: [word] })).toContain('kinds.0: expects');
  });
});

it('no other value is guessed', () => {
  for (const more of [{ clusterType: 'gp' }, { cluster_type: 'GP' }, { __proto__: null, constructor: null }])
    expect(parsed(clusterOf(more))).toHaveProperty('problems');
});

it('the given arguments are not modified', () => {
  const given = Object.freeze({ name: null, list: Object.freeze([Object.freeze({ size: '5' })]) });
  const schema = z.strictObject({ name: z.string().optional(), list: z.array(z.strictObject({ size: z.number() })) });
  expect(parseArguments(schema, given)).toEqual({ input: { list: [{ size: 5 }] } });
  expect(given).toEqual({ name: null, list: [{ size: '5' }] });
});

it.each([
  ['tag_resource', { resourceArn: 'arn:aws:finspace:us-east-1:111122223333:kxEnvironment/abc' }, 'tags'],
  ['tag_kx_entities', { environmentId: 'kdb-prod', entities: [{ kind: 'volume', name: 'vol-fx' }] }, 'tags'],
  ['update_environment', { environmentId: 'abc' }, 'federationParameters.attributeMap'],
])('%s refuses a key that could not be sent, by its path', async (tool, args, path) => {
  const map = JSON.parse('{"owner":"fx","__proto__":"x"}');
  const nested = path.split('.').reduceRight<object>((value, name) => ({ [name]: value }), map);
  expect(await failedTo(session, tool, { ...args, ...nested })).toContain(
    `${path}.__proto__: no key can have this name.`,
  );
});
