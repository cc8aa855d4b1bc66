import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type EnvironmentBuilder, KEY, openBuilder, ROLE, token } from './environment-builder.ts';
import {
  contentOf,
  MINUTE,
  openWorld,
  type RawRequest,
  type Reply,
  rawRequest,
  type TestWorld,
  typeOf,
  ZONE,
} from './world.ts';

let world: TestWorld;
let builder: EnvironmentBuilder;
let environmentId: string;
beforeAll(async () => {
  world = await openWorld();
  builder = await openBuilder(world);
  ({ environmentId } = builder);
});
afterAll(() => world.close());

const send = (target: string, request: RawRequest = {}) => world.serve(rawRequest(target, request));

describe('a reply', () => {
  test('is 200 with a request id, epoch seconds and no null', async () => {
    const response = await send('/kx/environments');
    expect(response.status).toBe(200);
    expect(response.headers['x-amzn-requestid']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-/);
    expect(response.headers['content-type']).toBe('application/json');
    const text = Buffer.from(response.body).toString();
    expect(text).not.toContain('null');
    const [environment] = JSON.parse(text).environments;
    expect(environment.creationTimestamp).toBe(Date.UTC(2026, 2, 17, 9, 30) / 1000);
  });

  test('keeps the milliseconds of a time', async () => {
    const own = await openWorld({ start: 1_700_000_000_123 });
    const { creationTimestamp } = await own.call('CreateKxEnvironment', { name: 'kdb-test', kmsKeyId: KEY });
    expect(Date.parse(creationTimestamp)).toBe(1_700_000_000_123);
  });

  test('with an error contains its type in a header and its message in the body', async () => {
    const response = await send(`/kx/environments/${environmentId}/clusters/none`);
    expect(response.status).toBe(404);
    expect(typeOf(response)).toBe('ResourceNotFoundException');
    expect(response.headers['x-amzn-requestid']).toBeTruthy();
    expect(contentOf(response)).toEqual({ message: 'Cluster none not found' });
  });

  test('to a request without Authorization is an error before routing', async () => {
    const response = await send('/nope', { headers: {} });
    expect(response.status).toBe(403);
    expect(typeOf(response)).toBe('MissingAuthenticationTokenException');
  });

  test.each([
    ['GET', '/nope'],
    ['POST', '/kx/environments/abc'],
    ['GET', '/kx/environments/'],
  ])('to %s %s reports that there is no such operation', async (method, path) => {
    const response = await send(path, { method });
    expect(response.status).toBe(404);
    expect(typeOf(response)).toBe('UnknownOperationException');
  });
});

test('worlds of different regions are independent', async () => {
  const response = await send('/kx/environments', { region: 'eu-west-1' });
  expect(contentOf(response).environments).toEqual([]);
  const elsewhere = await openWorld({ store: world.store, region: 'eu-west-1' });
  const created = await elsewhere.call('CreateKxEnvironment', { name: 'kdb-test', kmsKeyId: KEY });
  expect(created.environmentArn).toContain(':eu-west-1:');
  expect((await world.refusal('ListTagsForResource', { resourceArn: created.environmentArn })).status).toBe(404);
  const mine = await world.call('ListKxEnvironments', {});
  expect(mine.environments).toHaveLength(1);
});

