import { expect, it } from 'vitest';
import { readResource } from '../../src/resources/read.ts';
import { LOCAL_CALLER } from '../../src/safety/policy.ts';
import { answering } from '../safety/support/backend.ts';
import { UNRESTRICTED } from '../support/unrestricted.ts';
import { caller, demoTools, failing, names } from './demo-tools.ts';

const { world } = demoTools();

/** The demo world of an endpoint whose replies lack these members. */
const without = (...members: string[]) =>
  answering(world().call, (_, reply) =>
    JSON.parse(JSON.stringify(reply, (name, value) => (members.includes(name) ? undefined : value))),
  );

it.each([
  ['status'],
  ['createdTimestamp', 'lastModifiedTimestamp', 'launchTime'],
  ['ruleNumber', 'protocol', 'ruleAction', 'cidrBlock', 'from', 'to', 'customDNSServerName', 'customDNSServerIP'],
  ['hostType', 'type', 'iamRole'],
])('shows nothing in place of a missing member (%s, …)', async (...members) => {
  const call = without(...members);
  const tools = caller(call);
  const kinds = ['environment', 'cluster', 'node', 'volume', 'dataview', 'scaling-group', 'user'];
  const found = await tools('find_kx_entities', { kinds, view: 'full' });
  const described = await tools('describe_kx_environment', { environment: 'kdb-prod', view: 'full' });
  const depends = await tools('what_depends_on', { environment: 'kdb-prod', name: 'hdb-fx' });
  const environmentId = await world().id('kdb-prod');
  const picture = await readResource(
    { call, restrictions: UNRESTRICTED, caller: LOCAL_CALLER } as never,
    `finspace://kx/environments/${environmentId}/topology.svg`,
    new AbortController().signal,
  );
  const texts = [found.text, described.text, depends.text, JSON.stringify(picture)];
  for (const text of texts) expect(text).not.toMatch(/undefined|NaN|null/);
});

it.each(['oldest', 'newest', 'changed'])('puts an entity without times last if the %s come first', async (sort) => {
  const withoutTimes = (_: string, value: Record<string, unknown> | null) =>
    value?.['clusterName'] === 'hdb-fx'
      ? { ...value, createdTimestamp: undefined, lastModifiedTimestamp: undefined }
      : value;
  const call = answering(world().call, (_, reply) => JSON.parse(JSON.stringify(reply, withoutTimes)));
  for (const [input, section, member] of [
    [{ kinds: ['cluster'] }, 'entities', 'name'],
    [{ kinds: ['cluster'], groupBy: ['name'] }, 'groups', 'value'],
  ] as const) {
    const { data } = await caller(call)('find_kx_entities', { ...input, sort });
    expect(names(data[section], member).at(-1)).toBe('hdb-fx');
  }
});

it('ends a wait for an entity whose status the endpoint does not show', async () => {
  const tools = caller(without('status'));
  const wait = { environment: 'kdb-prod', kind: 'cluster', name: 'hdb-fx' };
  expect((await tools('wait_for_kx_entity', wait)).data).toMatchObject({
    reached: false,
    why: 'The endpoint does not show its status.',
  });
});

it('waits for an entity that the list shows before its details exist', async () => {
  let reads = 0;
  const lagging = failing(
    world().call,
    (operation) => operation === 'GetKxCluster' && ++reads === 1,
    'ResourceNotFound',
  );
  const wait = { environment: 'kdb-prod', kind: 'cluster', name: 'hdb-fx' };
  expect((await caller(lagging)('wait_for_kx_entity', wait)).data).toMatchObject({ status: 'RUNNING', reached: true });
});
