import { afterEach, describe, expect, test } from 'vitest';
import { RESOURCE_KINDS, resourceAt, uriOf, urisTouchedBy, variablesOf } from '../../src/resources/catalog.ts';
import { FRESH_WORLD, HOSTS, type Session } from '../support/hosts.ts';
import { did, KMS_KEY } from '../support/world.ts';
import { type Subscribing, subscribed } from './watchers.ts';

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

describe.each(HOSTS)('changes for $name', ({ connect, name }) => {
  let session: Subscribing;
  afterEach(() => session.close());

  test('are told after our own mutations, and when time brings them', async () => {
    const args = ['--state', ':memory:', '--lifecycle', 'fast', '--world', 'empty', '--log-level', 'warn'];
    session = (await connect(args)) as Subscribing;
    const uri = 'finspace://kx/environments';
    const { heard, stop } = await subscribed(session, name.includes('2026'), uri);
    const told = () => heard.filter((line) => line === `notifications/resources/updated ${uri}`).length;
    await did(session, 'create_kx_environment', { name: 'moving', kmsKeyId: KMS_KEY });
    await expect.poll(told).toBeGreaterThan(0);
    const before = told();
    // By itself it becomes CREATING, then CREATED.
    await expect.poll(told, { timeout: 20_000 }).toBeGreaterThan(before);
    await stop();
  });
});
