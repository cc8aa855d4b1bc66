import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { FinspaceError } from '../../src/operations/failure.ts';
import type { Call, Output } from '../../src/operations/index.ts';
import { LOCAL_CALLER } from '../../src/safety/policy.ts';
import { FLEET_TOOLS } from '../../src/tools/fleet/index.ts';
import { describedTools, offeredTools } from '../../src/tools/list.ts';
import { demo, NOW } from '../inventory/demo.ts';
import { openEmbedded } from '../safety/support/backend.ts';
import { openBuilder } from '../safety/support/call-environment-builder.ts';
import { UNRESTRICTED } from '../support/unrestricted.ts';
import { caller, demoTools, failing, names, type Rows } from './demo-tools.ts';
import { EXAMPLES, FLEET_TOOL_NAMES } from './examples.ts';

const { world, use } = demoTools();

describe('the list of fleet tools', () => {
  test('costs at most 3,000 tokens', () => {
    const own = new Set<string>(FLEET_TOOLS.map(({ name }) => name));
    const tokens = (tools: object[]) => countTokens(JSON.stringify({ tools }));
    const all = [...describedTools()];
    expect(tokens(all) - tokens(all.filter(({ name }) => !own.has(name)))).toBeLessThanOrEqual(3_000);
  });

  test('is offered in read-only mode, but not without the reads that its tools need', () => {
    const listed = (restrictions: object) =>
      offeredTools({ ...UNRESTRICTED, ...restrictions }, LOCAL_CALLER).map(({ name }) => name);
    for (const { name } of FLEET_TOOLS) {
      expect(listed({ readOnly: true })).toContain(name);
      expect(listed({ toolsets: ['kx-cluster'] })).not.toContain(name);
    }
  });
});

describe('describe_kx_environment', () => {
  test('shows the whole demo environment in one small answer, by name or id', async () => {
    const { data, text, links } = await use('describe_kx_environment', { environment: 'kdb-prod' });
    expect(countTokens(text)).toBeLessThanOrEqual(2_000);
    expect(data['more']).toBeUndefined();
    expect(data['counts']).toMatchObject({ cluster: { RUNNING: 10 }, volume: { ACTIVE: 6 } });
    const id = await world().id('kdb-prod');
    expect(links).toEqual(['', '.mmd', '.svg'].map((form) => `finspace://kx/environments/${id}/topology${form}`));
    expect((await use('describe_kx_environment', { environment: id })).data['counts']).toEqual(data['counts']);
  });

  test('returns everything page by page, each entity complete and once', async () => {
    const ids: unknown[] = [];
    let cursor: unknown;
    do {
      const args = { environment: 'kdb-prod', view: 'full', ...(cursor === undefined ? {} : { cursor }) };
      const { data } = await use('describe_kx_environment', args);
      ids.push(...names(data['entities'] ?? [], 'id'));
      cursor = data['cursor'];
    } while (cursor !== undefined);
    expect(ids).toEqual((await world().graph('kdb-prod')).entities.map(({ id }) => id));
  });

  test('draws a diagram', async () => {
    const { text } = await use('describe_kx_environment', { environment: 'kdb-prod', diagram: true });
    expect(text).toMatch(/^flowchart LR/);
  });

  test('suggests a name if there is no such environment', async () => {
    const { isError, text } = await use('describe_kx_environment', { environment: 'kdb-prd' });
    expect(isError).toBe(true);
    expect(text).toContain('did you mean "kdb-prod"?');
  });

  test('reports progress during a long read', async () => {
    let now = NOW;
    const slow = await demo({
      before: async () => {
        now += 1_000;
        vi.setSystemTime(now);
      },
    });
    const { progress } = await caller(slow.call)('describe_kx_environment', { environment: 'kdb-prod' });
    expect(progress.length).toBeGreaterThan(5);
    expect(progress[0]).toMatch(/^\d+ of \d+ API calls done$/);
    vi.setSystemTime(NOW);
    await slow.close();
  });

  test('names the parts that it may not read', async () => {
    const limited = caller(world().call, { deny: ['list_kx_users'] });
    const { data } = await limited('describe_kx_environment', { environment: 'kdb-prod' });
    expect(data['notRead']).toEqual([
      { environment: 'kdb-prod', reason: 'ListKxUsers: The operator of this server denies it.' },
    ]);
  });
});

describe('find_kx_problems', () => {
  test('counts each kind and names the entities', async () => {
    const { data, text } = await use('find_kx_problems');
    expect(data['counts']).toMatchObject({ behind: 3, unused: 2, dangling: 0, underway: 3 });
    expect(text).toContain('Not enough memory on scaling group sg-lab');
  });

  test('reports an unreadable environment next to readable ones', async () => {
    const uat = await world().id('kdb-uat');
    const partly = failing(world().call, (_, { environmentId }) => environmentId === uat, 'Unreachable');
    const { data } = await caller(partly)('find_kx_problems', { problem: 'unused' });
    expect(data['counts']).toEqual({ unused: 2 });
    expect(data['notRead']).toEqual([{ environment: 'kdb-uat', reason: 'Unreachable: "No answer."' }]);
  });
});