describe('a client token', () => {
  const input = (databaseName: string, clientToken: string) => ({ environmentId, databaseName, clientToken });

  test('returns the stored reply for the same request', async () => {
    const clientToken = token();
    const first = await world.call('CreateKxDatabase', input('once', clientToken));
    world.advance(9 * MINUTE);
    expect(await world.call('CreateKxDatabase', input('once', clientToken))).toEqual(first);
  });

  test('conflicts with another request', async () => {
    const clientToken = token();
    await world.call('CreateKxDatabase', input('tok-one', clientToken));
    expect((await world.refusal('CreateKxDatabase', input('tok-two', clientToken))).type).toBe('ConflictException');
  });

  test('expires after ten minutes', async () => {
    const clientToken = token();
    await world.call('CreateKxDatabase', input('later', clientToken));
    world.advance(10 * MINUTE);
    expect((await world.refusal('CreateKxDatabase', input('later', clientToken))).type).toBe(
      'ResourceAlreadyExistsException',
    );
  });

  test('makes a repeated delete succeed', async () => {
    const clientToken = token();
    await world.call('CreateKxDatabase', input('gone', token()));
    await world.call('DeleteKxDatabase', input('gone', clientToken));
    expect(await world.call('DeleteKxDatabase', input('gone', clientToken))).toEqual({});
    expect((await world.refusal('DeleteKxDatabase', input('gone', token()))).status).toBe(404);
  });

  test('is not consumed by a rejected request', async () => {
    const clientToken = token();
    const changeRequests = [{ changeType: 'PUT' as const, s3Path: 's3://some-bucket/a/', dbPath: '/a/' }];
    const changeset = { environmentId, databaseName: 'soon', changeRequests, clientToken };
    expect((await world.refusal('CreateKxChangeset', changeset)).status).toBe(404);
    await world.call('CreateKxDatabase', input('soon', token()));
    expect((await world.call('CreateKxChangeset', changeset)).status).toBe('PENDING');
  });
});

describe('a list', () => {
  test('is paged by name without gaps or repeats during changes', async () => {
    const own = await openWorld();
    const { environmentId, database } = await openBuilder(own);
    const names = ['db-a', 'db-b', 'db-c', 'db-d', 'db-e'];
    for (const name of names.toReversed()) await database(name);
    const first = await own.call('ListKxDatabases', { environmentId, maxResults: 2 });
    expect(first.kxDatabases.map((it: Reply) => it.databaseName)).toEqual(['db-a', 'db-b']);
    await own.call('DeleteKxDatabase', { environmentId, databaseName: 'db-b', clientToken: token() });
    await database('db-aa');
    const rest = await own.call('ListKxDatabases', { environmentId, nextToken: first.nextToken });
    expect(rest.kxDatabases.map((it: Reply) => it.databaseName)).toEqual(['db-c', 'db-d', 'db-e']);
    expect(rest).not.toHaveProperty('nextToken');
  });

  test('of changesets starts with the newest', async () => {
    const own = await openWorld();
    const { environmentId, database, changeset } = await openBuilder(own);
    await database('trades');
    const ids = [await changeset('trades', '/a/'), await changeset('trades', '/b/'), await changeset('trades', '/c/')];
    const [newest] = (await own.call('ListKxChangesets', { environmentId, databaseName: 'trades', maxResults: 1 }))
      .kxChangesets;
    expect(newest.changesetId).toBe(ids[2]);
    const all = await own.call('ListKxChangesets', { environmentId, databaseName: 'trades' });
    expect(all.kxChangesets.map((it: Reply) => it.changesetId)).toEqual(ids.toReversed());
  });

  test('uses the default page size for 0', async () => {
    const own = await openWorld();
    const { environmentId } = await openBuilder(own);
    for (let index = 0; index < 101; index += 1)
      await own.call('CreateKxUser', { environmentId, userName: `user_${index}`, iamRole: ROLE });
    for (const query of [{ environmentId }, { environmentId, maxResults: 0 }])
      expect((await own.call('ListKxUsers', query)).users).toHaveLength(100);
  });

  test('of clusters can be limited to a type, across pages', async () => {
    const own = await openWorld();
    const { environmentId, cluster } = await openBuilder(own);
    for (const name of ['aaa', 'ccc', 'eee']) await cluster(name);
    for (const name of ['bbb', 'ddd']) await cluster(name, { clusterType: 'HDB' });
    const query = { environmentId, clusterType: 'HDB' as const, maxResults: 1 };
    const first = await own.call('ListKxClusters', query);
    const second = await own.call('ListKxClusters', { ...query, nextToken: first.nextToken });
    expect([first, second].flatMap((page) => page.kxClusterSummaries.map((it: Reply) => it.clusterName))).toEqual([
      'bbb',
      'ddd',
    ]);
    expect(second).not.toHaveProperty('nextToken');
    const foreign = await own.refusal('ListKxClusters', { environmentId, nextToken: first.nextToken });
    expect(foreign.type).toBe('ValidationException');
  });

  test.each(['x', 'bm90IGEgdG9rZW4', '%00', 'ÿ'])('rejects the invalid token %j', async (nextToken) => {
    expect(await world.refusal('ListKxUsers', { environmentId, nextToken })).toMatchObject({
      type: 'ValidationException',
      message: expect.stringContaining("'nextToken'"),
    });
  });
});

