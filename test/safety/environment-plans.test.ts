import { describe, expect, it } from 'vitest';
import { answering, WORLD } from './support/backend.ts';
import { openGuard } from './support/guard.ts';
import { alter, here, preview, previewFixture, run, usePublishedQuotas } from './support/preview.ts';

const fixture = previewFixture();
const KEY = 'arn:aws:kms:us-east-1:111122223333:key/5b0e7c1f-2d84-4f7a-9c36-e1a8d9f04b72';
const environment = { name: 'new', kmsKeyId: KEY };
const closed = () => alter(`${WORLD.arn}:kxEnvironment`, fixture.builder.environmentId, { status: 'UPDATING_NETWORK' });
const attempt = async (tool: string, input: object, approve: 'create'[] = []) => {
  const { call, clock } = fixture.backend;
  const guard = await openGuard({ call, clock, restrictions: { approve } });
  try {
    return await guard.attempt({ tool, arguments: { ...input } });
  } finally {
    await guard.close();
  }
};
const arn = () => `${WORLD.arn}:kxEnvironment/${fixture.builder.environmentId}`;

it('a plan allows tags in an environment that cannot be changed, because the service accepts them', async () => {
  await closed();
  const tagging = { resourceArn: arn(), tags: { owner: 'desk' } };
  expect(await preview('TagResource', tagging)).toMatchObject({ blocked: false, wouldRun: true });
  expect(await run('TagResource', tagging)).toBe('done');
});

it('a plan blocks more tags than an entity can have, as the service does', async () => {
  const many = Object.fromEntries(Array.from({ length: 48 }, (_, at) => [`key${at}`, 'value']));
  await alter(`${WORLD.arn}:kxEnvironment`, fixture.builder.environmentId, { tags: many });
  const two = { resourceArn: arn(), tags: { key1: 'again', a: '1', b: '2' } };
  expect(await preview('TagResource', two)).toMatchObject({ blocked: false });
  const three = { resourceArn: arn(), tags: { a: '1', b: '2', c: '3' } };
  expect((await preview('TagResource', three)).blockers).toMatchObject([
    { kind: 'argument', name: 'tags', first: 'A resource can have at most 50 tags; this one would have 51.' },
  ]);
  expect(await run('TagResource', three)).toBe('InvalidRequest');
});

it('a plan covers tags of an entity that a service shows without tags, and of no missing entity', async () => {
  const bare = answering(fixture.backend.call, (name, reply) => (name === 'ListTagsForResource' ? {} : reply));
  const tagging = (resourceArn: string) => ({ resourceArn, tags: { owner: 'desk' } });
  expect(await preview('TagResource', tagging(arn()), bare)).toMatchObject({ blocked: false, wouldRun: true });
  const { text } = await attempt('plan_change', {
    tool: 'tag_resource',
    arguments: tagging(`${arn()}/kxUser/nobody`),
  }).then((outcome) => ({ text: '', ...outcome }));
  expect(text).toContain('nobody not found');
});

it('no approval is requested for an environment that the service refuses to create', async () => {
  const name = 'trading';
  expect(await attempt('create_kx_environment', { ...environment, name }, ['create'])).toMatchObject({
    kind: 'refused',
    text: expect.stringContaining(`1. kdb environment "${name}" ("CREATED"): The name is in use: use the existing one`),
  });
});

it('no approval is requested for a rename to the name of another kdb environment', async () => {
  await fixture.backend.call('CreateKxEnvironment', environment);
  expect(await attempt('update_kx_environment', here({ name: 'new' }))).toMatchObject({
    kind: 'refused',
    text: expect.stringContaining(
      '1. kdb environment "new" ("CREATE_REQUESTED"): The name is in use: choose another name, or rename the environment that has it first.',
    ),
  });
});

it('a plan blocks a dataset browser environment with FEDERATED sign-in but without its parameters', async () => {
  const browser = { name: 'research', federationMode: 'FEDERATED' };
  expect((await preview('CreateEnvironment', browser)).blockers).toMatchObject([
    { kind: 'argument', name: 'federationParameters' },
  ]);
  expect(await run('CreateEnvironment', browser)).toBe('Validation');
});

