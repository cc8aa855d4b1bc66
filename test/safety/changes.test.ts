import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OperationName } from '../../src/operations/index.ts';
import { type Plan, planCall } from '../../src/safety/plan.ts';
import { recoveryKit } from '../../src/safety/recovery-kit.ts';
import { answering, type Embedded, type Members, openEmbedded } from './support/backend.ts';
import { type EnvironmentBuilder, openBuilder } from './support/call-environment-builder.ts';
import { PLACE } from './support/guard.ts';

let backend: Embedded;
let builder: EnvironmentBuilder;
beforeAll(async () => {
  backend = await openEmbedded();
  builder = await openBuilder(backend.call);
  await builder.volume('fast');
  await builder.database('trades');
  await builder.changeset('trades');
});
afterAll(() => backend.close());

const planned = async (operation: OperationName, input: Members, call = backend.call) =>
  (await planCall(
    { call, backendLocation: PLACE },
    operation,
    { environmentId: builder.environmentId, ...input },
    'ann',
  )) as Plan;

const GATEWAY = { transitGatewayID: 'tgw-1', routableCIDRSpace: '100.64.0.0/26' };
const DNS = [{ customDNSServerName: 'a.x.y', customDNSServerIP: '10.0.0.1' }];

it.each([
  ['a first gateway', {}, { transitGatewayConfiguration: GATEWAY }, []],
  [
    'gateway and servers at once',
    {},
    { transitGatewayConfiguration: GATEWAY, customDNSConfiguration: DNS },
    ['Exactly one of'],
  ],
  ['neither of them', {}, {}, ['Exactly one of']],
  ['the same gateway', { transitGatewayConfiguration: GATEWAY }, { transitGatewayConfiguration: GATEWAY }, []],
  [
    'other addresses',
    { transitGatewayConfiguration: GATEWAY },
    { transitGatewayConfiguration: { ...GATEWAY, routableCIDRSpace: '100.64.1.0/26' } },
    ['It is already attached'],
  ],
  [
    'another gateway after a failure',
    { transitGatewayConfiguration: GATEWAY, tgwStatus: 'FAILED_UPDATE' },
    { transitGatewayConfiguration: { ...GATEWAY, transitGatewayID: 'tgw-2' } },
    [],
  ],
])('%s of a network', async (_, present, wanted, firsts) => {
  const call = answering(backend.call, (name, reply) =>
    name === 'GetKxEnvironment' ? { ...reply, ...present } : reply,
  );
  const { blockers } = await planned('UpdateKxEnvironmentNetwork', wanted, call);
  expect(blockers.map(({ first }) => firsts.find((begin) => first.startsWith(begin)))).toEqual(firsts);
});

it('the rules of a network are compared with the CIDR blocks that the service stores', async () => {
  const rule = { ruleNumber: 10, protocol: '6', ruleAction: 'allow' };
  const gateway = (cidrBlock: string) => ({
    transitGatewayConfiguration: { ...GATEWAY, attachmentNetworkAclConfiguration: [{ ...rule, cidrBlock }] },
  });
  const call = answering(backend.call, (name, reply) =>
    name === 'GetKxEnvironment' ? { ...reply, ...gateway('10.20.0.0/16') } : reply,
  );
  const changesTo = async (block: string) =>
    (await planned('UpdateKxEnvironmentNetwork', gateway(block), call)).settings?.changes;
  expect(await changesTo('10.20.5.0/16')).toEqual([]);
  expect(await changesTo('10.21.5.9/16')).toMatchObject([{ before: '10.20.0.0/16', after: '10.21.0.0/16' }]);
});

it('a volume cannot change its type, and a plan cannot check whether its growth is allowed', async () => {
  const changed = (nas1Configuration: Members) => planned('UpdateKxVolume', { volumeName: 'fast', nas1Configuration });
  expect((await changed({ type: 'SSD_250', size: 1200 })).blockers).toMatchObject([
    { first: 'The type of a volume cannot be changed: create another volume.' },
  ]);
  expect((await changed({ type: 'SSD_1000', size: 2400 })).unchecked).toHaveLength(1);
  expect((await planned('UpdateKxVolume', { volumeName: 'fast', description: 'new' })).unchecked).toEqual([]);
});

it('a recovery kit of a database with very many changesets says that older ones are missing', async () => {
  const call = answering(backend.call, (name, reply) => {
    if (name !== 'ListKxChangesets') return reply;
    const [one] = reply['kxChangesets'] as Members[];
    const failed = Array.from({ length: 998 }, () => ({ ...one, status: 'FAILED' }));
    return { kxChangesets: [one, one, ...failed], nextToken: 'more' };
  });
  const { create } = await recoveryKit(
    call,
    await planned('DeleteKxDatabase', { databaseName: 'trades' }),
    new Date(0),
  );
  expect(create.map(({ tool, remark }) => [tool, remark])).toEqual([
    ['create_kx_database', undefined],
    ['create_kx_changeset', 'Older ones are not included.'],
    ['create_kx_changeset', undefined],
  ]);
});