describe('tags', () => {
  const resource = (path: string) => ({
    resourceArn: `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/${environmentId}${path}`,
  });

  test('can be set on create, read, overwritten, added and removed', async () => {
    const name = { environmentId, userName: 'tagged' };
    await world.call('CreateKxUser', { ...name, iamRole: ROLE, tags: { owner: 'a', stage: 'prod' } });
    const user = resource('/kxUser/tagged');
    await world.call('TagResource', { ...user, tags: { owner: 'b', 'cost-centre': '1' } });
    expect((await world.call('ListTagsForResource', user)).tags).toEqual({
      owner: 'b',
      stage: 'prod',
      'cost-centre': '1',
    });
    await world.call('UntagResource', { ...user, tagKeys: ['owner', 'stage'] });
    expect((await world.call('ListTagsForResource', user)).tags).toEqual({ 'cost-centre': '1' });
  });

  test('of a new volume or environment are ignored', async () => {
    await world.call('CreateKxVolume', {
      environmentId,
      volumeName: 'vol-tags',
      volumeType: 'NAS_1',
      azMode: 'SINGLE',
      availabilityZoneIds: [ZONE],
      nas1Configuration: { type: 'SSD_250', size: 1200 },
      tags: { owner: 'a' },
    });
    expect((await world.call('ListTagsForResource', resource('/kxVolume/vol-tags'))).tags).toEqual({});
    const environment = { name: 'kdb-tags', kmsKeyId: KEY, tags: { owner: 'a' } };
    const { environmentArn } = await world.call('CreateKxEnvironment', environment);
    expect((await world.call('ListTagsForResource', { resourceArn: environmentArn })).tags).toEqual({});
  });

  test('are limited to fifty', async () => {
    const many = (prefix: string, count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`${prefix}${index}`, 'x']));
    await world.call('TagResource', { ...resource(''), tags: many('a', 50) });
    expect((await world.refusal('TagResource', { ...resource(''), tags: many('b', 1) })).type).toBe(
      'InvalidRequestException',
    );
    expect((await world.refusal('TagResource', { ...resource(''), tags: many('c', 51) })).type).toBe(
      'InvalidRequestException',
    );
  });

  test('can be read only of entities that exist', async () => {
    expect(await world.refusal('ListTagsForResource', resource('/kxCluster/none'))).toMatchObject({
      status: 404,
      type: 'ResourceNotFoundException',
    });
    expect((await world.refusal('ListTagsForResource', { resourceArn: 'arn:aws:s3:::some-bucket-name' })).type).toBe(
      'InvalidRequestException',
    );
  });
});

test('a connection string has the form of a signed one and is valid for 15 minutes', async () => {
  const own = await openWorld();
  const { environmentId, cluster } = await openBuilder(own);
  const { userArn } = await own.call('CreateKxUser', { environmentId, userName: 'bob', iamRole: ROLE });
  const request = { environmentId, userArn, clusterName: 'gp-one' };
  expect((await own.refusal('GetKxConnectionString', request)).status).toBe(404);
  await cluster('gp-one');
  const { signedConnectionString } = await own.call('GetKxConnectionString', request);
  expect(signedConnectionString).toMatch(/^(?::|:tcps:\/\/)[a-zA-Z0-9._-]+:\d+:[a-zA-Z0-9._-]+:\S+$/);
  const [, , host, port, user, password] = signedConnectionString.split(':');
  expect([port, user]).toEqual(['443', 'bob']);
  expect(host).toMatch(/^\/\/vpce-[0-9a-f]{17}-[0-9a-f]{8}\.vpce-svc-[0-9a-f]{17}\.us-east-1\.vpce\.amazonaws\.com$/);
  const query = new URLSearchParams(password);
  expect(query.get('Action')).toBe('finspace:ConnectKxCluster');
  expect(query.get('X-Amz-Expires')).toBe('900');
  expect(query.get('X-Amz-Signature')).toMatch(/^[0-9a-f]{64}$/);
  expect(signedConnectionString.length).toBeLessThan(2048);
});