it('a plan counts dataset browser environments against their quota', async () => {
  await usePublishedQuotas();
  const browser = { name: 'research' };
  for (let at = 0; at < 2; at += 1) {
    expect(await preview('CreateEnvironment', browser)).toMatchObject({ blocked: false });
    expect(await run('CreateEnvironment', browser)).toBe('done');
  }
  const third = await preview('CreateEnvironment', browser);
  expect(third).toMatchObject({ blocked: true, quotas: ['environments in this account and region: 2 of 2 in use'] });
  expect(await run('CreateEnvironment', browser)).toBe('ServiceQuotaExceeded');
});

it('a plan allows a connection string while the network of the environment changes', async () => {
  await fixture.builder.user('ann');
  await fixture.builder.cluster('gateway');
  fixture.backend.clock.advance(3_600_000);
  await closed();
  const connection = here({ userArn: `${arn()}/kxUser/ann`, clusterName: 'gateway' });
  expect(await preview('GetKxConnectionString', connection)).toMatchObject({ blocked: false });
  expect(await run('GetKxConnectionString', connection)).toBe('done');
});

describe('the refusal of a call that needs approval', () => {
  const refusal = async (tool: string, input: object) => {
    const outcome = await attempt(tool, input, ['create']);
    return outcome.kind === 'refused' ? outcome.text.split('\n') : [outcome.kind];
  };
  const reason = (text: string) => [
    expect.stringContaining('did not run. Nothing was changed.'),
    'The service would refuse it, so no approval was requested. The reason:',
    `1. ${text}`,
  ];

  it('names no first steps for an environment that is already deleted', async () => {
    const { environmentId } = fixture.builder;
    await alter(`${WORLD.arn}:kxEnvironment`, environmentId, { status: 'DELETED' });
    expect(await refusal('delete_kx_environment', { environmentId })).toEqual(
      reason('kdb environment "trading" ("DELETED"): It is already deleted.'),
    );
  });

  it('names no first steps for arguments that cannot succeed', async () => {
    expect(await refusal('create_kx_environment', { ...environment, name: 'trading' })).toEqual(
      reason(
        'kdb environment "trading" ("CREATED"): The name is in use: use the existing one, or choose another name.',
      ),
    );
  });

  it('names no first steps for names that a teardown does not find', async () => {
    const { environmentId } = fixture.builder;
    expect(await refusal('tear_down_kx_environment', { environmentId, only: ['nope'] })).toEqual(
      reason('entity "nope": Nothing has this name: omit it.'),
    );
    const both = await refusal('tear_down_kx_environment', { environmentId, only: ['nope', 'none'] });
    expect(both[1]).toMatch(/The reasons:$/);
  });

  it('names the first steps in order if there are several, and without an order if there is one', async () => {
    const { environmentId } = fixture.builder;
    await fixture.builder.cluster('rdb');
    const one = await refusal('delete_kx_environment', { environmentId });
    expect(one[1]).toMatch(/requested\. Do this first:$/);
    await fixture.builder.cluster('hdb');
    const two = await refusal('delete_kx_environment', { environmentId });
    expect(two[1]).toMatch(/requested\. Do this first, in this order:$/);
  });
});

it('what is already being deleted is not among what an environment loses', async () => {
  const { environmentId } = fixture.builder;
  const lost = async () =>
    ((await preview('DeleteKxEnvironment', { environmentId })) as unknown as { lost: { name: string }[] }).lost.map(
      ({ name }) => name,
    );
  expect(await lost()).toEqual(['trades', 'view', 'fast', 'spare', 'hosts']);
  await run('DeleteKxVolume', { environmentId, volumeName: 'spare' });
  expect(await lost()).toEqual(['trades', 'view', 'fast', 'hosts']);
});

it('a person who approves a new environment reads of which kind it is', async () => {
  expect(await attempt('create_kx_environment', environment, ['create'])).toMatchObject({
    message: expect.stringMatching(/^CREATE kdb environment new\n/),
  });
  expect(await attempt('create_environment', { name: 'research' }, ['create'])).toMatchObject({
    message: expect.stringMatching(/^CREATE dataset browser environment research\n/),
  });
});
