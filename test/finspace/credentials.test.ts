import { describe, expect, it } from 'vitest';
import { processCredentials } from '../../src/finspace/credential-process.ts';
import { listen } from '../../src/local/listen.ts';
import { openWorld } from '../local/world.ts';
import { awsHome, caller, failureOf, keys } from './aws-home.ts';
import { answering, type Endpoint, serving, tokenOf } from './endpoints.ts';

const { path, save } = awsHome();

/** The access keys that signed the requests, oldest first. */
const accessKeysOf = ({ seen }: Endpoint) =>
  seen.map(({ headers }) => /Credential=(\w+)\//.exec(String(headers['authorization']))?.[1]);

/** An endpoint that accepts one access key at a time, and rejects others with the given error. */
async function accepting(key: string, error = 'UnrecognizedClientException') {
  const current = { key };
  const opened = await serving((response, seen) => {
    const isAccepted = String(seen.headers['authorization']).includes(`Credential=${current.key}/`);
    answering(isAccepted ? 200 : 403, '{}', isAccepted ? undefined : error)(response, seen);
  });
  return { ...opened, current };
}

describe('credentials that are rotated while the server runs', () => {
  it.each([
    'ExpiredToken',
    'ExpiredTokenException',
    'UnrecognizedClientException',
    'InvalidClientTokenId',
    'InvalidSignatureException',
    'SignatureDoesNotMatch',
  ])('are read again from the shared file after %s, and the call is repeated', async (error) => {
    save('credentials', `[default]\n${keys('AKIDOLD', 'aws_session_token = old\n')}`);
    const endpoint = await accepting('AKIDOLD', error);
    const call = caller({ endpoint: endpoint.url });
    await call('ListKxEnvironments', {});
    endpoint.current.key = 'AKIDNEW';
    save('credentials', `[default]\n${keys('AKIDNEW', 'aws_session_token = new\n')}`);
    expect(await call('ListKxEnvironments', {})).toEqual({});
    expect(accessKeysOf(endpoint)).toEqual(['AKIDOLD', 'AKIDOLD', 'AKIDNEW']);
    expect(endpoint.seen.at(-1)?.headers['x-amz-security-token']).toBe('new');
  });

  it('sign requests that the local service accepts', async () => {
    const credentials = ['AKIDNEW', 'AKIDNEXT'].map((accessKeyId) => ({
      accessKeyId,
      secretAccessKey: `secret-of-${accessKeyId}`,
    }));
    const { serve, close } = await openWorld({ region: 'eu-west-1', start: Date.now(), credentials });
    const listener = await listen(serve, { port: 0 });
    save('credentials', `[default]\n${keys('AKIDOLD')}`);
    const call = caller({ endpoint: `http://127.0.0.1:${listener.port}` });
    expect(await failureOf(call('ListKxEnvironments', {}))).toMatchObject({ detail: 'The access key is not known.' });
    for (const key of ['AKIDNEW', 'AKIDNEXT', 'AKIDNEW']) {
      save('credentials', `[default]\n${keys(key)}`);
      const another = caller({ endpoint: `http://127.0.0.1:${listener.port}` });
      for (const each of [call, another, another])
        expect(await each('ListKxEnvironments', {})).toEqual({ environments: [] });
    }
    await listener.close();
    await close();
  });

  it('are read again from the credential_process of a profile', async () => {
    save('config', `[profile prod]\ncredential_process = cat ${path('printed')}\n`);
    const printed = (key: string) =>
      save('printed', JSON.stringify({ Version: 1, AccessKeyId: key, SecretAccessKey: `secret-of-${key}` }));
    printed('AKIDOLD');
    const endpoint = await accepting('AKIDOLD', 'ExpiredTokenException');
    const call = caller({ endpoint: endpoint.url, profile: 'prod' });
    await call('ListKxEnvironments', {});
    endpoint.current.key = 'AKIDNEW';
    printed('AKIDNEW');
    await call('ListKxEnvironments', {});
    expect(accessKeysOf(endpoint)).toEqual(['AKIDOLD', 'AKIDOLD', 'AKIDNEW']);
  });

  it('let calls that were rejected at the same time succeed, with one retry each at most', async () => {
    save('credentials', `[default]\n${keys('AKIDOLD')}`);
    const endpoint = await accepting('AKIDNEW');
    const call = caller({ endpoint: endpoint.url });
    await failureOf(call('ListKxEnvironments', {}));
    save('credentials', `[default]\n${keys('AKIDNEW')}`);
    await Promise.all(Array.from({ length: 20 }, () => call('ListKxEnvironments', {})));
    expect(endpoint.seen.length).toBeLessThanOrEqual(41);
  });

  it('retry a mutation without a clientToken too, because a rejected mutation has not run', async () => {
    save('credentials', `[default]\n${keys('AKIDOLD')}`);
    const endpoint = await accepting('AKIDNEW');
    const call = caller({ endpoint: endpoint.url });
    await failureOf(call('ListKxEnvironments', {}));
    save('credentials', `[default]\n${keys('AKIDNEW')}`);
    await call('TagResource', { resourceArn: 'arn:aws:finspace:eu-west-1:1:kxEnvironment/a', tags: { a: 'b' } });
    expect(accessKeysOf(endpoint)).toEqual(['AKIDOLD', 'AKIDOLD', 'AKIDNEW']);
  });

  it('keep the clientToken of the call', async () => {
    save('credentials', `[default]\n${keys('AKIDOLD')}`);
    const endpoint = await accepting('AKIDNEW');
    const call = caller({ endpoint: endpoint.url });
    await failureOf(call('ListKxEnvironments', {}));
    save('credentials', `[default]\n${keys('AKIDNEW')}`);
    await call('DeleteKxCluster', { environmentId: 'abc', clusterName: 'hdb' });
    const [, ...tokens] = endpoint.seen.map(tokenOf);
    expect(tokens).toHaveLength(2);
    expect(new Set(tokens).size).toBe(1);
  });

  it('are not retried if the file still contains the rejected ones', async () => {
    save('credentials', `[default]\n${keys('AKIDOLD')}`);
    const endpoint = await accepting('AKIDNEW', 'ExpiredTokenException');
    const fields = await failureOf(caller({ endpoint: endpoint.url })('ListKxEnvironments', {}));
    expect(fields).toMatchObject({ code: 'Rejected', attempts: 1, detail: 'The session credentials have expired.' });
    expect(fields.advice).toContain('reads them again');
    expect(endpoint.seen).toHaveLength(1);
  });

  it('end a call if the new credentials are rejected as well', async () => {
    save('credentials', `[default]\n${keys('AKIDOLD')}`);
    const endpoint = await accepting('AKIDOLD');
    const call = caller({ endpoint: endpoint.url });
    await call('ListKxEnvironments', {});
    endpoint.current.key = 'AKIDOTHER';
    save('credentials', `[default]\n${keys('AKIDNEW')}`);
    expect(await failureOf(call('ListKxEnvironments', {}))).toMatchObject({ code: 'Rejected', attempts: 2 });
    expect(endpoint.seen).toHaveLength(3);
  });

  it('are masked in messages of the service, the old and the new ones', async () => {
    save('credentials', `[default]\n${keys('AKIDOLDOLD')}`);
    const endpoint = await serving((response, seen) => {
      const isOld = String(seen.headers['authorization']).includes('AKIDOLDOLD');
      const message = JSON.stringify({ message: 'AKIDOLDOLD, AKIDNEWNEW' });
      answering(403, message, isOld ? 'ExpiredTokenException' : 'AccessDeniedException')(response, seen);
    });
    const call = caller({ endpoint: endpoint.url });
    await failureOf(call('ListKxEnvironments', {}));
    save('credentials', `[default]\n${keys('AKIDNEWNEW')}`);
    expect((await failureOf(call('ListKxEnvironments', {}))).detail).toBe('[masked], [masked]');
  });
});

it('reports a credential_process that prints too much, and not as one that takes too long', async () => {
  const printing = `"${process.execPath}" -e "process.stdout.write('x'.repeat(2 ** 21))"`;
  await expect(processCredentials('prod', printing)).rejects.toMatchObject({
    diagnosis: { detail: 'The credential_process of the AWS profile "prod" printed more than 1 MiB.' },
  });
});
