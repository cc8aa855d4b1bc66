import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { worldOf } from '../../src/local/context.ts';
import { openWorldStore, type WorldStore } from '../../src/local/store.ts';
import { exportWorld, importWorld, listWorlds, resetWorld } from '../../src/local/worlds/administration.ts';
import { seed } from '../../src/local/worlds/seed.ts';
import { connection } from '../support/sqlite.ts';
import { newStore } from './engine.ts';
import { KEY } from './environment-builder.ts';
import { MINUTE, openWorld, type Reply, SEED_OPTIONS, START } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'finspace-world-'));
afterAll(() => rmSync(folder, { recursive: true }));

const OPTIONS = { ...SEED_OPTIONS, lifecycle: 'realistic' } as const;
const WORLD = worldOf(SEED_OPTIONS.account, SEED_OPTIONS.region);
const path = join(folder, 'world.json');
const write = (content: unknown, name = path) => {
  writeFileSync(name, JSON.stringify(content));
  return name;
};
let demo: Reply;
beforeAll(async () => {
  const store = await openWorldStore(join(folder, 'demo.db'));
  await seed(store, 'demo', OPTIONS);
  demo = await exportWorld(store, WORLD);
  await store.close();
});

const load = async (content: unknown): Promise<WorldStore> => {
  const store = await newStore();
  await importWorld(store, write(content), SEED_OPTIONS);
  return store;
};

