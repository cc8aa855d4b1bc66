import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { FinspaceError } from '../../src/operations/failure.ts';
import { LOCAL_CALLER, UNRESTRICTED } from '../../src/safety/policy.ts';
import { FLEET_TOOLS } from '../../src/tools/fleet/index.ts';
import { describedTools, offeredTools } from '../../src/tools/list.ts';
import { type Demo, demo, NOW } from '../inventory/demo.ts';
import { caller } from './table.ts';

let world: Demo;
let use: ReturnType<typeof caller>;
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOW });
  world = await demo();
  use = caller(world.call);
});
afterAll(async () => {
  vi.useRealTimers();
  await world.close();
});

type Rows = Record<string, unknown>[];
const names = (rows: unknown, member = 'name') => (rows as Rows).map((row) => row[member]);

describe('the list of tools', () => {
  test('pays at most 1,500 tokens for them', () => {
    const own = new Set(FLEET_TOOLS.map(({ name }) => name));
    const tokens = (tools: object[]) => countTokens(JSON.stringify({ tools }));
    const all = [...describedTools()];
    expect(tokens(all) - tokens(all.filter(({ name }) => !own.has(name)))).toBeLessThanOrEqual(1_500);
  });

  test('keeps them when only reading, and loses them without the reads that they need', () => {
    const listed = (restrictions: object) =>
      offeredTools({ ...UNRESTRICTED, ...restrictions }, LOCAL_CALLER, false).map(({ name }) => name);
    for (const { name } of FLEET_TOOLS) {
      expect(listed({ readOnly: true })).toContain(name);
      expect(listed({ toolsets: ['kx-cluster'] })).not.toContain(name);
    }
  });
});

describe('describe_kx_environment', () => {
  test('tells all of the demo in one small answer, by name or id', async () => {
    const { data, text, links } = await use('describe_kx_environment', { environment: 'kdb-prod' });
    expect(countTokens(text)).toBeLessThanOrEqual(2_000);
    expect(data['more']).toBeUndefined();
    expect(data['counts']).toMatchObject({ cluster: { RUNNING: 10 }, volume: { ACTIVE: 6 } });
    const id = await world.id('kdb-prod');
    expect(links).toEqual(['', '.mmd', '.svg'].map((form) => `finspace://kx/environments/${id}/topology${form}`));
    expect((await use('describe_kx_environment', { environment: id })).data['counts']).toEqual(data['counts']);
  });

  test('gives everything page by page, each entity whole and once', async () => {
    const ids: unknown[] = [];
    let cursor: unknown;
    do {
      const args = { environment: 'kdb-prod', view: 'full', ...(cursor === undefined ? {} : { cursor }) };
      const { data } = await use('describe_kx_environment', args);
      ids.push(...names(data['entities'] ?? [], 'id'));
      cursor = data['cursor'];
    } while (cursor !== undefined);
    expect(ids).toEqual((await world.graph('kdb-prod')).entities.map(({ id }) => id));
  });

  test('draws a diagram', async () => {
    const { text } = await use('describe_kx_environment', { environment: 'kdb-prod', diagram: true });
    expect(text).toMatch(/^flowchart LR/);
  });

  test('says what was meant when there is no such environment', async () => {
    const { isError, text } = await use('describe_kx_environment', { environment: 'kdb-prd' });
    expect(isError).toBe(true);
    expect(text).toContain('did you mean "kdb-prod"?');
  });

  test('tells how far it is while it takes long', async () => {
    let now = NOW;
    const slow = await demo({
      before: async () => {
        now += 300;
        vi.setSystemTime(now);
      },
    });
    const { progress } = await caller(slow.call)('describe_kx_environment', { environment: 'kdb-prod' });
    expect(progress.length).toBeGreaterThan(5);
    expect(progress[0]).toMatch(/^\d+ of \d+ reads done$/);
    vi.setSystemTime(NOW);
    await slow.close();
  });

  test('tells what it may not read', async () => {
    const limited = caller(world.call, { deny: ['list_kx_users'] });
    const { data } = await limited('describe_kx_environment', { environment: 'kdb-prod' });
    expect(data['notRead']).toEqual([
      { environment: 'kdb-prod', reason: 'ListKxUsers: The operator of this server denies it.' },
    ]);
  });
});

