import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { OPERATION_NAMES, operationNamed } from '../../src/operations/index.ts';
import { RESOURCE_KINDS, resourceAt, uriOf, urisTouchedBy, variablesOf } from '../../src/resources/catalog.ts';
import { FRESH_WORLD, HOSTS, type Session } from '../support/hosts.ts';
import { did, KMS_KEY } from '../support/session-calls.ts';
import { type Subscribing, subscribe } from './watchers.ts';

describe('the catalog of resources', () => {
  test('has one for every read operation, and the topology in three forms', () => {
    const reads = OPERATION_NAMES.filter((name) => operationNamed(name).risk === 'read');
    const ofReads = RESOURCE_KINDS.filter(({ topologyForm }) => topologyForm === undefined);
    expect(ofReads.map(({ operation }) => operation).toSorted()).toEqual(reads.toSorted());
    expect(RESOURCE_KINDS.filter(({ topologyForm }) => topologyForm !== undefined)).toHaveLength(3);
    expect(new Set(RESOURCE_KINDS.map(({ uriTemplate }) => uriTemplate)).size).toBe(RESOURCE_KINDS.length);
  });

  test.each(RESOURCE_KINDS.map((kind) => [kind.uriTemplate, kind] as const))('%s matches its own URI', (_, kind) => {
    const input = Object.fromEntries(variablesOf(kind).map((name) => [name, `a/b ${name}`]));
    expect(resourceAt(uriOf(kind, input))).toEqual({ kind, input });
  });

  test('lists the resources that a mutation touches', () => {
    const input = { environmentId: 'e1', databaseName: 'd', changeRequests: [] };
    expect(urisTouchedBy('CreateKxChangeset', input).toSorted()).toEqual(
      [
        '',
        '/e1',
        '/e1/databases',
        '/e1/databases/d',
        '/e1/databases/d/changesets',
        '/e1/topology',
        '/e1/topology.mmd',
        '/e1/topology.svg',
      ].map((path) => `finspace://kx/environments${path}`),
    );
  });
});

