// After ManagedkdbInsights/hdb_backup and the changeset helpers of q/aws.q of github.com/aws/amazon-finspace-examples.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Input } from '../../src/operations/index.ts';
import type { Reply } from '../local/world.ts';
import { BUCKET, type Environment, openEnvironment, TIME } from './account.ts';
import { exists, openService, poll, type Service } from './service.ts';

const CHUNK = 30;
const ROOT = `s3://${BUCKET}/backup/`;
const DAYS = Array.from({ length: 65 }, (_, day) => {
  return new Date(Date.UTC(2024, 0, 1 + day)).toISOString().slice(0, 10).replaceAll('-', '.');
});

let service: Service;
let environment: Environment;
beforeAll(async () => {
  service = await openService();
  environment = await openEnvironment(service);
}, 240_000);
afterAll(() => service.close());

const database = (databaseName: string) => ({ environmentId: environment.id, databaseName });

async function load(
  databaseName: string,
  changeRequests: Input<'CreateKxChangeset'>['changeRequests'],
): Promise<Reply> {
  const { changesetId } = await service.call('CreateKxChangeset', { ...database(databaseName), changeRequests });
  const changeset = { ...database(databaseName), changesetId };
  return (await poll(service, 'GetKxChangeset', changeset, { until: 'COMPLETED', every: 10 })).reply;
}

test('hdb_backup loads the sym file with the first thirty days in one changeset, and up to thirty days in each later one', async () => {
  expect(await exists(service.call('GetKxDatabase', database('backup')))).toBe(false);
  expect(await service.call('CreateKxDatabase', database('backup'))).not.toHaveProperty('description');
  const { kxDatabases } = await service.call('ListKxDatabases', { environmentId: environment.id });
  expect(kxDatabases).toEqual([{ databaseName: 'backup', createdTimestamp: TIME, lastModifiedTimestamp: TIME }]);
  const put = (s3Path: string, dbPath: string) => ({ changeType: 'PUT' as const, s3Path, dbPath });
  const sizes: number[] = [];
  for (let from = 0; from < DAYS.length; from += CHUNK) {
    const days = DAYS.slice(from, from + CHUNK).map((day) => put(`${ROOT}${day}/`, `/${day}/`));
    const { changeRequests } = await load('backup', from === 0 ? [put(`${ROOT}sym`, '/'), ...days] : days);
    sizes.push(changeRequests.length);
  }
  expect(sizes).toEqual([31, 30, 5]);
  const { kxChangesets } = await service.call('ListKxChangesets', database('backup'));
  expect(kxChangesets).toHaveLength(3);
  expect((await service.call('GetKxDatabase', database('backup'))).numChangesets).toBe(3);
}, 240_000);

test('a changeset that adds single tables and one that deletes a day keep the order of their requests', async () => {
  await service.call('CreateKxDatabase', database('tables'));
  const tables = DAYS.slice(0, 15).flatMap((day) => ['trade', 'quote'].map((table) => `/${day}/${table}/`));
  const added = tables.map((dbPath) => ({ changeType: 'PUT' as const, s3Path: `${ROOT}${dbPath.slice(1)}`, dbPath }));
  const sym = { changeType: 'PUT' as const, s3Path: `${ROOT}sym`, dbPath: '/' };
  expect((await load('tables', [...added, sym])).changeRequests).toEqual([...added, sym]);
  const changes = [{ changeType: 'DELETE' as const, dbPath: `/${DAYS[0]}/` }, { ...sym }];
  const { changeRequests, status } = await load('tables', changes);
  expect({ changeRequests, status }).toEqual({ changeRequests: changes, status: 'COMPLETED' });
}, 240_000);
