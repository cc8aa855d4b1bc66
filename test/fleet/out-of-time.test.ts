import { setMaxListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { replyCache } from '../../src/inventory/reply-cache.ts';
import { FinspaceError } from '../../src/operations/failure.ts';
import type { Call, OperationName } from '../../src/operations/index.ts';
import { cursorFor } from '../../src/tools/fleet/cursor.ts';
import { answer } from '../../src/tools/fleet/page.ts';
import { type Called, caller, names } from './demo-tools.ts';
import { EXAMPLES, FLEET_TOOL_NAMES } from './examples.ts';

beforeEach(() => void vi.useFakeTimers({ now: Date.parse('2026-03-17T09:00:00Z') }));
afterEach(() => void vi.useRealTimers());

const CLUSTERS = 4;
const idOf = (at: number) => `desk${String(at).padStart(22, '0')}`;
const STAMP = '2026-01-01T00:00:00.000Z';

function reply(name: OperationName, input: Record<string, string>, count: number, clusters: number): object {
  const environment = (at: number) => ({
    environmentId: idOf(at),
    name: `desk-${at}`,
    status: 'CREATED',
    environmentArn: `arn:aws:finspace:us-east-1:111122223333:kxEnvironment/${idOf(at)}`,
  });
  const cluster = (at: number | string) => ({
    clusterName: `rdb-${at}`,
    clusterType: 'RDB',
    status: 'RUNNING',
    createdTimestamp: STAMP,
    lastModifiedTimestamp: STAMP,
  });
  if (name === 'ListKxEnvironments') return { environments: Array.from({ length: count }, (_, at) => environment(at)) };
  if (name === 'GetKxEnvironment') return environment(Number(input['environmentId']?.slice('desk'.length)));
  if (name === 'ListKxClusters')
    return { kxClusterSummaries: Array.from({ length: clusters }, (_, at) => cluster(at)) };
  if (name === 'GetKxCluster') return { ...cluster(input['clusterName']?.slice('rdb-'.length) ?? ''), code: {} };
  if (name === 'ListTagsForResource') return { tags: { owner: 'fx' } };
  return {};
}

const aborted = (operation: OperationName) =>
  new FinspaceError({ operation, code: 'Aborted', detail: '', retryable: true, advice: '' });

type Replies = Partial<Record<OperationName, object>>;

/** An account whose endpoint answers one call after another, by default ten per second. */
function slow(count: number, clusters = CLUSTERS, replies: Replies = {}, pace = { ms: 100 }) {
  const calls: string[] = [];
  let nextAt = Date.now();
  const call = ((name, input, options) => {
    if (options?.signal?.aborted) return Promise.reject(aborted(name));
    nextAt = Math.max(nextAt, Date.now()) + pace.ms;
    return new Promise((resolve, reject) => {
      const { signal } = options ?? {};
      const leave = () => {
        clearTimeout(timer);
        nextAt -= pace.ms;
        reject(aborted(name));
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', leave);
        calls.push(name);
        resolve((replies[name] ?? reply(name, input as never, count, clusters)) as never);
      }, nextAt - Date.now());
      if (signal === undefined) return;
      // All calls of a question share its signal, as they do with the endpoint.
      setMaxListeners(0, signal);
      signal.addEventListener('abort', leave, { once: true });
    });
  }) as Call;
  return { call, calls };
}

const inTime = async <T>(work: Promise<T>): Promise<T> => {
  await vi.advanceTimersByTimeAsync(50_000);
  return work;
};

