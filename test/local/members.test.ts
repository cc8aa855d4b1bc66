import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NAMES } from '../../src/kinds/names.ts';
import { worldOf } from '../../src/local/context.ts';
import { exportWorld, importWorld } from '../../src/local/worlds/administration.ts';
import { itemMembers, listMember } from '../../src/operations/derive.ts';
import { labels } from '../../src/operations/http.ts';
import { OPERATION_NAMES, type OperationName, operationNamed } from '../../src/operations/index.ts';
import { newStore } from './engine.ts';
import { openBuilder, token } from './environment-builder.ts';
import { LATEST, SETTINGS } from './members.ts';
import { openWorld, type Reply, SEED_OPTIONS, type TestWorld } from './world.ts';

/** The members of a request that replies need not show. */
const UNSHOWN = new Set(['environmentId', 'clientToken', 'tags', 'deploymentConfiguration']);

/** The members that a schema has. */
const only = (shape: object, members: object) =>
  Object.fromEntries(Object.entries(members).filter(([member]) => Object.hasOwn(shape, member)));

const shown = (input: object) => Object.fromEntries(Object.entries(input).filter(([member]) => !UNSHOWN.has(member)));

/** The members of a request that identify no parent. */
function settingsOf(name: OperationName): string[] {
  const { clientToken: _, environmentId: __, ...members } = operationNamed(name).input().shape;
  return Object.keys(members);
}

/** The operations that create or change an entity, except those that have all their arguments in the path. */
const CHANGES = OPERATION_NAMES.filter((name) => {
  const operation = operationNamed(name);
  if (['tags', 'environment'].includes(operation.kind)) return false;
  const isChange = ['create', 'update', 'disrupt', 'network'].includes(operation.risk);
  return isChange && settingsOf(name).some((member) => !labels(operation).includes(member));
});

describe('every setting', () => {
  let world: TestWorld;
  let environmentId: string;
  const given: { name: OperationName; input: Record<string, unknown>; made: Reply; reply: Reply }[] = [];
  beforeAll(async () => {
    world = await openWorld({ lifecycle: 'instant' });
    ({ environmentId } = await openBuilder(world));
    let changesetId = '';
    for (const [name, settings] of SETTINGS) {
      const { kind, input: schema } = operationNamed(name);
      const input = only(schema().shape, { clientToken: token(), environmentId, ...settings });
      if (input['changesetId'] === LATEST) input['changesetId'] = changesetId;
      const made = await world.call(name, input as never);
      if (name === 'CreateKxChangeset') changesetId = made.changesetId;
      const get = NAMES[kind as 'kx-user'].get as OperationName;
      const reply = await world.call(get, only(operationNamed(get).input().shape, { ...input, ...made }) as never);
      given.push({ name, input, made, reply });
    }
  });
  afterAll(() => world.close());

  it.each(CHANGES)('of %s is set by a request here', (name) => {
    const named = SETTINGS.filter(([of]) => of === name).flatMap(([, input]) => Object.keys(input));
    const missing = settingsOf(name).filter((member) => !named.includes(member));
    expect(missing, `set them in a request of ${name} in test/local/members.ts`).toEqual([]);
  });

  // An update that ignores a member would still show the value from before.
  it('has another value in an update than before', () => {
    for (const [at, { name, input }] of given.entries()) {
      const { kind, update } = operationNamed(name);
      const { member: key } = NAMES[kind as 'kx-user'];
      const earlier = given.slice(0, at).filter((it) => input[key] === undefined || it.input[key] === input[key]);
      for (const member of Object.keys(update?.settings(input) ?? {}).filter((it) => it in input)) {
        const before = earlier.findLast((it) => operationNamed(it.name).kind === kind && member in it.input);
        expect({ name, [member]: input[member] }).not.toEqual({ name, [member]: before?.input[member] });
      }
    }
  });

  it('is returned by the get operation of its kind', () => {
    for (const { input, reply } of given) expect(reply).toMatchObject(shown(input));
  });

  it('is returned by the create or update itself if its output has it', () => {
    for (const { name, input, made } of given)
      expect(made).toMatchObject(only(operationNamed(name).output().shape, shown(input)));
  });

  it('is returned by the list of its kind if items have it', async () => {
    const parents = { environmentId, databaseName: 'trades', clusterName: 'hdb' };
    const call = (name: OperationName, members: object) =>
      world.call(name, only(operationNamed(name).input().shape, { ...parents, ...members }) as never);
    const settings = new Set(given.flatMap(({ input }) => Object.keys(input)));
    for (const { list, get } of Object.values(NAMES)) {
      const { [String(listMember(operationNamed(list)))]: items } = await call(list, {});
      if (get === undefined || get === 'GetEnvironment') continue;
      for (const item of items) {
        const detail = await call(get, item);
        for (const member of itemMembers(operationNamed(list)).filter((each) => settings.has(each)))
          expect({ list, [member]: item[member] }).toEqual({ list, [member]: detail[member] });
      }
    }
  });

  it('is kept by a world file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'finspace-members-'));
    const store = await newStore();
    try {
      const file = await exportWorld(world.store, worldOf(SEED_OPTIONS.account, SEED_OPTIONS.region));
      writeFileSync(join(folder, 'world.json'), JSON.stringify(file));
      await expect(importWorld(store, join(folder, 'world.json'), SEED_OPTIONS)).resolves.toBe(true);
    } finally {
      await store.close();
      rmSync(folder, { recursive: true });
    }
  });
});
