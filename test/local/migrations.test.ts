import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WORLD_FORMAT } from '../../src/local/schema.ts';
import { openWorldStore } from '../../src/local/store.ts';
import { connection } from '../support/sqlite.ts';
import { openBuilder, ROLE } from './environment-builder.ts';
import { openWorld, type Reply, type TestWorld } from './world.ts';

const { applicationId, migrations } = WORLD_FORMAT;
const COLUMNS = 'collection, name, position, facet, status, since, due, tags, body';
let folder: string;
let environmentId: string;
let before: Reply;
let loaded: Reply;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'finspace-migrations-'));
  const world = await openWorld({ store: await openWorldStore(join(folder, 'now.db')), lifecycle: 'instant' });
  const builder = await openBuilder(world);
  ({ environmentId } = builder);
  for (const userName of ['zoe', 'ann', 'bob'])
    await world.call('CreateKxUser', { environmentId, userName, iamRole: ROLE });
  await builder.database('trades');
  for (const day of ['01', '02', '03']) loaded = await world.call('CreateKxChangeset', load(day));
  before = await lists(world);
  await world.close();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = (clientToken: string) => ({
  environmentId,
  databaseName: 'trades',
  changeRequests: [{ changeType: 'PUT', s3Path: 's3://bucket/data/', dbPath: `/2026.01.${clientToken}/` } as const],
  clientToken,
});

async function lists(world: TestWorld): Promise<Reply> {
  const changesets: Reply[] = [];
  const at = { environmentId, databaseName: 'trades', maxResults: 1 };
  for (let nextToken: string | undefined, more = true; more; more = nextToken !== undefined) {
    const page = await world.call('ListKxChangesets', { ...at, nextToken });
    changesets.push(...page.kxChangesets);
    ({ nextToken } = page);
  }
  const { environments } = await world.call('ListKxEnvironments', {});
  const { users } = await world.call('ListKxUsers', { environmentId });
  return { changesets, environments, users };
}

/** The same world as in a file of an earlier version, in which users and other entities listed by name had positions. */
function older(version: number): string {
  const path = join(folder, `${version}.db`);
  const db = connection(path);
  for (const migration of migrations.slice(0, version)) db.exec(migration);
  db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${version}`);
  db.exec(`ATTACH '${join(folder, 'now.db')}' AS now`);
  db.exec(`INSERT INTO entities (${COLUMNS}) SELECT ${COLUMNS} FROM now.entities`);
  db.exec(
    'INSERT INTO tokens (scope, token, digest, reply, expires) SELECT scope, token, digest, reply, expires FROM now.tokens',
  );
  for (const table of ['links', 'worlds']) db.exec(`INSERT INTO ${table} SELECT * FROM now.${table}`);
  db.exec("UPDATE entities SET position = 'place of ' || name WHERE collection LIKE '%/kxUser'");
  db.close();
  return path;
}

test.each(migrations.slice(1).map((_, index) => index + 1))(
  'a state file of version %i keeps its worlds, their order, and the stored replies for client tokens',
  async (version) => {
    const world = await openWorld({ store: await openWorldStore(older(version)), lifecycle: 'instant' });
    expect(await lists(world)).toEqual(before);
    expect(await world.call('CreateKxChangeset', load('03'))).toEqual(loaded);
    expect(await lists(world)).toEqual(before);
    await world.close();
  },
);