describe('a search that takes longer than clients wait', () => {
  const byTag = { kinds: ['cluster'], tags: [{ key: 'owner', value: 'fx' }] };

  test('is answered in parts, whose cursors lead through all environments once', async () => {
    const use = caller(slow(60, 8).call);
    const seen: unknown[] = [];
    let parts = 0;
    let left = Number.POSITIVE_INFINITY;
    for (let cursor: unknown, more = true; more; ) {
      const args = cursor === undefined ? byTag : { ...byTag, cursor };
      const { data, text, isError } = await inTime(use('find_kx_entities', { ...args, view: 'full' }));
      expect([isError, text]).toEqual([false, expect.anything()]);
      const rest = data['environmentsLeft'];
      if (rest !== undefined) {
        expect(text).toContain(`${rest} environments are left`);
        expect(rest).toBeLessThan(left);
        left = Number(rest);
        parts += 1;
      }
      expect(data['notRead']).toBeUndefined();
      seen.push(...((data['entities'] ?? []) as object[]).map((row) => JSON.stringify(row)));
      cursor = data['cursor'];
      more = cursor !== undefined;
    }
    expect(parts).toBeGreaterThan(1);
    expect(seen).toHaveLength(480);
    expect(new Set(seen).size).toBe(480);
  });

  test('shows only problems of environments that were read, and how many environments remain', async () => {
    const { data } = await inTime(caller(slow(300).call)('find_kx_problems', { problem: 'behind' }));
    const read = Number(data['environments']);
    expect(read).toBeGreaterThan(20);
    expect(read + Number(data['environmentsLeft'])).toBe(300);
    expect(data['cursor']).toEqual(expect.any(String));
  });

  test('about one environment shows what was read, and continues from there', async () => {
    const { call, calls } = slow(1, 600);
    const use = caller(call, {}, undefined, { cache: replyCache() });
    const describe = () => inTime(use('describe_kx_environment', { environment: idOf(0) }));
    const first = await describe();
    expect(JSON.stringify(first.data['notRead'])).toContain('repeat the call, which continues from there');
    expect(first.data['counts']).toMatchObject({ cluster: { RUNNING: 600 } });
    const details = () => calls.filter((name) => name === 'GetKxCluster').length;
    const before = details();
    expect(before).toBeGreaterThan(100);
    await describe();
    expect(details()).toBeGreaterThan(before);
    expect(details()).toBeLessThanOrEqual(600);
  });

  test('that filters by tags continues after an environment with too many tags', async () => {
    const use = caller(slow(2, 600).call);
    const first = await inTime(use('find_kx_entities', byTag));
    expect(JSON.stringify(first.data['notRead'])).toContain('ListTagsForResource');
    expect(first.data).toMatchObject({ environments: 1, environmentsLeft: 1 });
    const second = await inTime(use('find_kx_entities', { ...byTag, cursor: first.data['cursorForRest'] }));
    expect(second.data).toMatchObject({ environmentIds: { [idOf(1)]: 'desk-1' } });
    expect(second.data).not.toHaveProperty('environmentsLeft');
    expect((second.data['entities'] as object[]).length).toBeGreaterThan(0);
  });

  test('keeps the problems that it has found, and shows as unused only what it could confirm', async () => {
    const failed = Array.from({ length: CLUSTERS }, (_, at) => ({
      clusterName: `rdb-${at}`,
      clusterType: 'RDB',
      status: 'CREATE_FAILED',
    }));
    const volume = { volumeName: 'idle', status: 'ACTIVE' };
    const replies = {
      ListKxClusters: { kxClusterSummaries: failed },
      GetKxCluster: { status: 'CREATE_FAILED', code: {} },
      ListKxVolumes: { kxVolumeSummaries: [volume] },
      GetKxVolume: volume,
    };
    const { data } = await inTime(caller(slow(42, CLUSTERS, replies).call)('find_kx_problems'));
    expect(data).toMatchObject({ environments: 42, counts: { failed: 42 * CLUSTERS } });
    expect((data['counts'] as { unused: number }).unused).toBeLessThan(42);
    expect(JSON.stringify(data['notRead'])).toContain('not read in time');
  });

  test('shows the nodes that were read in time', async () => {
    const nodes = [{ nodeId: 'node', status: 'PROVISIONING', launchTime: STAMP }];
    const { call } = slow(1, 300, { ListKxClusterNodes: { nodes } });
    const { data } = await inTime(caller(call)('find_kx_problems'));
    const { stuck = 0, underway = 0 } = data['counts'] as Record<string, number>;
    expect(stuck + underway).toBeGreaterThan(0);
    expect(JSON.stringify(data['notRead'])).toContain('ListKxClusterNodes');
  });

  test('shows the problems of a part without reading its nodes', async () => {
    const { data } = await inTime(caller(slow(300).call)('find_kx_problems'));
    expect(Number(data['environments'])).toBeGreaterThan(20);
    expect(Number(data['environments']) + Number(data['environmentsLeft'])).toBe(300);
    expect(data['notChecked']).toContain('nodes of');
  });

  test.each([
    ['all environments', slow.bind(undefined, 300), {}, 300],
    ['one environment', slow.bind(undefined, 1, 600), { environment: idOf(0) }, 1],
  ])('about the quotas of %s counts the environments of the account', async (_, opened, args, used) => {
    const { data } = await inTime(caller(opened().call)('check_kx_quotas', args));
    expect(data['account']).toMatchObject({ used });
  });

  test('says that environments were not searched for a name', async () => {
    const { text } = await inTime(caller(slow(300).call)('what_depends_on', { name: 'rdb-99' }));
    expect(text).toMatch(
      /\d+ environments were not searched in time \(to search one, call with its name as environment\)/,
    );
  });

  test.each(['rdb-1', 'desk-0'])(
    'says where it has found %s, and that other environments were not searched',
    async (name) => {
      const { text, isError } = await inTime(caller(slow(300).call)('what_depends_on', { name }));
      expect(isError).toBe(true);
      expect(text).toMatch(
        /^Found in "desk-0".*, but \d+ environments were not searched in time \(to search one, call with its name as environment\)/,
      );
    },
  );

  test('is an error that asks for the same cursor again if a later page is not read in time', async () => {
    const pace = { ms: 1 };
    const use = caller(slow(60, 8, {}, pace).call);
    const { data } = await inTime(use('find_kx_entities', byTag));
    const next = { ...byTag, cursor: data['cursor'] };
    pace.ms = 100;
    const { text, isError } = await inTime(use('find_kx_entities', next));
    expect([isError, text]).toEqual([true, expect.stringContaining('with the same cursor')]);
    pace.ms = 1;
    const rows = (await inTime(use('find_kx_entities', next))).data['entities'];
    expect((rows as object[]).length).toBeGreaterThan(0);
  });

  test.each([
    ['at which to continue', { row: 0, fromEnvironment: idOf(999) }],
    ['before which to stop', { row: 1, fromEnvironment: idOf(0), untilEnvironment: idOf(999) }],
  ])('starts again when the environment %s was deleted', async (_, position) => {
    const cursor = cursorFor(position, { problem: 'stuck' });
    const { text, isError } = await inTime(caller(slow(3).call)('find_kx_problems', { problem: 'stuck', cursor }));
    expect([isError, text]).toEqual([true, expect.stringContaining('start again without cursor')]);
  });
});