describe('a world file', () => {
  test('round-trips to the last byte, with links that it does not contain', async () => {
    const state = join(folder, 'copy.db');
    const store = await openWorldStore(state);
    expect(await importWorld(store, write(demo), SEED_OPTIONS)).toBe(true);
    expect(JSON.stringify(await exportWorld(store, WORLD))).toBe(JSON.stringify(demo));
    await store.close();
    expect(linksIn(state)).toEqual(linksIn(join(folder, 'demo.db')));
  });

  test('may say that an entity has no tags', async () => {
    const { tags: _, ...environment } = demo.entities.find((it: Reply) => it.in === 'kxEnvironment');
    const store = await load({ ...demo, entities: [{ ...environment, tags: {} }] });
    expect((await exportWorld(store, WORLD))?.entities).toEqual([environment]);
    await store.close();
  });

  test('continues where it was, and changes in progress end', async () => {
    const world = await openWorld({ store: await load(demo) });
    const [{ environmentId }] = (await world.call('ListKxEnvironments', {})).environments;
    const clusters = async () => (await world.call('ListKxClusters', { environmentId })).kxClusterSummaries;
    expect((await clusters()).map((it: Reply) => it.status)).toContain('CREATING');
    world.advance(60 * MINUTE);
    expect((await clusters()).map((it: Reply) => it.status)).not.toContain('CREATING');
  });

  test('can make the next change fail, or keep a status forever', async () => {
    const body = {
      created: START,
      modified: START,
      name: 'kdb-one',
      kmsKeyId: KEY,
      tgwStatus: 'NONE',
      dnsStatus: 'NONE',
    };
    const one = { in: 'kxEnvironment', name: 'aaa', position: 'a', status: 'CREATING', since: START, body };
    const fate = { reason: 'No capacity.' };
    const entities = [
      { ...one, due: START + 1, fate },
      { ...one, name: 'bbb', position: 'b', body: { ...body, name: 'kdb-two' } },
      { ...one, name: 'ccc', position: 'c', status: 'SUSPENDED', body: { ...body, name: 'kdb-three' } },
    ];
    const world = await openWorld({ store: await load({ ...demo, entities }) });
    world.advance(60 * MINUTE);
    expect((await world.call('ListKxEnvironments', {})).environments).toMatchObject([
      { status: 'FAILED_CREATION', errorMessage: 'No capacity.' },
      { status: 'CREATING' },
      { status: 'SUSPENDED' },
    ]);
  });

  test('limits the reason of a failure to a valid statusReason', async () => {
    const file: Reply = structuredClone(demo);
    const entity = file.entities.find((it: Reply) => it.in.endsWith('/kxVolume'));
    Object.assign(entity, { status: 'CREATING', due: START + 1, fate: { reason: `Host: "a/b" ${'x'.repeat(300)}` } });
    const world = await openWorld({ store: await load(file) });
    world.advance(MINUTE);
    const environmentId = entity.in.split('/')[1];
    const { statusReason } = await world.call('GetKxVolume', { environmentId, volumeName: entity.name });
    expect(statusReason).toMatch(/^Host {3}a b {2}x[\w.\s-]+$/);
    expect(statusReason).toHaveLength(250);
  });

  test('finds entities by their own members, whatever facet the file gives them', async () => {
    const facets = { kxEnvironment: 'other', kxCluster: 'GATEWAY', kxVolume: 'other', kxDataview: 'other' };
    const entities = demo.entities.map((it: Reply) => {
      const facet = facets[it.in.split('/').at(-1) as keyof typeof facets];
      return facet === undefined ? it : { ...it, facet };
    });
    const world = await openWorld({ store: await load({ ...demo, entities }) });
    const [{ environmentId, name, kmsKeyId }] = (await world.call('ListKxEnvironments', {})).environments;
    expect((await world.refusal('CreateKxEnvironment', { name, kmsKeyId })).type).toBe('ConflictException');
    const ofType = async (clusterType: 'HDB' | 'GATEWAY') =>
      (await world.call('ListKxClusters', { environmentId, clusterType })).kxClusterSummaries;
    expect((await ofType('HDB')).map((it: Reply) => it.clusterType)).toContain('HDB');
    for (const { clusterType } of await ofType('GATEWAY')) expect(clusterType).toBe('GATEWAY');
    expect((await world.call('ListKxVolumes', { environmentId, volumeType: 'NAS_1' })).kxVolumeSummaries).not.toEqual(
      [],
    );
    const changeRequests = [{ changeType: 'PUT' as const, s3Path: 's3://some-bucket/data/', dbPath: '/2026.03.16/' }];
    await world.call('CreateKxChangeset', { environmentId, databaseName: 'fx_spot', changeRequests, clientToken: 'a' });
    world.advance(2 * MINUTE);
    const views = (await world.call('ListKxDataviews', { environmentId, databaseName: 'fx_spot' })).kxDataviews;
    expect(views.filter((it: Reply) => it.autoUpdate).map((it: Reply) => it.status)).toEqual(['UPDATING']);
  });

  const cluster = (file: Reply, name: string) => file.entities.find((it: Reply) => it.name === name);
  const wrong: [string, (file: Reply) => void, RegExp][] = [
    ['from a newer version', (file) => (file.version = 2), /newer version.*format 2/],
    ['of another program', (file) => (file.format = 'tfstate'), /is not a world file/],
    ['of another account', (file) => (file.account = '222233334444'), /of account 222233334444; only 111122223333/],
    [
      'of another region than requested',
      (file) => (file.region = 'eu-west-1'),
      /a world of eu-west-1, not of us-east-1/,
    ],
    ['without an account', (file) => delete file.account, /world\.json: account: required/],
    ['with a wrong account', (file) => (file.account = '1'), /account: expects the 12 digits of an account/],
    ['without a body', (file) => delete cluster(file, 'hdb-fx').body.azMode, /hdb-fx\)\.body\.azMode: required/],
    ['with an unknown member', (file) => (file.colour = 1), /colour/],
    ['with an unknown collection', (file) => (file.entities[0].in = 'kxThing'), /entities\.0\.in: /],
    ['with an unknown status', (file) => (cluster(file, 'hdb-fx').status = 'ASLEEP'), /no status ASLEEP/],
    ['with an invalid body', (file) => (cluster(file, 'hdb-fx').body.azMode = 'TRIPLE'), /hdb-fx\)\.body\.azMode/],
    [
      'with a planned failure of an errorType that the API does not have',
      (file) => (cluster(file, 'hdb-fx').fate = { reason: 'gone', errorType: 'Bad luck' }),
      /fate\.errorType/,
    ],
    [
      'with a disk of a type that the API does not have',
      (file) => (cluster(file, 'vol-equities').body.nas1Configuration.type = 'SSD_9'),
      /vol-equities\)\.body\.nas1Configuration\.type/,
    ],
    [
      'with a name that no operation accepts',
      (file) => (cluster(file, 'vol-equities').name = 'vol.equities'),
      /vol\.equities\)\.name: expects /,
    ],
    [
      'with an id that no operation accepts',
      (file) => (file.entities.find((it: Reply) => it.in.endsWith('/kxNode')).name = '..'),
      /\.\.\)\.name: /,
    ],
    ['with a tag that the API does not accept', (file) => (cluster(file, 'hdb-fx').tags = { 'aws:x': 'y' }), /tags/],
    [
      'with two environments of one name',
      (file) => {
        for (const it of file.entities) if (it.in === 'kxEnvironment') it.body.name = 'kdb-one';
      },
      /two KX environments with the name kdb-one/,
    ],
    ['with an entity twice', (file) => file.entities.push(cluster(file, 'hdb-fx')), /hdb-fx twice/],
    [
      'with two entities at one position',
      (file) => file.entities.push({ ...file.entities.find((it: Reply) => it.in === 'kxEnvironment'), name: 'other' }),
      /twice/,
    ],
    [
      'with a position for an entity that is listed by name',
      (file) => (cluster(file, 'hdb-fx').position = 'first'),
      /hdb-fx\)\.position: must be the name or omitted, because each kxCluster is listed by name/,
    ],
    [
      'whose cluster mounts a dataview that does not exist',
      (file) => (cluster(file, 'hdb-fx').body.databases[0].dataviewConfiguration.dataviewName = 'none'),
      /hdb-fx refers to .*kxDataview\/none/,
    ],
    [
      'whose cluster mounts a version that does not exist',
      (file) => (cluster(file, 'hdb-fx').body.databases[0].dataviewConfiguration.dataviewVersionId = 'none'),
      /hdb-fx refers to .*#none/,
    ],
    [
      'whose cluster is on a group that does not exist',
      (file) => (cluster(file, 'hdb-fx').body.scalingGroupConfiguration.scalingGroupName = 'none'),
      /kxScalingGroup\/none/,
    ],
    [
      'whose environment is missing',
      (file) => (file.entities = file.entities.filter((it: Reply) => it.in !== 'kxEnvironment')),
      /refers to kxEnvironment/,
    ],
    [
      'whose database names a changeset that does not exist',
      (file) => (cluster(file, 'fx_spot').body.lastCompletedChangesetId = 'none'),
      /kxChangeset\/none/,
    ],
    [
      'whose host is overbooked',
      (file) => (cluster(file, 'hdb-fx').body.scalingGroupConfiguration.memoryReservation = 999_999),
      /overbooked/,
    ],
    [
      'that has a due time without a next status',
      (file) => (cluster(file, 'hdb-fx').due = START),
      /no status follows RUNNING/,
    ],
    [
      'that has a due time before its status began',
      (file) => Object.assign(cluster(file, 'hdb-fx'), { status: 'UPDATING', since: START, due: START - 1 }),
      /hdb-fx\)\.due: is before since/,
    ],
    ['with a time in microseconds', (file) => (cluster(file, 'hdb-fx').since = START * 1_000), /since: .*before 2200/],
    [
      'with a time of an entity in microseconds',
      (file) => (cluster(file, 'hdb-fx').body.created = START * 1_000),
      /hdb-fx\)\.body\.created: .*before 2200/,
    ],
    [
      'that has a fate without a due time',
      (file) => (cluster(file, 'hdb-fx').fate = { reason: 'x' }),
      /has fate, but no due/,
    ],
  ];
  test.each(wrong)('%s is rejected in one line, and nothing has changed', async (_, spoil, message) => {
    const store = await load(demo);
    const file = structuredClone(demo);
    spoil(file);
    await expect(async () =>
      importWorld(store, write(file), { ...SEED_OPTIONS, discardChanges: true }),
    ).rejects.toThrow(message);
    await expect(async () => importWorld(store, path, { ...SEED_OPTIONS, discardChanges: true })).rejects.toThrow(
      /^[^\n]*world\.json: [^\n]*$/,
    );
    expect(await exportWorld(store, WORLD)).toEqual(demo);
  });

  test('can be the initial world of a state file, in its own region', async () => {
    const store = await newStore();
    await expect(seed(store, write(demo), { ...OPTIONS, region: 'eu-west-1' })).rejects.toThrow('not of 111122223333');
    await seed(store, path, OPTIONS);
    expect(await exportWorld(store, WORLD)).toEqual(demo);
  });
});