test.each(FLEET_TOOL_NAMES)('%s stays small if many reads fail for long reasons', async (tool) => {
  const input = EXAMPLES[tool].input({ environment: 'kdb-1', other: 'kdb-2', cluster: 'hdb-fx' });
  const long: Call = async (operation, input) => {
    const environments = Array.from({ length: 30 }, (_, at) => ({ environmentId: `env${at}`, name: `kdb-${at}` }));
    if (operation === 'ListKxEnvironments') return { environments } as never;
    const { environmentId } = input as { environmentId?: string };
    if (operation === 'GetKxEnvironment') return { environmentId, name: environmentId } as never;
    const detail = 'The quick brown fox. '.repeat(190);
    throw new FinspaceError({ operation, code: 'Validation', detail, retryable: false, advice: '' });
  };
  const { data, text, isError } = await caller(long)(tool, input);
  if (!isError) expect(data['notRead']).toEqual(expect.arrayContaining([expect.anything()]));
  expect(countTokens(text)).toBeLessThan(1_950);
});

describe('find_kx_problems for unused entities', () => {
  test('reports nothing that it could not verify', async () => {
    const uat = await world().id('kdb-uat');
    const partly: Call = async (operation, input, options) => {
      const isThere = (input as { environmentId?: string }).environmentId === uat;
      if (isThere && operation === 'ListKxClusters')
        throw new FinspaceError({ operation, code: 'Unreachable', detail: 'No answer.', retryable: true, advice: '' });
      const reply = await world().call(operation, input, options);
      if (!isThere || operation !== 'ListKxScalingGroups') return reply;
      const { scalingGroups = [] } = reply as Output<'ListKxScalingGroups'>;
      return { scalingGroups: scalingGroups.map((group) => ({ ...group, clusters: [] })) } as never;
    };
    const { data } = await caller(partly)('find_kx_problems', {
      problem: 'unused',
      kinds: ['scaling-group', 'volume'],
    });
    expect(names(data['problems'], 'environment')).toEqual(['kdb-prod', 'kdb-prod']);
    expect(data['notRead']).toEqual([{ environment: 'kdb-uat', reason: 'Unreachable: "No answer."' }]);
  });
});

describe('what_depends_on', () => {
  test('finds the environment without its name if only one contains the entity', async () => {
    const { data } = await use('what_depends_on', { name: 'hdb-uat' });
    expect(data).toMatchObject({ environment: 'kdb-uat', entity: { id: 'cluster:hdb-uat' } });
    const view = await use('what_depends_on', { name: 'fx_spot/fx_spot_live' });
    expect(view.data).toMatchObject({ entity: { id: 'dataview:fx_spot/fx_spot_live' } });
    const { arn } = data['entity'] as { arn: string };
    expect((await use('what_depends_on', { environment: 'kdb-uat', name: arn })).data).toEqual(data);
    expect((await use('what_depends_on', { name: 'hdb-crypto' })).text).toMatch(/^There is no entity "hdb-crypto"/);
  });

  test('finds a load that no overview shows, and an environment by a word of its name', async () => {
    const loads = await use('find_kx_entities', { kinds: ['changeset'], name: 'futures_l2', sort: 'oldest' });
    const oldest = names(loads.data['entities'])[0] ?? '';
    const { data } = await use('what_depends_on', { environment: 'prod', name: oldest });
    expect(data).toMatchObject({
      environment: 'kdb-prod',
      entity: {
        changes: expect.arrayContaining(['PUT s3://halden-market-data/futures_l2/2026.01.16/ to /2026.01.16/']),
      },
    });
    const missed = await use('what_depends_on', { environment: 'kdb-prod', name: 'hdb-equities' });
    expect(missed.text).toContain('Existing ones: "hdb-equities-a", "hdb-equities-b".');
  });

  test('does not claim that nothing depends on it if a read failed', async () => {
    const uat = await world().id('kdb-uat');
    const partly = failing(world().call, (_, { environmentId }) => environmentId === uat, 'Unreachable');
    const ask = caller(partly);
    const missed = await ask('what_depends_on', { name: 'hdb-uat' });
    expect(missed.text).toMatch(
      /^There is no entity "hdb-uat".*could not be read: "kdb-uat", "Unreachable: \\"No answer\.\\""/,
    );
    const { data } = await ask('what_depends_on', { name: 'hdb-fx' });
    expect(data['notRead']).toEqual([{ environment: 'kdb-uat', reason: 'Unreachable: "No answer."' }]);
    const denied = caller(world().call, { deny: ['list_kx_clusters'] });
    const { text } = await denied('what_depends_on', { environment: 'kdb-prod', name: 'hdb-fx', kind: 'cluster' });
    expect(text).toContain('"ListKxClusters: The operator of this server denies it."');
  });

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

  test('suggests a name if there is no such entity', async () => {
    const { text } = await use('what_depends_on', { environment: 'kdb-prod', name: 'vol-equity' });
    expect(text).toContain('did you mean "vol-equities"?');
  });
});

