import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { finspaceCall } from '../../src/finspace/call.ts';
import { DEFAULT_LIMITS } from '../../src/finspace/handler.ts';
import { requireKnownMembers } from '../../src/finspace/require-known-members.ts';
import { listPages } from '../../src/inventory/pages.ts';
import { deduplicated } from '../../src/operations/calls.ts';
import type { Call, OperationName } from '../../src/operations/index.ts';
import { answering, type Behaviour, serving, stubCredentials } from './endpoints.ts';

beforeAll(stubCredentials);
afterAll(() => vi.unstubAllEnvs());

const calling = async (behave: Behaviour): Promise<Call> => {
  const { url } = await serving(behave);
  return requireKnownMembers(
    finspaceCall({ region: 'us-east-1', endpoint: url, limits: DEFAULT_LIMITS, maxAttempts: 1 }),
  );
};

const KEY = { environmentId: 'abc123', clusterName: 'hdb-1' };
const BAD = { fields: { code: 'BadResponse' } };

describe('a reply to a read', () => {
  it.each<[string, OperationName, number, string]>([
    ['without a body', 'ListKxClusters', 200, ''],
    ['without a body', 'GetKxCluster', 200, ''],
    ['without content', 'ListKxClusters', 204, ''],
    ['of another form', 'ListKxClusters', 200, '{"message": "warming up"}'],
    ['of another form', 'GetKxCluster', 200, '{"message": "warming up"}'],
    ['without members', 'GetKxCluster', 200, '{}'],
    ['of another form', 'ListTagsForResource', 200, '{"Tags": {"finspace-mcp:protected": "true"}}'],
  ])('%s is rejected, from %s (%i %s)', async (_, name, status, body) => {
    const call = await calling(answering(status, body));
    const arn = 'arn:aws:finspace:us-east-1:123456789012:kxEnvironment/abc123';
    await expect(call(name, { ...KEY, resourceArn: arn } as never)).rejects.toMatchObject(BAD);
  });

  it.each<OperationName>(['ListKxClusters', 'ListTagsForResource'])('may omit what is empty (%s)', async (name) => {
    const call = await calling(answering(200, '{}'));
    const resourceArn = 'arn:aws:finspace:us-east-1:123456789012:kxEnvironment/abc123';
    expect(await call(name, { ...KEY, resourceArn } as never)).toEqual({});
  });
});

it('an empty reply to a change is accepted', async () => {
  const call = await calling(answering(200, ''));
  expect(await call('DeleteKxCluster', KEY)).toEqual({});
});

it.each<[string, string]>([
  ['seconds', '1773738000'],
  ['milliseconds', '1773738000000'],
])('times in %s are read', async (_, time) => {
  const call = await calling(answering(200, `{"createdTimestamp": ${time}}`));
  expect(await call('GetKxCluster', KEY)).toEqual({ createdTimestamp: '2026-03-17T09:00:00.000Z' });
});

it.each(['1e18', '-1e18'])('the time %s is rejected', async (time) => {
  const call = await calling(answering(200, `{"createdTimestamp": ${time}}`));
  await expect(call('GetKxCluster', KEY)).rejects.toMatchObject(BAD);
});

describe('a list', () => {
  const listed = async (page: (token: string | null) => object) => {
    const call = await calling((response, { query }) =>
      answering(200, JSON.stringify(page(query.get('nextToken'))))(response, undefined as never),
    );
    return listPages(deduplicated(call), 'ListKxUsers', { environmentId: 'abc123' }, 1_000);
  };
  const users = [{ userName: 'ann' }];

  it('ends with an empty token', async () => {
    expect(await listed(() => ({ users, nextToken: '' }))).toEqual({ items: users, complete: true });
  });

  it.each([
    ['empty pages', []],
    ['pages', users],
  ])('of %s fails if a token leads back to an earlier page', async (_, items) => {
    await expect(listed(() => ({ users: items, nextToken: 'same' }))).rejects.toMatchObject(BAD);
    const next: Record<string, string> = { a: 'b', b: 'a' };
    await expect(listed((token) => ({ users: items, nextToken: next[token ?? 'b'] }))).rejects.toMatchObject(BAD);
  });

  it('of endless empty pages ends incomplete', async () => {
    const { items, complete } = await listed((token) => ({ users: [], nextToken: `${Number(token) + 1}` }));
    expect({ items, complete }).toEqual({ items: [], complete: false });
  });
});