describe('find_kx_entities', () => {
  test.each([
    [{ name: 'hdb' }, ['hdb-equities-a', 'hdb-equities-b', 'hdb-futures', 'hdb-fx', 'hdb-uat']],
    [{ name: 'hdb*-b' }, ['hdb-equities-b']],
    [{ status: 'failed' }, ['gp-signals']],
    [{ kinds: ['cluster'], status: '!RUNNING' }, ['gp-reference', 'gp-signals', 'rdb-futures']],
    [{ kinds: ['cluster'], type: 'tickerplant' }, ['tp-equities', 'tp-fx']],
    [{ kinds: ['cluster'], youngerThan: '2d' }, ['gp-signals', 'rdb-futures']],
    [{ kinds: ['scaling-group'], olderThan: '50d' }, ['sg-history', 'sg-realtime']],
    [{ kinds: ['volume'], tag: 'owner' }, ['vol-equities', 'vol-fx', 'vol-reference', 'vol-savedown', 'vol-tplog']],
    [{ kinds: ['cluster'], tag: 'owner=FX-desk' }, ['hdb-fx', 'rdb-fx', 'tp-fx']],
    [{ kinds: ['environment'] }, ['kdb-prod', 'kdb-uat']],
    [{ tag: '!owner' }, ['vol-backtest']],
    [{ kinds: ['volume'], tag: '!owner=fx-desk', name: 'vol-f' }, []],
    [{ uses: 'HDB-4.0' }, ['hdb-futures']],
    [{ uses: 'subnet-08e2f70c3e83c5f21' }, ['gw-uat', 'hdb-uat']],
    [{ kinds: ['cluster'], changedWithin: '1h' }, ['gp-reference', 'rdb-futures']],
    [{ kinds: ['dataview'], uses: 'autoupdate=true' }, ['fx_spot_live']],
  ])('%j', async (asked, expected) => {
    const { data } = await use('find_kx_entities', asked);
    expect(names(data['entities']).toSorted()).toEqual(expected);
    expect(data['found']).toBe(expected.length);
  });

  test('says which states and types there are when nothing has the one that was asked for', async () => {
    const { data } = await use('find_kx_entities', { kinds: ['volume'], status: 'ATTACHED', type: 'SSD' });
    expect(data).toMatchObject({
      found: 0,
      statesThereAre: ['ACTIVE'],
      typesThereAre: ['HDD_12', 'SSD_1000', 'SSD_250'],
    });
  });

  test('gives the ids by which the operations know the environments', async () => {
    const ids = { [await world.id('kdb-prod')]: 'kdb-prod', [await world.id('kdb-uat')]: 'kdb-uat' };
    for (const tool of ['find_kx_entities', 'find_kx_problems'])
      expect((await use(tool)).data).toMatchObject({ environments: 2, environmentIds: ids });
  });

  test('says whose tags could not be read beside what it found', async () => {
    const partly = await demo({
      before: async (operation, input) => {
        if (operation === 'ListTagsForResource' && (input as { resourceArn: string }).resourceArn.endsWith('vol-fx'))
          throw new FinspaceError({ operation, code: 'Throttling', detail: 'Slow down.', retryable: true, advice: '' });
      },
    });
    const { data } = await caller(partly.call)('find_kx_entities', { kinds: ['volume'], tag: 'owner' });
    expect(data).toMatchObject({
      found: 4,
      notRead: [{ environment: 'kdb-prod', reason: 'tags of volume:vol-fx: ThrottlingException Slow down.' }],
    });
    await partly.close();
  });

  test('puts them in order, and adds up what they take', async () => {
    const volumes = await use('find_kx_entities', { kinds: ['volume'], sort: 'largest' });
    expect(names(volumes.data['entities']).slice(0, 2)).toEqual(['vol-backtest', 'vol-equities']);
    expect(volumes.data['totals']).toEqual({ diskGB: 24_000 });
    const hosts = await use('find_kx_entities', { kinds: ['scaling-group'], view: 'full', environment: 'kdb-prod' });
    expect(hosts.data).toMatchObject({
      environmentIds: { [await world.id('kdb-prod')]: 'kdb-prod' },
      totals: { hostMemoryFree: '2041 GiB' },
    });
  });

  test('groups by a setting or a tag, and says which settings there are', async () => {
    const roles = await use('find_kx_entities', { kinds: ['user'], groupBy: 'iamRole' });
    expect((roles.data['groups'] as Rows)[0]).toMatchObject({ count: 2, names: ['amara_okafor', 'mei_tanaka'] });
    const owners = await use('find_kx_entities', { kinds: ['volume'], groupBy: 'tag:Owner' });
    expect(names(owners.data['groups'], 'value')).toContain('(none)');
    const nothing = await use('find_kx_entities', { kinds: ['user'], groupBy: 'colour' });
    expect(nothing).toMatchObject({ isError: true, text: expect.stringContaining('There are: arn, iamRole') });
  });

  test('looks through every load when loads are asked for', async () => {
    const loads = await use('find_kx_entities', { kinds: ['changeset'], environment: 'kdb-prod' });
    expect(loads.data['kinds']).toEqual({ changeset: 22 });
    expect((await use('find_kx_entities', { environment: 'kdb-prod' })).data['kinds']).not.toHaveProperty('changeset');
  });

  test('refuses what it does not know', async () => {
    expect((await use('find_kx_entities', { olderThan: 'long' })).text).toMatch(/olderThan: expects minutes/);
    expect((await use('find_kx_entities', { owner: 'me' })).text).toMatch(/owner: there is no such argument/);
  });
});

