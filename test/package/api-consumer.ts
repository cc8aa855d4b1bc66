/** A program that uses the package as its README says; `scripts/try-package.ts` compiles and runs it beside the installed package. */
import { deepEqual, equal, rejects } from 'node:assert/strict';
import { CreateKxEnvironmentCommand, FinspaceClient, ListKxEnvironmentsCommand } from '@aws-sdk/client-finspace';
import { type LocalService, startLocal } from 'finspace-mcp';

const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
const names = async (client: FinspaceClient) =>
  (await client.send(new ListKxEnvironmentsCommand({}))).environments?.map(({ name }) => name);

const service: LocalService = await startLocal();
const client = new FinspaceClient({ region: service.region, endpoint: service.url, credentials });
equal((await names(client))?.includes('kdb-prod'), true);
const before = await service.clock.now();
equal((await service.clock.advance(3_600_000)).getTime() - before.getTime() >= 3_600_000, true);
await rejects(service.clock.advance(-1), RangeError);
await service.close();
await rejects(
  names(new FinspaceClient({ region: service.region, endpoint: service.url, credentials, maxAttempts: 1 })),
);

{
  await using quiet = await startLocal({ port: false, world: 'empty', region: 'eu-west-1' });
  equal(quiet.port, undefined);
  const { region, url: endpoint, requestHandler } = quiet;
  const inside = new FinspaceClient({ region, endpoint, requestHandler, credentials });
  deepEqual(await names(inside), []);
  const kmsKeyId = 'arn:aws:kms:eu-west-1:123456789012:key/0f5c0c4e-7f38-4a2b-9d3e-2f0c9a7d1b11';
  await inside.send(new CreateKxEnvironmentCommand({ name: 'trading', kmsKeyId }));
  deepEqual(await names(inside), ['trading']);
}

await rejects(startLocal({ world: '/nowhere.json' }), /nowhere\.json/);
console.log('the API works');
