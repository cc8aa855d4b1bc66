import dns from 'node:dns';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { awsHome, caller, failureOf } from './aws-home.ts';
import { answering, serving, stubCredentials } from './endpoints.ts';

const { save } = awsHome();
beforeEach(stubCredentials);

describe('the region', () => {
  it.each([
    ['AWS_REGION before AWS_DEFAULT_REGION', { AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'us-east-1' }, 'eu-west-1'],
    ['AWS_DEFAULT_REGION before that of a profile', { AWS_DEFAULT_REGION: 'us-east-1' }, 'us-east-1'],
    ['that of the profile', { AWS_REGION: '', AWS_DEFAULT_REGION: '' }, 'ca-central-1'],
  ])('is %s', async (_, env, region) => {
    save('config', '[default]\nregion = ca-central-1\n');
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const { url, seen } = await serving(answering(200, '{}'));
    await caller({ region: undefined, endpoint: url })('ListEnvironments', {});
    expect(seen[0]?.headers['authorization']).toContain(`/${region}/finspace/aws4_request`);
  });

  it('stays the first one that a call has found when the profile changes', async () => {
    const lookup = vi.spyOn(dns, 'lookup').mockImplementation(((_: string, ...rest: [(error: Error) => void]) => {
      setImmediate(() => rest.at(-1)?.(new Error('offline')));
    }) as never);
    onTestFinished(() => lookup.mockRestore());
    const call = caller({ region: undefined });
    expect(await failureOf(call('ListEnvironments', {}))).toMatchObject({ detail: 'No AWS region is configured.' });
    for (const region of ['ca-central-1', 'us-east-1']) {
      save('config', `[default]\nregion = ${region}\n`);
      await failureOf(call('ListEnvironments', {}));
      await failureOf(call('ListKxEnvironments', {}));
    }
    const hosts = new Set(lookup.mock.calls.map(([host]) => host));
    expect([...hosts]).toEqual(['finspace.ca-central-1.amazonaws.com']);
  });
});