test.each(FLEET_TOOL_NAMES)(
  '%s answers or says what it did not read within the time that clients wait',
  async (tool) => {
    const input = EXAMPLES[tool].input({ environment: idOf(0), other: idOf(1), cluster: 'rdb-3' });
    let answered: Called | undefined;
    const asking = caller(slow(300).call)(tool, input).then((answer) => {
      answered = answer;
    });
    await vi.advanceTimersByTimeAsync(50_000);
    expect(answered?.text).toMatch(/in time|Out of time|environments are left|"readAt"|"handle"|"waitedSeconds"/);
    await asking;
  },
);

test.each([
  [1, '1 environment is left'],
  [2, '2 environments are left'],
])('an answer says that %i environments are left', (count, says) => {
  const { content } = answer({}, [], { input: {}, environmentsLeft: { firstId: idOf(0), count } });
  expect(content.at(-1)).toMatchObject({ text: expect.stringContaining(`Out of time: ${says}`) });
});

test('an answer in time has no parts', async () => {
  const { data } = await inTime(caller(slow(3).call)('find_kx_entities', { kinds: ['cluster'], name: 'rdb-1' }));
  expect(names(data['entities'])).toEqual(['rdb-1', 'rdb-1', 'rdb-1']);
  expect(data).not.toHaveProperty('environmentsLeft');
  expect(data).not.toHaveProperty('cursor');
});
