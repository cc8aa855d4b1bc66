import { afterEach, describe, expect, test } from 'vitest';
import { RESOURCE_KINDS, resourceAt, uriOf, urisTouchedBy, variablesOf } from '../../src/resources/catalog.ts';
import { FRESH_WORLD, HOSTS, type Session } from '../support/hosts.ts';
import { did } from '../support/world.ts';

describe('the catalog of resources', () => {
  test('has one for every read operation, and the topology in three forms', () => {
    expect(RESOURCE_KINDS.filter(({ topology }) => topology === undefined)).toHaveLength(20);
    expect(RESOURCE_KINDS.filter(({ topology }) => topology !== undefined)).toHaveLength(3);
    expect(new Set(RESOURCE_KINDS.map(({ uriTemplate }) => uriTemplate)).size).toBe(RESOURCE_KINDS.length);
  });

  test.each(RESOURCE_KINDS.map((kind) => [kind.uriTemplate, kind] as const))('%s finds itself again', (_, kind) => {
    const input = Object.fromEntries(variablesOf(kind).map((name) => [name, `a/b ${name}`]));
    expect(resourceAt(uriOf(kind, input))).toEqual({ kind, input });
  });

  test('knows what a mutation touches', () => {
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

describe.each(HOSTS)('resources for $name', ({ connect }) => {
  let session: Session;
  afterEach(() => session.close());

  const prod = async () => {
    const { entities } = await did(session, 'find_kx_entities', { name: 'kdb-prod', kinds: ['environment'] });
    return (entities as { environmentId: string }[])[0]?.environmentId ?? '';
  };

  test('list what exists, and every template completes from live data', async () => {
    session = await connect(FRESH_WORLD);
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
    session = await connect(FRESH_WORLD);
    const uri = `finspace://kx/environments/${await prod()}/topology`;
    const [json, flowchart, picture] = await Promise.all(
      ['', '.mmd', '.svg'].map(async (form) => (await session.readResource({ uri: uri + form })).contents[0]),
    );
    expect(JSON.parse(json?.text ?? '')).toMatchObject({ complete: true, name: 'kdb-prod' });
    expect(flowchart?.text).toMatch(/^flowchart LR/);
    expect(picture).toMatchObject({ mimeType: 'image/svg+xml', text: expect.stringMatching(/^<svg /) });
  });

  test('tell tags by ARN', async () => {
    session = await connect(FRESH_WORLD);
    const { environmentArn } = await did(session, 'get_kx_environment', { environmentId: await prod() });
    const arn = `${environmentArn}/kxVolume/vol-fx`;
    const { contents } = await session.readResource({ uri: `finspace://tags/${encodeURIComponent(arn)}` });
    expect(JSON.parse(contents[0]?.text ?? '')).toMatchObject({ tags: { owner: 'fx-desk' } });
  });

  test('are not found when they are not there', async () => {
    session = await connect(FRESH_WORLD);
    for (const uri of [
      'finspace://kx/environments/nope/topology',
      'finspace://kx/nothing',
      'finspace://kx/environments/..',
    ])
      await expect(session.readResource({ uri })).rejects.toThrow(/not found|Resource/i);
  });

  test('are not shown where their operation is not offered', async () => {
    session = await connect([...FRESH_WORLD, '--toolsets', 'kx-environment']);
    const { resourceTemplates } = await session.listResourceTemplates();
    expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate)).not.toContain(
      'finspace://kx/environments/{environmentId}/clusters',
    );
    const { contents } = await session.readResource({
      uri: `finspace://kx/environments/${await only(session)}/topology`,
    });
    expect(JSON.parse(contents[0]?.text ?? '')).toMatchObject({ complete: false, gaps: expect.any(Array) });
  });
});

async function only(session: Session): Promise<string> {
  const { environments } = await did(session, 'list_kx_environments');
  return (environments as { environmentId: string }[])[0]?.environmentId ?? '';
}

interface Subscribing extends Session {
  listen?(filter: { resourcesListChanged?: boolean; resourceSubscriptions?: string[] }): Promise<unknown>;
  subscribeResource?(request: { uri: string }): Promise<unknown>;
  unsubscribeResource?(request: { uri: string }): Promise<unknown>;
  fallbackNotificationHandler?: (notification: { method: string; params?: { uri?: string } }) => Promise<void>;
}

describe.each(HOSTS.slice(0, 2))('changes for $name', ({ connect }) => {
  let session: Subscribing;
  afterEach(() => session.close());

  test('are told after our own mutations, and when time brings them', async () => {
    session = await connect(['--state', ':memory:', '--lifecycle', 'fast', '--world', 'empty', '--log-level', 'warn']);
    const seen: string[] = [];
    let wake = () => {};
    session.fallbackNotificationHandler = async ({ method, params }) => {
      seen.push(`${method} ${params?.uri ?? ''}`);
      wake();
    };
    const until = async (line: string) => {
      while (!seen.includes(line)) await new Promise<void>((resolve) => (wake = resolve));
    };
    const list = 'finspace://kx/environments';
    await session.subscribeResource?.({ uri: list });
    await did(session, 'create_kx_environment', {
      name: 'moving',
      kmsKeyId: 'arn:aws:kms:us-east-1:123456789012:key/k',
    });
    await until(`notifications/resources/updated ${list}`);
    expect(seen).toContain('notifications/resources/list_changed ');
    seen.length = 0;
    // By itself it becomes CREATING, then CREATED.
    await until(`notifications/resources/updated ${list}`);
    await session.unsubscribeResource?.({ uri: list });
  });
});

test('changes by our own mutations reach the stream of a 2026-07-28 client', async () => {
  const host = HOSTS.at(-1);
  const session = (await host?.connect([...FRESH_WORLD, '--world', 'empty'])) as Subscribing;
  const uri = 'finspace://kx/environments';
  const told = new Promise((resolve) => {
    session.fallbackNotificationHandler = async ({ method, params }) => resolve([method, params?.uri]);
  });
  await session.listen?.({ resourceSubscriptions: [uri] });
  await did(session, 'create_kx_environment', { name: 'moving', kmsKeyId: 'arn:aws:kms:us-east-1:123456789012:key/k' });
  expect(await told).toEqual(['notifications/resources/updated', uri]);
  await session.close();
});