describe('compare_kx_environments', () => {
  let uat = '';
  test('pairs names that differ only by the environment, and shows both', async () => {
    const { data, text } = await use('compare_kx_environments', { a: 'kdb-prod', b: 'kdb-uat' });
    expect(data['paired']).toContainEqual({ a: 'cluster:gw-prod', b: 'cluster:gw-uat' });
    expect(text).not.toContain('*');
    const [gateway] = data['different'] as Rows;
    expect(gateway?.['ids']).toEqual(['cluster:gw-prod', 'cluster:gw-uat']);
    expect(gateway?.['code']).toEqual([
      's3://halden-kdb-code/gateway/gateway-1.14.0.zip',
      's3://halden-kdb-code/gateway/gateway-1.15.0.zip',
    ]);
  });

  test('pairs them even if the name of an environment contains the word for their kind', async () => {
    const own = await openEmbedded();
    onTestFinished(own.close);
    for (const [name, end] of [
      ['user-lab', 'lab'],
      ['prod', 'prod'],
    ] as const) {
      const builder = await openBuilder(own.call, name);
      await builder.user(`svc-${end}`);
      await builder.group(`scaling-${end}`);
    }
    const { data } = await caller(own.call)('compare_kx_environments', { a: 'user-lab', b: 'prod' });
    expect(data['paired']).toEqual([
      { a: 'scaling-group:scaling-lab', b: 'scaling-group:scaling-prod' },
      { a: 'user:svc-lab', b: 'user:svc-prod' },
    ]);
  });

  test.each([
    [
      'ListKxVolumes',
      ({ environmentId }: Record<string, unknown>) => environmentId === uat,
      /^volume:/,
      ['onlyInA', 'onlyInB'],
    ],
    [
      'GetKxCluster',
      ({ clusterName }: Record<string, unknown>) => clusterName === 'gw-uat',
      /^cluster:gw-/,
      ['different'],
    ],
  ] as const)(
    'reports nothing as missing or different if it could not read it: %s',
    async (lister, fails, id, sections) => {
      const found = async (call: Call) => {
        const { data } = await caller(call)('compare_kx_environments', { a: 'kdb-prod', b: 'kdb-uat', view: 'full' });
        const rows = sections.flatMap((name) => data[name] as Rows);
        return {
          ids: rows.map((row) => String(row['id'] ?? row['ids'])).filter((each) => id.test(each)),
          notRead: data['notRead'],
        };
      };
      uat = await world().id('kdb-uat');
      expect((await found(world().call)).ids).not.toEqual([]);
      const partly = failing(world().call, (operation, input) => operation === lister && fails(input));
      expect(await found(partly)).toEqual({
        ids: [],
        notRead: [{ environment: 'kdb-uat', reason: expect.stringContaining(lister) }],
      });
    },
  );

  test('lists entities on only one side, with their settings in a full view', async () => {
    const compared = async (more: object) =>
      (await use('compare_kx_environments', { a: 'kdb-prod', b: 'kdb-uat', ...more })).data;
    const { onlyInA, differences } = await compared({});
    expect((onlyInA as Rows).every((row) => Object.keys(row).join() === 'id')).toBe(true);
    expect(differences).toMatchObject({ onlyInA: (onlyInA as Rows).length });
    const full = (await compared({ view: 'full' }))['onlyInA'] as Rows;
    expect(full).toContainEqual(expect.objectContaining({ id: 'volume:vol-fx', sizeGB: 2_400 }));
  });

  test('compares only the requested kinds', async () => {
    const input = { a: 'kdb-prod', b: 'kdb-uat', view: 'full' };
    const all = (await use('compare_kx_environments', input)).data;
    const { data } = await use('compare_kx_environments', { ...input, kinds: ['scalingGroups'] });
    for (const section of ['different', 'onlyInA', 'onlyInB'])
      expect(data[section]).toEqual(
        (all[section] as Rows).filter(({ id, ids }) => /^scaling-group:/.test(String(id ?? ids))),
      );
    expect(data['a']).toMatchObject({ counts: { 'scaling-group': expect.any(Object) } });
    expect((data['a'] as { counts: object }).counts).not.toHaveProperty('cluster');
  });

  test('finds no difference between an environment and itself', async () => {
    const { data } = await use('compare_kx_environments', { a: 'kdb-prod', b: 'kdb-prod' });
    expect(data['differences']).toEqual({ different: 0, onlyInA: 0, onlyInB: 0 });
  });
});