describe('a world', () => {
  test('that was modified is replaced only with confirmation', async () => {
    const store = await newStore();
    await seed(store, 'empty', OPTIONS);
    expect(await resetWorld(store, 'demo', OPTIONS)).toBe(true);
    expect(await resetWorld(store, 'demo', OPTIONS)).toBe(true);
    const { call } = await openWorld({ store });
    await call('CreateKxEnvironment', { name: 'kdb-mine', kmsKeyId: KEY });
    expect(await resetWorld(store, 'demo', OPTIONS)).toBe(false);
    expect(await importWorld(store, write(demo), SEED_OPTIONS)).toBe(false);
    expect((await call('ListKxEnvironments', {})).environments).toHaveLength(3);
    expect(await resetWorld(store, 'empty', { ...OPTIONS, discardChanges: true })).toBe(true);
    expect((await call('ListKxEnvironments', {})).environments).toEqual([]);
  });

  test('is listed with its contents', async () => {
    const store = await newStore();
    await seed(store, 'demo', OPTIONS);
    await seed(store, 'empty', { ...OPTIONS, region: 'eu-west-1' });
    expect(await listWorlds(store)).toEqual([
      { account: SEED_OPTIONS.account, region: 'eu-west-1', counts: {}, isChanged: false },
      {
        account: SEED_OPTIONS.account,
        region: 'us-east-1',
        counts: expect.objectContaining({ kxEnvironment: 2, kxVolume: 6 }),
        isChanged: false,
      },
    ]);
  });
});

function linksIn(state: string): unknown[] {
  const db = connection(state);
  const links = db.prepare('SELECT source, target FROM links ORDER BY source, target').all();
  db.close();
  return links;
}

test('the imported file is never written', async () => {
  const before = readFileSync(write(demo));
  const store = await newStore();
  await importWorld(store, path, SEED_OPTIONS);
  await (await openWorld({ store })).call('CreateKxEnvironment', { name: 'kdb-mine', kmsKeyId: KEY });
  expect(readFileSync(path)).toEqual(before);
});