describe('find_kx_problems', () => {
  test('counts each kind and names the entities', async () => {
    const { data, text } = await use('find_kx_problems');
    expect(data['counts']).toMatchObject({ behind: 3, idle: 2, orphaned: 0 });
    expect(text).toContain('Not enough memory on scaling group sg-lab');
  });

  test('reports an environment that cannot be read beside those that can', async () => {
    const uat = await world.id('kdb-uat');
    const partly = await demo({
      before: async (operation, input) => {
        if ((input as { environmentId?: string }).environmentId === uat)
          throw new FinspaceError({
            operation,
            code: 'Unreachable',
            detail: 'No answer.',
            retryable: true,
            advice: '',
          });
      },
    });
    const { data } = await caller(partly.call)('find_kx_problems', { problem: 'idle' });
    expect(data['counts']).toEqual({ idle: 2 });
    expect(data['notRead']).toEqual([{ environment: 'kdb-uat', reason: 'Unreachable: No answer.' }]);
    await partly.close();
  });
});

describe('what_depends_on', () => {
  test('follows both directions', async () => {
    const { data } = await use('what_depends_on', { environment: 'kdb-prod', name: 'fx_spot' });
    expect(names(data['usedBy'], 'id')).toEqual(
      expect.arrayContaining([
        'cluster:rdb-fx',
        'dataview:fx_spot/fx_spot_live',
        'cluster:hdb-fx',
        'cluster:gp-research',
      ]),
    );
  });

  test('says what was meant when there is no such thing', async () => {
    const { text } = await use('what_depends_on', { environment: 'kdb-prod', name: 'vol-equity' });
    expect(text).toContain('did you mean "vol-equities"?');
  });
});

describe('compare_kx_environments', () => {
  test('matches names that differ only by the environment', async () => {
    const { data } = await use('compare_kx_environments', { a: 'kdb-prod', b: 'kdb-uat' });
    const gateway = (data['different'] as Rows).find(({ id }) => id === 'cluster:gw-*');
    expect(gateway?.['code']).toEqual([
      's3://halden-kdb-code/gateway/gateway-1.14.0.zip',
      's3://halden-kdb-code/gateway/gateway-1.15.0.zip',
    ]);
  });

  test('finds no difference between an environment and itself', async () => {
    const { data } = await use('compare_kx_environments', { a: 'kdb-prod', b: 'kdb-prod' });
    expect(data['differences']).toEqual({ different: 0, onlyInA: 0, onlyInB: 0 });
  });
});