describe.each(HOSTS)('resources for $name', ({ connect, name }) => {
  let session: Session;
  beforeAll(async () => {
    session = await connect(FRESH_WORLD);
  });
  afterAll(() => session.close());

  /** A separate server, for tests that change its world or start it with other settings. */
  const started = async (args: readonly string[]) => {
    const own = await connect(args);
    onTestFinished(() => own.close());
    return own;
  };
  const prod = async (on = session) => {
    const { entities } = await did(on, 'find_kx_entities', { name: 'kdb-prod', kinds: ['environment'] });
    return (entities as { environmentId: string }[])[0]?.environmentId ?? '';
  };

  test('list what exists, and the variables of a template complete from live data', async () => {
    const { resources } = await session.listResources();
    const id = await prod();
    for (const path of ['', '/clusters', '/volumes', '/scalingGroups', '/users', '/databases', '/topology.svg'])
      expect(resources.map(({ uri }) => uri)).toContain(`finspace://kx/environments/${id}${path}`);
    const { resourceTemplates } = await session.listResourceTemplates();
    expect(resourceTemplates).toHaveLength(21);
    const uri = 'finspace://kx/environments/{environmentId}/databases/{databaseName}/changesets/{changesetId}';
    const given: Record<string, string> = {};
    for (const [name, value] of [
      ['environmentId', id],
      ['databaseName', 'fx_spot'],
      ['changesetId', ''],
    ] as const) {
      const { completion } = await session.complete({
        ref: { type: 'ref/resource', uri },
        argument: { name, value },
        context: { arguments: { ...given } },
      });
      expect(completion.values.length).toBeGreaterThan(0);
      given[name] = completion.values[0] ?? '';
    }
    const read = await session.readResource({
      uri: uri.replaceAll(/\{(\w+)\}/g, (_, name: string) => given[name] ?? ''),
    });
    expect(JSON.parse(read.contents[0]?.text ?? '')).toMatchObject({ databaseName: 'fx_spot', status: 'FAILED' });
  });

  test('show a topology in three forms', async () => {
    const uri = `finspace://kx/environments/${await prod()}/topology`;
    const [json, flowchart, picture] = await Promise.all(
      ['', '.mmd', '.svg'].map(async (form) => (await session.readResource({ uri: uri + form })).contents[0]),
    );
    expect(JSON.parse(json?.text ?? '')).toMatchObject({ complete: true, name: 'kdb-prod' });
    expect(flowchart?.text).toMatch(/^flowchart LR/);
    expect(picture).toMatchObject({ mimeType: 'image/svg+xml', text: expect.stringMatching(/^<svg /) });
  });

  test('say how long they may be cached: longer if they change less', async () => {
    const own = await started(['--state', ':memory:', '--lifecycle', 'realistic', '--log-level', 'warn']);
    const root = `finspace://kx/environments/${await prod(own)}`;
    const { changesetId } = await newestChangeset(own, root);
    const ttl = async (path: string) => {
      const { ttlMs, cacheScope } = await own.readResource({ uri: `${root}${path}` });
      return ttlMs === undefined ? undefined : [ttlMs, cacheScope];
    };
    const kept = await Promise.all(
      [
        '/clusters/hdb-fx',
        '/clusters/gp-reference',
        '/clusters',
        '/users',
        `/databases/fx_spot/changesets/${changesetId}`,
        '/topology.svg',
      ].map(ttl),
    );
    const isModern = name.includes('2026');
    expect(kept).toEqual(
      [15_000, 1_000, 1_000, 5_000, 3_600_000, 1_000].map((ms) => (isModern ? [ms, 'private'] : undefined)),
    );
  });

  test.each([
    ['a node of a cluster', 'nodeId', '', { clusterName: 'hdb-futures' }, 3],
    ['nothing without the cluster', 'nodeId', '', {}, 0],
    ['nothing of a cluster that is not there', 'nodeId', '', { clusterName: 'nobody' }, 0],
    ['a cluster by the beginning of its name', 'clusterName', 'RDB-', {}, 3],
    ['a user', 'userName', 'svc', {}, 2],
  ])('suggest %s', async (_, argument, value, more, count) => {
    const context = { arguments: { environmentId: await prod(), ...more } as Record<string, string> };
    const ref = { type: 'ref/prompt', name: 'diagnose_kx_cluster' };
    const { completion } = await session.complete({ ref, argument: { name: argument, value }, context });
    expect(completion.values).toHaveLength(count);
  });

  test('suggest clusters if the environment is given by its name', async () => {
    const ref = {
      type: 'ref/resource',
      uri: 'finspace://kx/environments/{environmentId}/clusters/{clusterName}',
    } as const;
    const suggest = async (environmentId: string) => {
      const argument = { name: 'clusterName', value: 'rdb-' };
      return (await session.complete({ ref, argument, context: { arguments: { environmentId } } })).completion.values;
    };
    expect(await suggest('kdb-prod')).toEqual(await suggest(await prod()));
    expect(await suggest('kdb-prod')).toHaveLength(3);
    expect(await suggest('nobody')).toEqual([]);
  });

  test('suggest nothing for an unknown prompt or template, and say so', async () => {
    const argument = { name: 'environmentId', value: '' };
    for (const [ref, why] of [
      [{ type: 'ref/prompt', name: 'diagnose_cluster' }, /did you mean diagnose_kx_cluster/],
      [{ type: 'ref/resource', uri: 'finspace://kx/nothing/{environmentId}' }, /no resource template/],
    ] as const)
      await expect(session.complete({ ref, argument })).rejects.toMatchObject({
        code: -32602,
        message: expect.stringMatching(why),
      });
  });

  test('list every environment, however many there are', async () => {
    const own = await started(FRESH_WORLD);
    const make = (_: unknown, at: number) =>
      did(own, 'create_kx_environment', { name: `kdb-${at}`, kmsKeyId: KMS_KEY });
    const made = await Promise.all(Array.from({ length: 50 }, make));
    const uris = new Set((await allResources(own)).map(({ uri }) => uri));
    const lacking = made.filter(({ environmentId }) => !uris.has(`finspace://kx/environments/${environmentId}`));
    expect(lacking).toEqual([]);
  });

  test('suggest environments by name, and ARNs of entities in one', async () => {
    const id = await prod();
    const suggest = async (uri: string, name: string, value: string) =>
      (await session.complete({ ref: { type: 'ref/resource', uri }, argument: { name, value } })).completion.values;
    expect(await suggest('finspace://kx/environments/{environmentId}', 'environmentId', 'kdb-pr')).toEqual([id]);
    const tags = (value: string) => suggest('finspace://tags/{resourceArn}', 'resourceArn', value);
    const environments = await tags('');
    expect(environments).toHaveLength(2);
    const [arn = ''] = environments.filter((each) => each.endsWith(id));
    expect(await tags(`${arn}/kxVolume/`)).toContain(`${arn}/kxVolume/vol-fx`);
    expect(await tags(`${arn}/kxDatabase/fx`)).toEqual([
      `${arn}/kxDatabase/fx_spot`,
      `${arn}/kxDatabase/fx_spot/kxDataview/fx_spot_live`,
    ]);
  });

  test('show tags by ARN', async () => {
    const { environmentArn } = await did(session, 'get_kx_environment', { environmentId: await prod() });
    const arn = `${environmentArn}/kxVolume/vol-fx`;
    const { contents } = await session.readResource({ uri: `finspace://tags/${encodeURIComponent(arn)}` });
    expect(JSON.parse(contents[0]?.text ?? '')).toMatchObject({ tags: { owner: 'fx-desk' } });
    await expect(session.readResource({ uri: `finspace://tags/${arn}` })).rejects.toThrow(
      `The ARN in it must be percent-encoded: "finspace://tags/${encodeURIComponent(arn)}"`,
    );
  });

  test('are not found if they do not exist', async () => {
    for (const uri of [
      'finspace://kx/environments/nope/topology',
      'finspace://kx/nothing',
      'finspace://kx/environments/..',
    ])
      await expect(session.readResource({ uri })).rejects.toThrow(/not found/i);
  });

  test('are not found by the name of an environment, but the error shows the URI with its id', async () => {
    const own = await started(FRESH_WORLD);
    const id = await prod(own);
    for (const path of ['', '/clusters/hdb-fx', '/topology.svg'])
      await expect(own.readResource({ uri: `finspace://kx/environments/KDB-prod${path}` })).rejects.toMatchObject({
        code: -32602,
        message: expect.stringContaining(`"finspace://kx/environments/${id}${path}"`),
      });
    await did(own, 'create_kx_environment', { name: 'trading', kmsKeyId: KMS_KEY });
    await expect(own.readResource({ uri: 'finspace://kx/environments/trading/users' })).rejects.toThrow(
      'The URI must contain the id of the environment, not its name: "finspace://kx/environments/',
    );
  });

  test('are hidden if their operation is not offered', async () => {
    const own = await started([...FRESH_WORLD, '--toolsets', 'kx-environment']);
    const { resourceTemplates } = await own.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).not.toContain(
      'finspace://kx/environments/{environmentId}/clusters',
    );
    const { contents } = await own.readResource({
      uri: `finspace://kx/environments/${await firstEnvironment(own)}/topology`,
    });
    expect(JSON.parse(contents[0]?.text ?? '')).toMatchObject({ complete: false, gaps: expect.any(Array) });
  });
});

