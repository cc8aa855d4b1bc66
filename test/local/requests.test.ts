import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBuilder, ROLE, token } from './environment-builder.ts';
import {
  authorizationFor,
  contentOf,
  openWorld,
  type RawRequest,
  rawRequest,
  type TestWorld,
  typeOf,
} from './world.ts';

let world: TestWorld;
let environmentId: string;
beforeAll(async () => {
  world = await openWorld();
  ({ environmentId } = await openBuilder(world));
});
afterAll(() => world.close());

const send = (target: string, request: RawRequest = {}) => world.serve(rawRequest(target, request));

describe('a request', () => {
  const bad: [string, string, RawRequest, RegExp][] = [
    ['that is not JSON', '/kx/environments', { method: 'POST', body: '{"name":' }, /not JSON/],
    [
      'that is not UTF-8',
      '/kx/environments',
      { method: 'POST', body: new Uint8Array([...Buffer.from('{"name":"'), 0xff, ...Buffer.from('"}')]) },
      /not JSON in UTF-8/,
    ],
    ['that is not an object', '/kx/environments', { method: 'POST', body: '[]' }, /JSON object/],
    [
      'nested without end',
      '/kx/environments',
      { method: 'POST', body: `${'['.repeat(500)}${']'.repeat(500)}` },
      /nested/,
    ],
    [
      'with more values than any request needs',
      '/kx/environments',
      { method: 'POST', body: `{"name":"abc","tags":[${'0,'.repeat(10_000)}0]}` },
      /more than 10000 values/,
    ],
    [
      'without a required member',
      '/kx/environments',
      { method: 'POST', body: '{"name":"abc"}' },
      /'kmsKeyId'.*must not be null/,
    ],
    [
      'with a null for a required member',
      '/kx/environments',
      { method: 'POST', body: '{"name":"abc","kmsKeyId":null}' },
      /'kmsKeyId'.*must not be null/,
    ],
    [
      'with a tag whose key could not be kept',
      '/kx/environments',
      {
        method: 'POST',
        body: '{"name":"abc","kmsKeyId":"arn:aws:kms:us-east-1:111122223333:key/a","tags":{"owner":"fx","__proto__":"x"}}',
      },
      /^1 validation error detected: Value at 'tags\.__proto__' failed/,
    ],
    ['with a label that is badly encoded', '/kx/environments/%zz', {}, /percent-encoded/],
    ['with a page size that is not a number', '/kx/environments?maxResults=many', {}, /'maxResults'/],
    ['with a page size below zero', '/kx/environments?maxResults=-1', {}, /'maxResults'/],
  ];
  test.each(bad)('%s is rejected', async (_, path, init, message) => {
    const response = await send(path, init);
    expect(typeOf(response)).toBe('ValidationException');
    expect(contentOf(response).message).toMatch(message);
  });

  test('may begin with a byte order mark', async () => {
    const response = await send('/kx/environments', { method: 'POST', body: '\uFEFF{"name":"abc"}' });
    expect(contentOf(response).message).toMatch(/'kmsKeyId'/);
  });

  test('has every invalid member named, at any depth', async () => {
    const changeRequests = [{ changeType: 'PUSH', dbPath: '/a/', s3Path: 's3://some-bucket/a' }];
    const input = { environmentId, databaseName: 'x', changeRequests, clientToken: token() };
    const { message } = await world.refusal('CreateKxChangeset', input);
    expect(message).toMatch(/^2 validation errors detected: /);
    expect(message).toContain("'databaseName'");
    expect(message).toContain("'changeRequests.0.changeType'");
  });

  test('is answered with the constraint that it violates, in the words of AWS', async () => {
    const messageOf = async (name: Parameters<TestWorld['refusal']>[0], input: object) =>
      (await world.refusal(name, { environmentId, ...input })).message;
    expect(await messageOf('CreateKxUser', { userName: 'x'.repeat(51), iamRole: ROLE })).toBe(
      "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member must have length less than or equal to 50",
    );
    expect(await messageOf('ListKxUsers', { maxResults: 101 })).toContain(
      'Member must have value less than or equal to 100',
    );
    expect(await messageOf('ListKxClusters', { clusterType: 'XDB' })).toContain(
      'Member must satisfy enum value set: [HDB, RDB, GATEWAY, GP, TICKERPLANT]',
    );
    expect(await messageOf('CreateKxUser', { userName: 'a b', iamRole: ROLE })).toMatch(
      /'userName'.*Member must satisfy regular expression pattern: \^[^/]*\$$/,
    );
    expect(await messageOf('CreateKxUser', { userName: 5, iamRole: ROLE })).toContain('Member must be of type string');
    expect(await messageOf('CreateKxUser', { userName: 'ann', iamRole: ROLE, tags: { 'aws:a': 'b' } })).toContain(
      "Value at 'tags.aws:a' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy",
    );
  });

  test('is never repeated in full in an error', async () => {
    const tags = { ['k'.repeat(100_000)]: 'v' };
    const input = { environmentId, userName: 'ann', iamRole: ROLE, tags };
    expect((await world.refusal('CreateKxUser', input)).message.length).toBeLessThan(1_000);
    const response = await send(`/${'x'.repeat(10_000)}`);
    expect(Buffer.from(response.body).toString().length).toBeLessThan(5_000);
  });

  test('of any content type is read as JSON', async () => {
    const body = JSON.stringify({ userName: 'typeless', iamRole: ROLE });
    const headers = { authorization: authorizationFor('us-east-1'), 'content-type': 'text/plain' };
    const response = await send(`/kx/environments/${environmentId}/users`, { method: 'POST', body, headers });
    expect(response.status).toBe(200);
  });

  test('may contain members that the service does not know', async () => {
    const body = JSON.stringify({ userName: 'extra', iamRole: ROLE, colour: 'green' });
    const response = await send(`/kx/environments/${environmentId}/users`, { method: 'POST', body });
    expect(response.status).toBe(200);
  });

  test('cannot override a path label in its body', async () => {
    const body = JSON.stringify({ environmentId: 'other', userName: 'label', iamRole: ROLE });
    const response = await send(`/kx/environments/${environmentId}/users`, { method: 'POST', body });
    expect(contentOf(response).environmentId).toBe(environmentId);
  });
});
