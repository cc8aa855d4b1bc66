// After the resource type AWS::FinSpace::Environment of CloudFormation and the paginators of botocore's data for finspace.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { OperationName } from '../../src/operations/index.ts';
import type { Reply } from '../local/world.ts';
import { ACCOUNT, type Environment, openEnvironment, ROLE, TIME } from './account.ts';
import { openService, poll, refusal, type Service } from './service.ts';

let service: Service;
let environment: Environment;
beforeAll(async () => {
  service = await openService();
  environment = await openEnvironment(service);
}, 240_000);
afterAll(() => service.close());

test('CloudFormation creates an environment of the dataset browser, reads its attributes, updates and deletes it', async () => {
  const made = await service.call('CreateEnvironment', {
    ...{ name: 'research', description: 'Datasets', federationMode: 'LOCAL' },
    superuserParameters: { emailAddress: 'ann@example.com', firstName: 'Ann', lastName: 'Lee' },
  });
  const environmentArn = `arn:aws:finspace:us-east-1:${ACCOUNT}:environment/${made.environmentId}`;
  expect(made).toEqual({ environmentId: made.environmentId, environmentArn, environmentUrl: expect.any(String) });
  const named = { environmentId: made.environmentId };
  const wrapped: Service = {
    ...service,
    call: (async (name: OperationName, input: never) => (await service.call(name, input)).environment) as never,
  };
  const { reply } = await poll(wrapped, 'GetEnvironment', named, { until: 'CREATED', every: 300 });
  expect(reply).toMatchObject({ ...made, awsAccountId: ACCOUNT, name: 'research', description: 'Datasets' });
  for (const attribute of ['dedicatedServiceAccountId', 'sageMakerStudioDomainUrl', 'status'])
    expect(reply).toHaveProperty(attribute);
  await service.call('UpdateEnvironment', { ...named, name: 'research-2', federationMode: 'LOCAL' });
  expect((await service.call('GetEnvironment', named)).environment.name).toBe('research-2');
  await service.call('DeleteEnvironment', named);
  await service.wait(3_600);
  expect((await refusal(service.call('GetEnvironment', named))).code).toBe('ResourceNotFound');
}, 240_000);

test('a paginator over ListKxEnvironments ends with any page size', async () => {
  for (const maxResults of [undefined, 1, 100]) {
    const environments: Reply[] = [];
    for (let nextToken: string | undefined; environments.length === 0 || nextToken !== undefined; ) {
      const page = await service.call('ListKxEnvironments', { maxResults, nextToken });
      environments.push(...page.environments);
      ({ nextToken } = page);
    }
    expect(environments).toMatchObject([{ environmentId: environment.id, status: 'CREATED', creationTimestamp: TIME }]);
  }
});

test('scripts that follow nextToken manually see every user once, in order', async () => {
  const names = Array.from({ length: 12 }, (_, index) => `user_${String(index).padStart(2, '0')}`);
  const inside = { environmentId: environment.id };
  for (const userName of names) await service.call('CreateKxUser', { ...inside, userName, iamRole: ROLE });
  const seen: string[] = [];
  let reply = await service.call('ListKxUsers', { ...inside, maxResults: 5 });
  seen.push(...reply.users.map(({ userName }: Reply) => userName));
  while ('nextToken' in reply) {
    reply = await service.call('ListKxUsers', { ...inside, maxResults: 5, nextToken: reply.nextToken });
    seen.push(...reply.users.map(({ userName }: Reply) => userName));
  }
  expect(seen).toEqual(names);
});