/** All pages of the list. */
async function allResources(session: Session): Promise<{ uri: string }[]> {
  const all: { uri: string }[] = [];
  let cursor: string | undefined;
  do {
    const page = await session.listResources(cursor === undefined ? undefined : { cursor });
    all.push(...page.resources);
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return all;
}

/** The newest completed changeset of the database `fx_spot`. */
async function newestChangeset(session: Session, root: string): Promise<{ changesetId: string }> {
  const { contents } = await session.readResource({ uri: `${root}/databases/fx_spot/changesets` });
  const { kxChangesets } = JSON.parse(contents[0]?.text ?? '');
  return kxChangesets.find(({ status }: { status: string }) => status === 'COMPLETED');
}

/** The id of an environment. */
async function firstEnvironment(session: Session): Promise<string> {
  const { environments } = await did(session, 'list_kx_environments');
  return (environments as { environmentId: string }[])[0]?.environmentId ?? '';
}

describe.each(HOSTS)('changes for $name', ({ connect, name }) => {
  let session: Subscribing;
  afterEach(() => session.close());

  test('are reported after our own mutations, and when a change becomes due', async () => {
    const args = ['--state', ':memory:', '--lifecycle', 'fast', '--world', 'empty', '--log-level', 'warn'];
    session = (await connect(args)) as Subscribing;
    const uri = 'finspace://kx/environments';
    const { heard, stop } = await subscribe(session, name.includes('2026'), uri);
    const notified = () => heard.filter((line) => line === `notifications/resources/updated ${uri}`).length;
    await did(session, 'create_kx_environment', { name: 'moving', kmsKeyId: KMS_KEY });
    await expect.poll(notified).toBeGreaterThan(0);
    const before = notified();
    // Without further calls, it becomes CREATING, then CREATED.
    await expect.poll(notified, { timeout: 20_000 }).toBeGreaterThan(before);
    await stop();
  });
});
